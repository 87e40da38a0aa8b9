"""A language model of half a megabyte that says one known text, for a real model server to load.

The weights are not trained but laid: the transformer's layers add next to nothing, so the last
token's embedding passes straight to the output matrix, whose row for the token that shall follow is
that embedding again. Greedy decoding therefore walks a fixed chain from the chat template's last
token to the end. File format: GGUF, architecture "llama", with its SentencePiece vocabulary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gguf
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH, LAYERS, HIDDEN, HEADS = 64, 2, 128, 4
CONTEXT = 16_384
GAIN = 6.0
"""How far the token that shall follow stands above all others in the logits."""
SPACE = "\u2581"
"""What SentencePiece writes for a blank."""

TEMPLATE = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] }}"
    "{% if m['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The model's tokens and the chain that it walks through them."""

    tokens: tuple[str, ...]
    types: tuple[gguf.TokenType, ...]
    chain: tuple[int, ...]


def write_model(
    path: Path,
    text: str,
    *,
    endless: bool = False,
    template: str = TEMPLATE,
    context: int = CONTEXT,
    tensors_a_part: int = 0,
) -> None:
    """Write a model to ``path`` that answers every question with ``text``.

    An ``endless`` one begins again after its last word instead of ending. With an empty
    ``template`` it was not taught to converse. With ``tensors_a_part`` it is split into files whose
    names end in ``-00001-of-00003.gguf`` and so on.
    """
    words = _vocabulary(text, endless=endless)
    writer = gguf.GGUFWriter(path, "llama", split_max_tensors=tensors_a_part)
    _write_shape(writer, len(words.tokens), context)
    _write_vocabulary(writer, words, template)
    _write_to_file(writer, _tensors(words))


def write_embedding_model(path: Path, *, pooling: gguf.PoolingType = gguf.PoolingType.LAST) -> None:
    """Write a model to ``path`` that makes vectors, of the architecture of Qwen's embeddings."""
    words = _vocabulary("Hello there, world.", endless=False)
    writer = gguf.GGUFWriter(path, "qwen3")
    _write_shape(writer, len(words.tokens), CONTEXT)
    writer.add_pooling_type(pooling)
    writer.add_key_length(WIDTH // HEADS)
    writer.add_value_length(WIDTH // HEADS)
    _write_vocabulary(writer, words, template="")
    tensors = _tensors(words)
    for layer in range(LAYERS):
        for name in ("attn_q_norm", "attn_k_norm"):
            tensors[f"blk.{layer}.{name}.weight"] = np.ones(WIDTH // HEADS, np.float32)
    _write_to_file(writer, tensors)


def _write_to_file(writer: gguf.GGUFWriter, tensors: dict[str, NDArray[Any]]) -> None:
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _pieces(text: str) -> list[str]:
    """``text`` cut at blanks into pieces of which no two are equal: each leads on to one other."""
    pieces: dict[str, None] = {}
    open_piece = ""
    for word in re.findall(r"\s*\S+|\s+$", text):
        open_piece += word
        if open_piece not in pieces:
            pieces[open_piece] = None
            open_piece = ""
    return [*pieces, open_piece] if open_piece else [*pieces]


def _vocabulary(text: str, *, endless: bool) -> Vocabulary:
    kinds = gguf.TokenType
    table: dict[str, gguf.TokenType] = {
        "<unk>": kinds.UNKNOWN,
        "<s>": kinds.CONTROL,
        "</s>": kinds.CONTROL,
        **{f"<0x{byte:02X}>": kinds.BYTE for byte in range(256)},
        **{f"<|{role}|>": kinds.CONTROL for role in ("system", "user", "assistant")},
    }
    spoken = [piece.replace(" ", SPACE) for piece in _pieces(text)]
    printable = [chr(code).replace(" ", SPACE) for code in range(32, 127)]
    for token in (*spoken, *printable):
        table.setdefault(token, kinds.NORMAL)
    tokens = tuple(table)
    last = spoken[0] if endless else "</s>"
    chain = tuple(tokens.index(token) for token in ("<|assistant|>", *spoken, last))
    return Vocabulary(tokens, tuple(table.values()), chain)


def _write_shape(writer: gguf.GGUFWriter, tokens: int, context: int) -> None:
    writer.add_name("tiny")
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(tokens)
    writer.add_file_type(0)


def _write_vocabulary(writer: gguf.GGUFWriter, words: Vocabulary, template: str) -> None:
    plain = (gguf.TokenType.NORMAL, gguf.TokenType.BYTE)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(list(words.tokens))
    writer.add_token_scores(
        [-float(place) if kind in plain else 0.0 for place, kind in enumerate(words.types)]
    )
    writer.add_token_types([int(kind) for kind in words.types])
    writer.add_unk_token_id(words.tokens.index("<unk>"))
    writer.add_bos_token_id(words.tokens.index("<s>"))
    writer.add_eos_token_id(words.tokens.index("</s>"))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    if template:
        writer.add_chat_template(template)


def _tensors(words: Vocabulary) -> dict[str, NDArray[Any]]:
    """The weights: a chain laid into the output matrix, and layers that stay out of its way."""
    random = np.random.default_rng(7)

    def faint(*shape: int) -> NDArray[np.float32]:
        return (1e-4 * random.normal(size=shape)).astype(np.float32)

    embedding = random.normal(size=(len(words.tokens), WIDTH)).astype(np.float32)
    embedding /= np.sqrt((embedding**2).sum(axis=1, keepdims=True))
    output = 300 * faint(len(words.tokens), WIDTH)
    for token, following in zip(words.chain, words.chain[1:], strict=False):
        output[following] += GAIN * embedding[token]
    tensors: dict[str, NDArray[Any]] = {
        "token_embd.weight": embedding,
        "output_norm.weight": np.ones(WIDTH, np.float32),
        "output.weight": output,
    }
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        tensors |= {
            f"{block}.{name}_norm.weight": np.ones(WIDTH, np.float32) for name in ("attn", "ffn")
        }
        tensors |= {
            f"{block}.attn_{name}.weight": faint(WIDTH, WIDTH) for name in ("q", "k", "v", "output")
        }
        tensors |= {f"{block}.ffn_{name}.weight": faint(HIDDEN, WIDTH) for name in ("gate", "up")}
        tensors[f"{block}.ffn_down.weight"] = faint(WIDTH, HIDDEN)
    return tensors

"""What a file's head says of the model in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.local_model.gguf import Header
from understudy.local_model.shape import Layer, Shape, read_shape

LLAMA_8B = {
    "general.architecture": "llama",
    "general.name": "Llama 8B",
    "general.file_type": 15,
    "llama.context_length": 131_072,
    "llama.embedding_length": 4096,
    "llama.block_count": 32,
    "llama.feed_forward_length": 14_336,
    "llama.attention.head_count": 32,
    "llama.attention.head_count_kv": 8,
    "tokenizer.chat_template": "{{ messages }}",
}
GEMMA = {
    "general.architecture": "gemma3",
    "gemma3.context_length": 131_072,
    "gemma3.embedding_length": 2560,
    "gemma3.block_count": 34,
    "gemma3.attention.head_count": 8,
    "gemma3.attention.head_count_kv": 4,
    "gemma3.attention.key_length": 256,
    "gemma3.attention.value_length": 256,
    "gemma3.attention.sliding_window": 1024,
}
GIB = 2**30


def shape(metadata: dict[str, Any], *, tensors: int = 291, vocabulary: int = 128_256) -> Shape:
    lengths = {"tokenizer.ggml.tokens": vocabulary}
    return read_shape(Header(3, metadata, lengths, tensors, 8_030_000_000, 5_000_000_000))


def test_that_a_model_is_described() -> None:
    made = shape(LLAMA_8B)
    assert made.name == "Llama 8B"
    assert made.architecture == "llama"
    assert made.quantisation == "Q4_K_M"
    assert made.purpose == "chat"
    assert made.has_template
    assert made.context_length == 131_072
    assert made.vocabulary == 128_256
    assert made.hidden == 14_336


@pytest.mark.parametrize(
    ("number", "name"),
    [(0, "F32"), (2, "Q4_0"), (4, ""), (7, "Q8_0"), (32, "BF16"), (40, "Q1_0"), (1024, "")],
)
def test_that_its_quantisation_has_the_name_that_people_know(number: int, name: str) -> None:
    assert shape({**LLAMA_8B, "general.file_type": number}).quantisation == name


def test_that_the_cache_of_a_known_model_has_its_known_size() -> None:
    # Llama 3.1 8B: 128 KiB a token, so 4 GiB for 32,768.
    assert shape(LLAMA_8B).cache_bytes(32_768, 512) == 4 * GIB


def test_that_layers_with_a_window_keep_no_more_than_it() -> None:
    made = shape(GEMMA)
    windows = [layer.window for layer in made.layers]
    assert windows[:6] == [1024] * 5 + [None]
    assert windows.count(None) == 5
    full, sliding = 5 * 32_768, 29 * (1024 + 512)
    assert made.cache_bytes(32_768, 512) == (full + sliding) * 4 * 512 * 2


@pytest.mark.parametrize(
    ("pattern", "slide"),
    [
        ((True, False), [0, 2, 4]),
        ((1, 1, 0), [0, 1, 3, 4]),
        (3, [0, 1, 3, 4]),
        (0, [0, 1, 2, 3, 4, 5]),
        (1, []),
        ((), [0, 1, 2, 3, 4]),
        ("x", [0, 1, 2, 3, 4]),
    ],
)
def test_that_a_files_own_pattern_of_windows_comes_first(pattern: object, slide: list[int]) -> None:
    made = shape(
        {**GEMMA, "gemma3.block_count": 6, "gemma3.attention.sliding_window_pattern": pattern}
    )
    assert [at for at, layer in enumerate(made.layers) if layer.window] == slide


def test_that_windows_of_an_unknown_kind_of_model_are_not_relied_on() -> None:
    metadata = {key.replace("gemma3", "gemma99"): value for key, value in GEMMA.items()}
    made = shape({**metadata, "general.architecture": "gemma99"})
    assert not any(layer.window for layer in made.layers)


def test_that_heads_may_differ_from_layer_to_layer() -> None:
    metadata = {**LLAMA_8B, "llama.block_count": 4, "llama.attention.head_count_kv": (8, 0, 4)}
    cells = [layer.cell for layer in shape(metadata).layers]
    assert cells == [8 * 256 * 2, 0, 4 * 256 * 2, 4 * 256 * 2]


def test_that_without_groups_every_head_has_its_own_cache() -> None:
    metadata = {k: v for k, v in LLAMA_8B.items() if k != "llama.attention.head_count_kv"}
    assert {layer.cell for layer in shape(metadata).layers} == {32 * 256 * 2}


def test_that_a_model_without_attention_needs_no_cache() -> None:
    mamba = {
        "general.architecture": "mamba",
        "mamba.block_count": 24,
        "mamba.embedding_length": 768,
    }
    assert shape(mamba).cache_bytes(32_768, 512) == 0


def test_that_the_cache_grows_by_whole_pieces() -> None:
    assert Layer(1).cells(1, 512) == 256
    assert Layer(1).cells(256, 512) == 256
    assert Layer(1, window=100).cells(10_000, 50) == 256


@pytest.mark.parametrize(
    ("metadata", "purpose"),
    [
        (LLAMA_8B, "chat"),
        ({**LLAMA_8B, "llama.pooling_type": 0}, "chat"),
        ({**LLAMA_8B, "llama.pooling_type": 3}, "embedding"),
        ({"general.architecture": "bert", "bert.pooling_type": 1}, "embedding"),
        ({"general.architecture": "bert", "bert.attention.causal": False}, "embedding"),
        ({**LLAMA_8B, "llama.attention.causal": True}, "chat"),
        ({"general.architecture": "bert", "bert.pooling_type": 4}, "ranking"),
        ({"general.architecture": "clip"}, "part"),
        ({**LLAMA_8B, "general.type": "adapter"}, "part"),
        ({**LLAMA_8B, "general.type": "mmproj"}, "part"),
        ({**LLAMA_8B, "general.type": "model"}, "chat"),
        ({}, "part"),
    ],
)
def test_that_it_is_told_what_a_model_is_for(metadata: dict[str, Any], purpose: str) -> None:
    assert shape(metadata).purpose == purpose


def test_that_a_vocabulary_alone_is_no_model() -> None:
    assert shape(LLAMA_8B, tensors=0).purpose == "part"


def test_that_a_file_that_says_little_is_taken_as_it_is() -> None:
    made = shape({"general.architecture": "llama"})
    assert made.context_length is None
    assert made.layers == ()
    assert not made.has_template


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.integers() | st.booleans() | st.floats(), max_size=5).map(tuple),
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*LLAMA_8B, "llama.pooling_type"), ODD)))
def test_that_metadata_of_any_type_makes_some_shape(metadata: dict[str, Any]) -> None:
    metadata = {key: value for key, value in metadata.items() if value is not None}
    made = shape({**metadata, "general.architecture": "llama"})
    assert made.cache_bytes(4096, 512) >= 0

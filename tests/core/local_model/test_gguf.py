"""The head of a GGUF file: what is read of it, and what becomes of bytes that are none."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

import gguf
import numpy as np
import pytest
from gguf.constants import GGML_QUANT_SIZES
from hypothesis import given
from hypothesis import strategies as st

from helpers.tiny_model import CONTEXT, HEADS, WIDTH, write_model
from understudy.local_model.gguf import BLOCKS, GgufError, Header, read_header

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    write_model(path, "Hello there, this is all.")
    return path.read_bytes()


def read(data: bytes, size: int | None = None) -> Header:
    return read_header(io.BytesIO(data), len(data) if size is None else size)


def fault(data: bytes, size: int | None = None) -> str:
    with pytest.raises(GgufError) as caught:
        read(data, size)
    return caught.value.fault


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def entry(key: str, kind: int, value: bytes) -> bytes:
    return string(key) + struct.pack("<I", kind) + value


def file_with(*entries: bytes, tensors: bytes = b"", count: int = 0, version: int = 3) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", version, count, len(entries))
    return head + b"".join(entries) + tensors


def tensor(dimensions: tuple[int, ...], kind: int, offset: int) -> bytes:
    sizes = struct.pack(f"<{len(dimensions)}Q", *dimensions)
    return (
        string("t") + struct.pack("<I", len(dimensions)) + sizes + struct.pack("<IQ", kind, offset)
    )


def test_that_a_models_head_tells_what_its_writer_wrote(tiny: bytes) -> None:
    header = read(tiny)
    assert header.version == 3
    assert header.metadata["general.architecture"] == "llama"
    assert header.metadata["llama.context_length"] == CONTEXT
    assert header.metadata["llama.attention.head_count"] == HEADS
    assert header.metadata["tokenizer.ggml.add_bos_token"] is True
    assert header.metadata["llama.attention.layer_norm_rms_epsilon"] == pytest.approx(1e-5)
    assert header.lengths["tokenizer.ggml.tokens"] == header.metadata["llama.vocab_size"]
    assert header.weights > 2 * 300 * WIDTH


def test_that_the_length_of_the_whole_file_is_known_from_its_head(tiny: bytes) -> None:
    assert read(tiny).size == len(tiny)
    assert read(tiny[:20_000], len(tiny)).size == len(tiny)


def test_that_every_type_of_tensor_has_the_size_that_its_makers_say() -> None:
    assert {int(kind): sizes for kind, sizes in GGML_QUANT_SIZES.items()} == BLOCKS


def test_that_the_length_is_known_of_quantised_tensors_too(tmp_path: Path) -> None:
    path = tmp_path / "quantised.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_custom_alignment(64)
    for name, kind in (("a", "Q8_0"), ("b", "Q4_0"), ("c", "F16")):
        data = gguf.quantize(np.ones((3, 64), np.float32), gguf.GGMLQuantizationType[kind])
        writer.add_tensor(name, data, raw_dtype=gguf.GGMLQuantizationType[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    # The writer fills the last tensor up to the alignment; nobody reads that.
    assert read(path.read_bytes()).size <= path.stat().st_size < read(path.read_bytes()).size + 64


def test_that_every_type_of_number_is_read() -> None:
    numbers = [(0, "B", 7), (1, "b", -7), (2, "H", 7), (3, "h", -7), (4, "I", 7), (5, "i", -7)]
    numbers += [(10, "Q", 1 << 60), (11, "q", -(1 << 60))]
    entries = [entry(f"k{kind}", kind, struct.pack(f"<{form}", n)) for kind, form, n in numbers]
    fractions = [entry("f", 6, struct.pack("<f", 0.5)), entry("d", 12, struct.pack("<d", 0.25))]
    metadata = read(file_with(*entries, *fractions)).metadata
    assert metadata == {**{f"k{kind}": n for kind, _, n in numbers}, "f": 0.5, "d": 0.25}


def test_that_a_short_list_is_kept_and_of_a_long_one_its_length() -> None:
    short = entry("short", 9, struct.pack("<IQ3i", 5, 3, 8, 0, 8))
    longer = entry("long", 9, struct.pack("<IQ", 0, 70_000) + bytes(70_000))
    words = entry("words", 9, struct.pack("<IQ", 8, 2) + string("a") + string("bc"))
    header = read(file_with(short, longer, words))
    assert header.metadata == {"short": (8, 0, 8)}
    assert header.lengths == {"short": 3, "long": 70_000, "words": 2}


def test_that_a_text_that_is_no_utf_8_is_read_all_the_same() -> None:
    value = struct.pack("<Q", 3) + b"a\xffb"
    assert read(file_with(entry("general.name", 8, value))).metadata["general.name"] == "a\ufffdb"


def test_that_a_tensor_of_tomorrows_type_makes_the_file_no_shorter_than_where_it_begins() -> None:
    tensors = tensor((32,), 0, 0) + tensor((32,), 999, 4096)
    header = read(file_with(tensors=tensors, count=2), 1 << 20)
    assert header.size >= 4096
    assert header.weights == 64


def test_that_version_2_is_read_as_version_3_is(tiny: bytes) -> None:
    second = tiny[:4] + struct.pack("<I", 2) + tiny[8:]
    assert read(second).metadata == read(tiny).metadata


@pytest.mark.parametrize(
    ("data", "is_a"),
    [
        (b"", "cut-short"),
        (b"GG", "cut-short"),
        (b"PK\x03\x04 a zip file", "no-gguf"),
        (b"ggjt" + bytes(60), "no-gguf"),
        (b"GGUF", "cut-short"),
        (file_with(version=0), "too-old"),
        (file_with(version=1), "too-old"),
        (file_with(version=4), "too-new"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 40, 0), "damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 40), "damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 62), "damaged"),
        (file_with(entry("k", 77, b"")), "damaged"),
        (file_with(entry("k", 8, struct.pack("<Q", 1 << 60))), "damaged"),
        (file_with(entry("k", 8, struct.pack("<Q", 1000))), "cut-short"),
        (file_with(entry("k", 9, struct.pack("<IQ", 9, 1))), "damaged"),
        (file_with(entry("k", 9, struct.pack("<IQ", 8, 1 << 50))), "damaged"),
        (file_with(entry("k", 9, struct.pack("<IQ", 0, 1 << 50))), "cut-short"),
        (file_with(entry("general.alignment", 4, struct.pack("<I", 0))), "damaged"),
        (file_with(entry("general.alignment", 8, string("32"))), "damaged"),
        (file_with(entry("general.alignment", 7, b"\x01")), "damaged"),
        (file_with(tensors=string("t") + struct.pack("<I", 900), count=1), "damaged"),
        (file_with(count=3), "cut-short"),
    ],
)
def test_that_bytes_which_are_no_model_are_told_from_one(data: bytes, is_a: str) -> None:
    assert fault(data) == is_a


def test_that_a_file_without_anything_in_it_is_read_too() -> None:
    assert read(file_with()) == Header(3, {}, {}, 0, 0, 32)


def test_that_a_file_which_got_shorter_while_it_is_read_is_cut_short(tiny: bytes) -> None:
    assert fault(tiny[:300], len(tiny)) == "cut-short"


@given(st.data())
def test_that_any_bytes_are_a_head_or_an_error(tiny: bytes, data: st.DataObject) -> None:
    head = bytearray(tiny[:12_000])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(head) - 1) | st.integers(0, 60))
        head[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(head)))
    try:
        header = read(bytes(head[:cut]), data.draw(st.sampled_from([cut, 1 << 40])))
    except GgufError:
        return
    assert header.size >= 0


@given(st.binary(max_size=200).map(lambda tail: b"GGUF\x03\x00\x00\x00" + tail))
def test_that_any_bytes_after_the_magic_are_a_head_or_an_error(data: bytes) -> None:
    with suppress(GgufError):
        assert read(data).version == 3

"""A file, looked at before anything is started: for all that is odd a clear word at once."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import gguf
import pytest
from gguf.constants import GGUFType

from helpers.tiny_model import write_embedding_model, write_model
from helpers.unprivileged import unprivileged_folder
from understudy.errors import ErrorKind, ProviderError
from understudy.local_model.model_file import LOOK_AGAIN, look_at, spoken_size

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    write_model(path, "Hello there, this is all.")
    return path


def refusal(path: Path) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        look_at(path)
    error = caught.value
    assert error.kind is ErrorKind.MODEL_GONE
    assert error.retry_after == LOOK_AGAIN
    return error


def write_parts(folder: Path) -> list[Path]:
    """Write a model in three files."""
    write_model(folder / "big.gguf", "Hello there, this is all.", tensors_a_part=8)
    return sorted(folder.glob("big-*.gguf"))


def test_that_a_model_is_found_whole(tiny: Path) -> None:
    found = look_at(tiny)
    assert found.size == tiny.stat().st_size
    assert found.parts == (tiny,)
    assert found.shape.purpose == "chat"
    assert found.remark == ""


def test_that_a_model_which_was_not_taught_to_converse_is_pointed_out(tmp_path: Path) -> None:
    write_model(tmp_path / "base.gguf", "Once upon a time.", template="")
    remark = look_at(tmp_path / "base.gguf").remark
    assert "base.gguf was not taught to converse" in remark


def test_that_a_model_for_vectors_needs_no_such_teaching(tmp_path: Path) -> None:
    write_embedding_model(tmp_path / "vectors.gguf")
    found = look_at(tmp_path / "vectors.gguf")
    assert found.shape.purpose == "embedding"
    assert found.remark == ""


def test_that_a_link_to_a_model_is_a_model(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "link.gguf").symlink_to(tiny)
    assert look_at(tmp_path / "link.gguf").size == tiny.stat().st_size


def test_that_a_missing_file_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path / "gone.gguf")
    assert error.code == "no_file"
    assert error.happened == "There is no file gone.gguf."


def test_that_a_file_below_a_file_is_missing(tiny: Path) -> None:
    assert refusal(tiny / "more.gguf").code == "no_file"


def test_that_a_name_that_cannot_be_is_missing(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a\0b.gguf").code == "no_file"


def test_that_a_folder_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "folder.gguf").mkdir()
    error = refusal(tmp_path / "folder.gguf")
    assert error.code == "no_model"
    assert error.happened == "folder.gguf is a folder, not a model."


def test_that_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    assert refusal(tmp_path / "pipe.gguf").happened == "pipe.gguf is not an ordinary file."


def test_that_a_link_that_leads_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop.gguf").symlink_to("loop.gguf")
    assert refusal(tmp_path / "loop.gguf").happened == "loop.gguf is a link to itself."


def test_that_a_link_that_leads_nowhere_is_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "dead.gguf").symlink_to("nothing.gguf")
    assert refusal(tmp_path / "dead.gguf").code == "no_file"


def test_that_a_file_that_must_not_be_read_is_told() -> None:
    with unprivileged_folder() as folder:
        write_model(folder / "secret.gguf", "Hello.")
        (folder / "secret.gguf").chmod(0)
        error = refusal(folder / "secret.gguf")
    assert error.code == "forbidden"
    assert error.happened == "secret.gguf may not be read by you."


def test_that_a_disk_that_fails_is_told(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(type(tiny), "open", fail)
    error = refusal(tiny)
    assert error.code == "unreadable"
    assert error.happened == "tiny.gguf cannot be read (Input/output error)."


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", "cut_short", "odd.gguf is empty."),
        (b"Once upon a time.", "no_model", "odd.gguf is not a model in the GGUF format."),
        (b"PK\x03\x04" + bytes(99), "no_model", "odd.gguf is not a model in the GGUF format."),
        (
            b"GGUF" + struct.pack("<IQQ", 1, 0, 0),
            "old_format",
            "odd.gguf is in an old GGUF format (version 1) that is no longer read.",
        ),
        (
            b"GGUF" + struct.pack("<IQQ", 9, 0, 0),
            "new_format",
            "odd.gguf is in a newer GGUF format (version 9) than can be read here.",
        ),
        (
            b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
            "other_machine",
            "odd.gguf was made for another kind of processor (big-endian).",
        ),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 1 << 50, 0),
            "damaged",
            "odd.gguf is damaged: its first part makes no sense.",
        ),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 5, 0),
            "cut_short",
            "odd.gguf is cut short: not even its first part is complete.",
        ),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(64),
            "no_model",
            "odd.gguf goes with a model and is not one itself.",
        ),
    ],
)
def test_that_a_file_that_is_no_model_is_told_in_a_sentence(
    tmp_path: Path, data: bytes, code: str, said: str
) -> None:
    (tmp_path / "odd.gguf").write_bytes(data)
    error = refusal(tmp_path / "odd.gguf")
    assert (error.code, error.happened) == (code, said)


def test_that_a_download_that_broke_off_is_told_with_its_sizes(tiny: Path) -> None:
    data = tiny.read_bytes()
    tiny.write_bytes(data[:200_000])
    error = refusal(tiny)
    assert error.code == "cut_short"
    assert error.happened == f"tiny.gguf is cut short: it has 0.2 MB of {len(data) / 1e6:.1f} MB."


def test_that_one_missing_byte_is_enough(tiny: Path) -> None:
    data = tiny.read_bytes()
    tiny.write_bytes(data[:-1])
    assert refusal(tiny).code == "cut_short"


def test_that_what_goes_with_a_model_is_told_from_one(tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(tmp_path / "adapter.gguf", "llama")
    writer.add_type(GGUFType.ADAPTER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    error = refusal(tmp_path / "adapter.gguf")
    assert error.happened == "adapter.gguf goes with a model and is not one itself."


def test_that_a_model_that_ranks_is_told_from_one_that_writes(tmp_path: Path) -> None:
    write_embedding_model(tmp_path / "rank.gguf", pooling=gguf.PoolingType.RANK)
    error = refusal(tmp_path / "rank.gguf")
    assert error.happened == "rank.gguf is a model that ranks texts: it does not write any."


def test_that_a_model_in_parts_is_taken_as_one(tmp_path: Path) -> None:
    paths = write_parts(tmp_path)
    found = look_at(paths[0])
    assert found.parts == tuple(paths)
    assert found.size == sum(path.stat().st_size for path in paths)


def test_that_a_missing_part_is_named(tmp_path: Path) -> None:
    paths = write_parts(tmp_path)
    paths[1].unlink()
    assert refusal(paths[0]).happened == "There is no file big-00002-of-00003.gguf."


def test_that_a_part_that_is_cut_short_is_named(tmp_path: Path) -> None:
    paths = write_parts(tmp_path)
    paths[1].write_bytes(paths[1].read_bytes()[:-200])
    assert refusal(paths[0]).happened.startswith("big-00002-of-00003.gguf is cut short")


def test_that_a_later_part_points_to_the_first(tmp_path: Path) -> None:
    paths = write_parts(tmp_path)
    error = refusal(paths[1])
    assert error.code == "later_part"
    assert error.happened.endswith("choose big-00001-of-00003.gguf.")


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0.0 MB"), (512_000, "0.5 MB"), (412_400_000, "412 MB"), (9_310_000_000, "9.3 GB")],
)
def test_that_sizes_are_spoken_as_disks_are_sold(size: int, words: str) -> None:
    assert spoken_size(size) == words

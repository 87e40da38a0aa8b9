"""Files as they are named: of any encoding, of any size, and of the wrong kind."""

from __future__ import annotations

import os
import sys
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.unprivileged import unprivileged_folder
from understudy.errors import FileError
from understudy.importing.files import LARGEST, decode, read_file

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "A=열쇠\nB=2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_that_a_text_is_read_whatever_wrote_it(encoding: str, newline: str, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(TEXT.replace("\n", newline).encode(encoding))
    assert read_file(path) == TEXT


def test_that_utf_16_without_its_mark_is_recognised() -> None:
    assert decode("A=1".encode("utf-16-le")) == "A=1"


def test_that_a_comment_in_an_older_encoding_costs_nothing_else() -> None:
    assert decode("# 열쇠\nA=1\n".encode("cp949")).endswith("\nA=1\n")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\ufeff")))
def test_that_a_text_is_the_same_in_every_encoding(text: str) -> None:
    assert decode(text.encode("utf-8-sig")) == decode(text.encode("utf-16")) == text


@given(st.binary(max_size=200))
def test_that_any_bytes_are_decoded_without_a_carriage_return(data: bytes) -> None:
    assert "\r" not in decode(data)


def told(path: Path) -> FileError:
    with pytest.raises(FileError) as caught:
        read_file(path)
    assert caught.value.did == "Nothing was changed."
    assert str(path) in caught.value.happened
    return caught.value


def test_that_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such file" in told(tmp_path / "missing.env").happened


def test_that_a_folder_is_answered_with_the_file_that_may_be_meant(tmp_path: Path) -> None:
    error = told(tmp_path)
    assert "is a folder" in error.happened
    assert str(tmp_path / ".env") in error.can_do


def test_that_a_file_that_may_not_be_read_says_so() -> None:
    with unprivileged_folder() as folder:
        path = folder / ".env"
        path.write_text("A=1", encoding="utf-8")
        path.chmod(0)
        assert "permission denied" in told(path).happened


@pytest.mark.parametrize("junk", [bytes(range(256)), b"\x7fELF\x02\x01", b"PK\x03\x04A=1"])
def test_that_a_program_or_an_archive_is_told_from_a_text(junk: bytes, tmp_path: Path) -> None:
    path = tmp_path / "junk.env"
    path.write_bytes(junk)
    assert "is no text" in told(path).happened


def test_that_a_file_of_two_gigabytes_is_not_read_in(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)  # a hole: it takes no room
    assert "larger than 256 KB" in told(path).happened


def test_that_a_text_of_the_largest_size_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "long.env"
    path.write_text("#" * LARGEST, encoding="utf-8")
    assert len(read_file(path)) == LARGEST


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_that_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = Thread(target=path.write_text, args=(TEXT,), kwargs={"encoding": "utf-8"})
    writer.start()
    assert read_file(path) == TEXT
    writer.join()

"""Pictures and files in a request, and the words for those that cannot be sent."""

from __future__ import annotations

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.messages import FilePart, ImagePart
from understudy.wire.attachments import base64_of, data_url, left_out, text_of_file


@given(st.binary(max_size=40))
def test_that_bytes_come_back_from_base64(data: bytes) -> None:
    picture = ImagePart(data, "image/png")
    assert b64decode(base64_of(picture), validate=True) == data
    assert data_url(picture) == f"data:image/png;base64,{base64_of(picture)}"


@pytest.mark.parametrize("kind", ["text/plain", "text/csv; charset=utf-8", "application/json"])
def test_that_texts_are_told_by_their_type(kind: str) -> None:
    assert text_of_file(FilePart(b"a,b", kind, "t.csv")) == "t.csv:\n```\na,b\n```\n"


def test_that_a_file_without_a_name_is_called_a_file() -> None:
    assert text_of_file(FilePart(b"\xef\xbb\xbfhi", "text/plain")) == "A file:\n```\nhi\n```\n"


@pytest.mark.parametrize(
    "part",
    [
        FilePart(b"%PDF", "application/pdf"),
        FilePart("한글".encode("cp949"), "text/plain"),
        FilePart("text".encode("utf-16"), "text/plain"),
    ],
)
def test_that_what_is_no_text_in_utf_8_is_none(part: FilePart) -> None:
    assert text_of_file(part) is None


@given(st.text(alphabet="`a\n", max_size=12))
def test_that_the_fence_is_longer_than_any_in_the_text(text: str) -> None:
    words = text_of_file(FilePart(text.encode(), "text/plain", "n"))
    assert words is not None
    opening, _, rest = words.removeprefix("n:\n").partition("\n")
    assert set(opening) == {"`"}
    assert len(opening) >= 3
    assert opening not in text
    assert rest == f"{text}\n{opening}\n"


def test_that_what_is_left_out_is_named() -> None:
    assert left_out(ImagePart(b"x", "image/png")) == (
        "[An image was attached, which you cannot see.]\n"
    )
    assert left_out(FilePart(b"x", "application/zip", "a.zip")) == (
        '[A file "a.zip" was attached, which you cannot read.]\n'
    )


def test_that_no_bytes_stand_in_a_repr() -> None:
    assert "secret" not in repr(FilePart(b"secret", "text/plain"))
    assert "secret" not in repr(ImagePart(b"secret", "image/png"))

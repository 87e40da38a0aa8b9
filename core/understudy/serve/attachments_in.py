"""Pictures and files that came inside a request. Nothing is ever fetched from an address."""

from __future__ import annotations

import re
from base64 import b64decode
from mimetypes import guess_type
from typing import Any, cast

from pydantic_core import PydanticCustomError

from understudy.messages import FilePart, ImagePart

_ELSEWHERE = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")
_BLANK = re.compile(r"\s+")
_UNKNOWN_TYPE = "application/octet-stream"


def image_of(url: Any) -> ImagePart:
    """Read a picture from its ``data:`` address."""
    if isinstance(url, str) and _ELSEWHERE.match(url):
        raise PydanticCustomError(
            "remote_image",
            "Understudy fetches no pictures from addresses. Send it as a data: URL.",
        )
    media_type, data = _read(url)
    if not media_type.startswith("image/"):
        raise PydanticCustomError("no_image", "This is no data: URL of a picture.")
    return ImagePart(data, media_type)


def file_of(value: Any) -> FilePart:
    """Read the object ``file``: its data in base64, as a ``data:`` address or bare, and its name.

    https://platform.openai.com/docs/guides/pdf-files
    """
    given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if given.get("file_id"):
        raise PydanticCustomError(
            "file_id", "Files that are kept at a provider cannot be used. Send its file_data."
        )
    data, name = given.get("file_data"), given.get("filename")
    name = name if isinstance(name, str) else ""
    if isinstance(data, str) and not data.startswith("data:"):
        return FilePart(_decoded(data), guess_type(name)[0] or _UNKNOWN_TYPE, name)
    media_type, read = _read(data)
    return FilePart(read, media_type or guess_type(name)[0] or _UNKNOWN_TYPE, name)


def _read(url: object) -> tuple[str, bytes]:
    """Part a ``data:`` address into its media type, in lower case, and its bytes."""
    head, comma, data = url.partition(",") if isinstance(url, str) else ("", "", "")
    kind, *parameters = head.lower().split(";")
    if not comma or not kind.startswith("data:") or "base64" not in parameters:
        raise PydanticCustomError("no_data", "This is no data: URL in base64.")
    return kind.removeprefix("data:").strip(), _decoded(data)


def _decoded(text: str) -> bytes:
    try:
        data = b64decode(_BLANK.sub("", text), validate=True)
    except ValueError:
        data = b""
    if not data:
        raise PydanticCustomError("no_base64", "This is no data in base64.")
    return data

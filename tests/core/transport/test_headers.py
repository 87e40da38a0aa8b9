"""The headers of an answer, as callers see them."""

from __future__ import annotations

import pytest

from helpers.loopback import Loopback
from helpers.replies import json_reply
from understudy.transport.headers import Headers
from understudy.transport.http import HttpTransport


@pytest.mark.anyio
async def test_that_headers_are_found_in_any_case(transport: HttpTransport) -> None:
    reply = json_reply({}, headers=(("ReTry-AFTER", "7"), ("X-Two", "a"), ("x-two", "b")))
    async with Loopback(reply) as server:
        answer = await transport.fetch(f"{server.url}/x")
    for name in ("retry-after", "Retry-After", "RETRY-AFTER"):
        assert answer.headers[name] == "7"
        assert name in answer.headers
    assert answer.headers.get("X-TWO") == "a, b"
    assert answer.headers.get("x-three") is None
    assert dict(answer.headers)["retry-after"] == "7"


def test_that_every_name_is_there_once_in_lower_case() -> None:
    headers = Headers([(b"B", b"1"), (b"a", "한".encode()), (b"b", b"\xff")])
    assert list(headers) == ["b", "a"]
    assert len(headers) == 2
    assert (headers["b"], headers["A"]) == ("1, \ufffd", "한")
    assert "c" not in headers

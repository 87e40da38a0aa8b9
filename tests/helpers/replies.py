"""What a loopback server can be told to answer, byte for byte, and the usual replies ready-made.

The shapes of the OpenAI chunks and error bodies follow platform.openai.com/docs/api-reference/chat
and /docs/guides/error-codes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

Opening: TypeAlias = Literal["headers", "silence", "reset", "close"]
Ending: TypeAlias = Literal["clean", "cut", "reset", "silence"]
Framing: TypeAlias = Literal["chunked", "length", "close"]

SSE = ("content-type", "text/event-stream; charset=utf-8")
JSON = ("content-type", "application/json")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that are sent after a pause of ``delay`` seconds."""

    data: bytes
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the server.

    ``opening``: ``headers`` sends the head, ``silence`` reads the request and never says a word,
    ``reset`` and ``close`` end the connection before any byte. ``ending``: ``clean`` ends the HTTP
    body properly, ``cut`` closes the connection in mid-body, ``reset`` sends an RST, ``silence``
    stays open and sends nothing more. ``head`` replaces the status line and all headers, byte for
    byte. ``delay`` is the pause before the head, in seconds.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (SSE,)
    chunks: tuple[Chunk, ...] = ()
    opening: Opening = "headers"
    ending: Ending = "clean"
    framing: Framing = "chunked"
    delay: float = 0.0
    head: bytes | None = None

    @property
    def body(self) -> bytes:
        """All bytes of the body, joined."""
        return b"".join(chunk.data for chunk in self.chunks)

    def but(self, **changes: Any) -> Reply:
        """The same reply with some fields changed."""
        return replace(self, **changes)


SILENCE = Reply(opening="silence")
RESET = Reply(opening="reset")
CLOSE = Reply(opening="close")


def data(value: object) -> bytes:
    """One SSE event whose data is this value as JSON."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def chat_chunk(
    delta: dict[str, Any], *, finish: str | None = None, model: str = "test-model"
) -> dict[str, Any]:
    """One ``chat.completion.chunk`` as OpenAI documents it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_750_000_000,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        "usage": None,
    }


def usage_chunk(prompt: int, completion: int, *, model: str = "test-model") -> dict[str, Any]:
    """The extra chunk that ``stream_options: {include_usage: true}`` asks for."""
    counted = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    return {**chat_chunk({}, model=model), "choices": [], "usage": counted}


def pieces_of(text: str, size: int = 4) -> list[str]:
    """``text`` cut into pieces of ``size`` characters, as tokens would cut it."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def openai_stream(
    text: str = "Hello from the loopback server.",
    *,
    pieces: list[str] | None = None,
    reasoning: str = "",
    model: str = "test-model",
    delay: float = 0.0,
    first_delay: float = 0.0,
    finish: str | None = "stop",
    usage: tuple[int, int] | None = (7, 11),
    done: bool = True,
    ending: Ending = "clean",
) -> Reply:
    """A streamed answer: role, words in pieces ``delay`` seconds apart, finish, usage, DONE.

    For a break in mid-answer give ``finish=None, usage=None, done=False, ending="cut"`` (or
    ``broken_stream``).
    """
    words = pieces_of(text) if pieces is None else pieces
    chunks = [Chunk(data(chat_chunk({"role": "assistant", "content": ""}, model=model)))]
    if reasoning:
        chunks.append(Chunk(data(chat_chunk({"reasoning_content": reasoning}, model=model))))
    for index, piece in enumerate(words):
        wait = delay if index else first_delay
        chunks.append(Chunk(data(chat_chunk({"content": piece}, model=model)), wait))
    if finish is not None:
        chunks.append(Chunk(data(chat_chunk({}, finish=finish, model=model))))
    if usage is not None:
        chunks.append(Chunk(data(usage_chunk(*usage, model=model))))
    if done:
        chunks.append(Chunk(DONE))
    return Reply(chunks=tuple(chunks), ending=ending)


def broken_stream(text: str, *, ending: Ending = "cut", delay: float = 0.0) -> Reply:
    """An answer that breaks off after ``text``: no finish reason, no DONE."""
    return openai_stream(text, delay=delay, finish=None, usage=None, done=False, ending=ending)


def json_reply(
    value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> Reply:
    """A whole JSON body with its length."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, (JSON, *headers), (Chunk(body),), framing="length")


def completion(text: str, *, finish: str = "stop", model: str = "test-model") -> dict[str, Any]:
    """A ``chat.completion`` that was not streamed."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 11, "total_tokens": 18},
    }


def openai_models(*ids: str) -> Reply:
    """What ``GET /models`` answers."""
    rows = [
        {"id": name, "object": "model", "created": 1_750_000_000, "owned_by": "test"}
        for name in ids
    ]
    return json_reply({"object": "list", "data": rows})


def openai_error(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    code: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Reply:
    """An error body of the form ``{"error": {message, type, param, code}}``."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return json_reply(body, status, headers)


def wrong_key() -> Reply:
    """401, as OpenAI answers it."""
    return openai_error(401, "Incorrect API key provided.", code="invalid_api_key")


def no_credit() -> Reply:
    """402, as DeepSeek and OpenRouter answer it."""
    return openai_error(402, "Insufficient Balance", kind="unknown_error")


def rate_limited(retry_after: str | None = "42") -> Reply:
    """429 with a Retry-After header."""
    headers = () if retry_after is None else (("retry-after", retry_after),)
    return openai_error(
        429,
        "Rate limit reached for requests.",
        kind="requests",
        code="rate_limit_exceeded",
        headers=headers,
    )


def unavailable() -> Reply:
    """503."""
    return openai_error(503, "The server is overloaded.", kind="server_error")


def overloaded() -> Reply:
    """529."""
    return openai_error(529, "Overloaded", kind="overloaded_error")


def html_page() -> Reply:
    """A web page, as one finds it at an address that is no API."""
    page = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Hi</body></html>"
    return Reply(200, (("content-type", "text/html"),), (Chunk(page),), framing="length")

"""Gemini's replies, byte for byte: server-sent events with CRLF, or one JSON array.

The shapes follow ai.google.dev/api/generate-content, /api/models, /api/embeddings and
ai.google.dev/gemini-api/docs/generate-content/api-errors.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from helpers.replies import JSON, SSE, Chunk, Reply, json_reply, pieces_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpers.replies import Ending

MODEL = "gemini-test"
_INVALID = "INVALID_ARGUMENT"


def gemini_data(value: object) -> bytes:
    """One event whose data is this value as JSON."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\r\n\r\n"


def gemini_sse(chunks: Sequence[dict[str, Any]]) -> bytes:
    """The body of a stream that was asked for with ``alt=sse``."""
    return b"".join(gemini_data(chunk) for chunk in chunks)


def gemini_array(chunks: Sequence[dict[str, Any]]) -> bytes:
    """The body of a stream that was asked for without: indented, and with CRLF between chunks."""
    texts = (json.dumps(chunk, ensure_ascii=False, indent=2) for chunk in chunks)
    return b"[" + "\n,\r\n".join(texts).encode() + b"\n]\n"


def gemini_chunk(
    *parts: dict[str, Any],
    finish: str | None = None,
    usage: dict[str, Any] | None = None,
    model: str = MODEL,
    **candidate: Any,
) -> dict[str, Any]:
    """One ``GenerateContentResponse``; ``candidate`` are further fields of its candidate."""
    first: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}}
    if finish is not None:
        first["finishReason"] = finish
    chunk: dict[str, Any] = {"candidates": [{**first, "index": 0, **candidate}]}
    if usage is not None:
        chunk["usageMetadata"] = usage
    return {**chunk, "modelVersion": model, "responseId": "mAitaLmkHPPlz7IPvtfUqQ4"}


def gemini_usage(prompt: int, written: int | None = None, **more: int) -> dict[str, Any]:
    """Counts so far; ``more`` by Gemini's own names."""
    counted: dict[str, Any] = {"promptTokenCount": prompt}
    if written is not None:
        counted["candidatesTokenCount"] = written
    details = [{"modality": "TEXT", "tokenCount": prompt}]
    total = prompt + (written or 0) + more.get("thoughtsTokenCount", 0)
    return {**counted, "totalTokenCount": total, "promptTokensDetails": details, **more}


def gemini_chunks(
    text: str = "Hello from the loopback server.",
    *,
    pieces: list[str] | None = None,
    reasoning: str = "",
    signature: str = "",
    finish: str | None = "STOP",
    usage: tuple[int, int] | None = (7, 11),
    model: str = MODEL,
) -> list[dict[str, Any]]:
    """An answer in chunks: thoughts, words in pieces, and an empty part with the finish reason.

    ``signature`` seals the last part, as with Gemini 3. Every chunk counts the prompt, the last
    one the whole answer.
    """
    words = pieces_of(text) if pieces is None else pieces
    parts: list[dict[str, Any]] = [{"text": reasoning, "thought": True}] if reasoning else []
    parts += [{"text": word} for word in words]
    counted = None if usage is None else gemini_usage(usage[0])
    chunks = [gemini_chunk(part, usage=counted, model=model) for part in parts]
    if finish is not None:
        last = {"text": "", **({"thoughtSignature": signature} if signature else {})}
        counted = None if usage is None else gemini_usage(*usage)
        chunks.append(gemini_chunk(last, finish=finish, usage=counted, model=model))
    return chunks


def gemini_stream(
    text: str = "Hello from the loopback server.",
    *,
    delay: float = 0.0,
    first_delay: float = 0.0,
    ending: Ending = "clean",
    **answer: Any,
) -> Reply:
    """A streamed answer, its chunks ``delay`` seconds apart; for ``answer`` see ``gemini_chunks``.

    For a break in mid-answer give ``finish=None, ending="cut"`` (or ``gemini_broken_stream``).
    """
    chunks = gemini_chunks(text, **answer)
    waits = [first_delay, *[delay] * len(chunks)]
    sent = (Chunk(gemini_data(chunk), wait) for chunk, wait in zip(chunks, waits, strict=False))
    return Reply(headers=(SSE,), chunks=tuple(sent), ending=ending)


def gemini_broken_stream(text: str, *, ending: Ending = "cut", delay: float = 0.0) -> Reply:
    """An answer that breaks off after ``text``, without a finish reason."""
    return gemini_stream(text, finish=None, ending=ending, delay=delay)


def gemini_array_stream(text: str = "Hello from the loopback server.", **answer: Any) -> Reply:
    """A streamed answer as a JSON array, every few bytes by themselves."""
    body = gemini_array(gemini_chunks(text, **answer))
    pieces = tuple(Chunk(body[at : at + 40]) for at in range(0, len(body), 40))
    return Reply(headers=(JSON,), chunks=pieces)


def gemini_models(*rows: dict[str, Any] | str) -> Reply:
    """What ``GET /models`` answers; a name stands for a model that chats."""
    listed = [_chatting(row) if isinstance(row, str) else row for row in rows]
    return json_reply({"models": listed})


def _chatting(name: str) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name,
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "thinking": True,
    }


def gemini_vectors(*vectors: Sequence[float]) -> Reply:
    """What ``batchEmbedContents`` answers."""
    return json_reply({"embeddings": [{"values": list(vector)} for vector in vectors]})


def gemini_error(
    status: int, code: str, message: str, *details: dict[str, Any], in_list: bool = False
) -> Reply:
    """An error body ``{"error": {code, message, status, details}}``; a stream's is in a list."""
    error: dict[str, Any] = {"code": status, "message": message, "status": code}
    if details:
        error["details"] = list(details)
    body = {"error": error}
    return json_reply([body] if in_list else body, status)


def gemini_wrong_key() -> Reply:
    """400, which is what a wrong key is here."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
    }
    return gemini_error(
        400, _INVALID, "API key not valid. Please pass a valid API key.", info, in_list=True
    )


def gemini_rate_limited(seconds: str = "31s", per: str = "PerMinute") -> Reply:
    """429 with its wait in the body; ``per="PerDay"`` means that the day's quota is used up."""
    quota = f"GenerateRequests{per}PerProjectPerModel-FreeTier"
    failure = {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": quota, "quotaValue": "10"}],
    }
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": seconds}
    message = "You exceeded your current quota, please check your plan and billing details."
    return gemini_error(429, "RESOURCE_EXHAUSTED", message, failure, retry, in_list=True)


def gemini_overloaded() -> Reply:
    """503."""
    return gemini_error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")

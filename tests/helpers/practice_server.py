"""One server that answers in every wire format, on scenes that the model's name calls for.

    with PracticeServer() as server:
        ...     # POST {server.url}/v1/chat/completions, /v1/responses, /v1/messages, /api/chat,
                # /v1beta/models/MODEL:streamGenerateContent, each streamed or whole

The model ``calls`` thinks aloud, speaks and calls a tool, whatever the format; see ``SCENES``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from helpers import (
    anthropic_replies,
    gemini_replies,
    ollama_replies,
    replies,
    responses_replies,
)
from helpers.loopback import Loopback, RecordedRequest
from helpers.replies import Chunk, Reply, json_reply, pieces_of

if TYPE_CHECKING:
    from collections.abc import Callable

PIECES = ("Hello", ",", " ", "세", "계", "! ", "\n", "\n", " ", "🎭", "\t", "밀물과 썰물", " ")
THOUGHT = "The user greets me. 인사를 해야 한다.\n"
TOOL = "find"
ARGUMENTS = '{"query": "밀물과 썰물 \\"tides\\"", "limit": 3}'
VECTOR = (0.25, -0.5, 1.0)
RETRY_AFTER = 2


@dataclass(frozen=True, slots=True)
class Scene:
    """What is answered. ``status`` other than 200 refuses; ``breaks`` fails after the words.

    A call comes in fragments where the format can cut it, or ``at_once``.
    """

    pieces: tuple[str, ...] = PIECES
    thought: str = ""
    calls: bool = False
    at_once: bool = False
    breaks: bool = False
    status: int = 200


SCENES = {
    "words": Scene(),
    "thinks": Scene(thought=THOUGHT),
    "calls": Scene(thought=THOUGHT, calls=True),
    "calls-at-once": Scene(calls=True, at_once=True),
    "breaks": Scene(breaks=True),
    "wrong-key": Scene(status=401),
    "gone": Scene(status=404),
    "limited": Scene(status=429),
    "broken": Scene(status=500),
    "overloaded": Scene(status=503),
}
SAID = {
    401: "Incorrect API key provided.",
    404: "The model does not exist.",
    429: "Rate limit reached for requests.",
    500: "Something went wrong on our side.",
    503: "The model is overloaded. Please try again later.",
}
Play: TypeAlias = "Callable[[Scene, dict[str, Any]], Reply]"


class PracticeServer(Loopback):
    """The server. It answers every request by the path and the model, none in turn."""

    def __init__(self) -> None:
        super().__init__(_played)

    def reply_to(self, request: RecordedRequest) -> Reply:
        """Choose what to answer; lists of models are in the format that asks."""
        path = urlsplit(request.path).path
        if request.method == "GET" and path.endswith("/models"):
            if "anthropic-version" in request.headers:
                return anthropic_replies.anthropic_models(*SCENES)
            if "x-goog-api-key" in request.headers:
                return gemini_replies.gemini_models(*SCENES)
            return replies.openai_models(*SCENES)
        if request.method == "GET" and path.endswith("/api/tags"):
            return ollama_replies.ollama_tags(*SCENES)
        return super().reply_to(request)


def _played(request: RecordedRequest) -> Reply:
    path = urlsplit(request.path).path
    body = request.json()
    play = next((PLAYS[end] for end in PLAYS if path.endswith(end)), None)
    if play is None:
        return replies.openai_error(404, f"There is nothing at {path}.")
    if ":" in path:  # Gemini's paths name the model and say how it is to answer
        model, _, how = path.rpartition("/")[2].partition(":")
        body |= {"model": model, "stream": how == "streamGenerateContent"}
        body["array"] = "alt=sse" not in request.path
    return play(SCENES.get(str(body.get("model")), Scene()), body)


# OpenAI's Chat Completions


def _chat(scene: Scene, body: dict[str, Any]) -> Reply:
    if scene.status != 200:
        return _openai_error(scene.status)
    if not body.get("stream"):
        return json_reply(_completion(scene))
    streamed = replies.openai_stream(
        pieces=[*scene.pieces], reasoning=scene.thought, finish=None, usage=None, done=False
    )
    words = [*streamed.chunks]
    if scene.breaks:
        error = {"message": "The server had an error.", "type": "server_error", "code": None}
        return Reply(chunks=(*words, Chunk(replies.data({"error": error}))))
    if scene.calls:
        pieces = [ARGUMENTS] if scene.at_once else ["", *pieces_of(ARGUMENTS)]
        words += [Chunk(replies.data(replies.chat_chunk(each))) for each in _call_deltas(pieces)]
    end = replies.chat_chunk({}, finish="tool_calls" if scene.calls else "stop")
    usage = replies.usage_chunk(7, 11)
    if body.get("stream_options", {}).get("include_usage"):
        last = replies.data(end) + replies.data(usage)
    else:
        last = replies.data({**end, "usage": usage["usage"]})  # as Mistral sends it unasked
    return Reply(chunks=(*words, Chunk(last), Chunk(replies.DONE)))


def _call_deltas(pieces: list[str]) -> list[dict[str, Any]]:
    """A call whose arguments come in these pieces; its id and name stand in the first alone."""
    first, *more = pieces
    begin = {"id": "call_1", "type": "function", "function": {"name": TOOL, "arguments": first}}
    rest = ({"function": {"arguments": piece}} for piece in more)
    return [{"tool_calls": [{"index": 0, **fragment}]} for fragment in (begin, *rest)]


def _completion(scene: Scene) -> dict[str, Any]:
    whole = replies.completion("".join(scene.pieces))
    choice = whole["choices"][0]
    if scene.thought:
        choice["message"]["reasoning_content"] = scene.thought
    if scene.calls:
        function = {"name": TOOL, "arguments": ARGUMENTS}
        choice["message"]["tool_calls"] = [
            {"id": "call_1", "type": "function", "function": function}
        ]
        choice["finish_reason"] = "tool_calls"
    return whole


_OPENAI_CODES = {
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}


def _openai_error(status: int) -> Reply:
    kind, code = _OPENAI_CODES.get(status, ("server_error", None))
    return replies.openai_error(
        status, SAID[status], kind=kind, code=code, headers=_retry_after(status)
    )


def _retry_after(status: int) -> tuple[tuple[str, str], ...]:
    return (("retry-after", str(RETRY_AFTER)),) if status == 429 else ()


# OpenAI's Responses


def _responses(scene: Scene, body: dict[str, Any]) -> Reply:
    if scene.status != 200:
        return _openai_error(scene.status)
    calls = ((TOOL, ARGUMENTS),) if scene.calls else ()
    streamed = responses_replies.responses_stream(
        "", pieces=[*scene.pieces], reasoning=scene.thought, calls=calls
    )
    if scene.breaks:
        error = {"code": "server_error", "message": "The model failed."}
        failed = responses_replies.response("failed", error=error)
        number = len(streamed.chunks) - 1
        end = responses_replies.sse("response.failed", sequence_number=number, response=failed)
        return streamed.but(chunks=(*streamed.chunks[:-1], Chunk(end)))
    if body.get("stream"):
        return streamed
    last = streamed.chunks[-1].data.partition(b"data: ")[2]
    return json_reply(json.loads(last)["response"])


# Anthropic's Messages


def _messages(scene: Scene, body: dict[str, Any]) -> Reply:
    if scene.status != 200:
        kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
        kind = kinds.get(scene.status, "api_error")
        return anthropic_replies.anthropic_error(
            scene.status, kind, SAID[scene.status], _retry_after(scene.status)
        )
    streamed = anthropic_replies.anthropic_stream(
        pieces=[*scene.pieces], thinking=scene.thought, call=ARGUMENTS if scene.calls else ""
    )
    if scene.breaks:
        broken = (*streamed.chunks[:-3], Chunk(anthropic_replies.error_event()))
        return streamed.but(chunks=broken)
    return streamed if body.get("stream") else json_reply(_message(scene))


def _message(scene: Scene) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if scene.thought:
        seal = {"signature": "EqQBCgIYAhIM"}
        content.append({"type": "thinking", "thinking": scene.thought, **seal})
    content.append({"type": "text", "text": "".join(scene.pieces)})
    if scene.calls:
        call = {"id": "toolu_01", "name": TOOL, "input": json.loads(ARGUMENTS)}
        content.append({"type": "tool_use", **call})
    reason = "tool_use" if scene.calls else "end_turn"
    return anthropic_replies.message(*content, stop_reason=reason)


# Gemini


def _gemini(scene: Scene, body: dict[str, Any]) -> Reply:
    if scene.status != 200:
        return _gemini_error(scene.status)
    chunks = gemini_replies.gemini_chunks(pieces=[*scene.pieces], reasoning=scene.thought)
    if scene.calls:
        call = {"functionCall": {"name": TOOL, "args": json.loads(ARGUMENTS)}}
        chunks.insert(-1, gemini_replies.gemini_chunk({**call, "thoughtSignature": "AbCd"}))
    if scene.breaks:
        error = {"code": 503, "message": SAID[503], "status": "UNAVAILABLE"}
        chunks[-1] = {"error": error}
    if not body["stream"]:
        return json_reply(_joined(chunks))
    if body["array"]:
        return Reply(headers=(replies.JSON,), chunks=(Chunk(gemini_replies.gemini_array(chunks)),))
    return Reply(chunks=tuple(Chunk(gemini_replies.gemini_data(chunk)) for chunk in chunks))


def _joined(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """The chunks as the one answer that they are parts of."""
    parts = [part for each in chunks for part in each["candidates"][0]["content"]["parts"]]
    last = chunks[-1]["candidates"][0]
    return {**chunks[-1], "candidates": [{**last, "content": {"parts": parts, "role": "model"}}]}


def _gemini_error(status: int) -> Reply:
    if status == 401:
        return gemini_replies.gemini_wrong_key()
    if status == 429:
        return gemini_replies.gemini_rate_limited(f"{RETRY_AFTER}s")
    names = {404: "NOT_FOUND", 503: "UNAVAILABLE"}
    return gemini_replies.gemini_error(status, names.get(status, "INTERNAL"), SAID[status])


# Ollama


def _ollama(scene: Scene, body: dict[str, Any]) -> Reply:
    if scene.status != 200:
        refused = ollama_replies.ollama_error(scene.status, SAID[scene.status])
        return refused.but(headers=(*refused.headers, *_retry_after(scene.status)))
    if scene.breaks:
        return ollama_replies.ollama_broken("".join(scene.pieces), "an error was encountered")
    calls = [ollama_replies.ollama_call(TOOL, json.loads(ARGUMENTS), "call_1")]
    called = calls if scene.calls else []
    if body.get("stream", True):
        return ollama_replies.ollama_stream(
            pieces=[*scene.pieces], thinking=scene.thought, calls=called
        )
    more: dict[str, Any] = {"thinking": scene.thought} if scene.thought else {}
    more |= {"tool_calls": called} if called else {}
    return ollama_replies.ollama_whole("".join(scene.pieces), **more)


# Vectors


def _vectors(scene: Scene, body: dict[str, Any]) -> Reply:
    """OpenAI's; a text is as long as its vector's first number tells."""
    if scene.status != 200:
        return _openai_error(scene.status)
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    rows = [
        {"object": "embedding", "index": index, "embedding": list(_vector_of(text))}
        for index, text in enumerate(texts)
    ]
    counted = {"prompt_tokens": 8, "total_tokens": 8}
    named = {"id": "embd-1", "object": "list", "model": body["model"]}  # Mistral gives an id
    return json_reply({**named, "data": rows, "usage": counted})


def _gemini_vectors(_scene: Scene, body: dict[str, Any]) -> Reply:
    texts = [each["content"]["parts"][0]["text"] for each in body["requests"]]
    return gemini_replies.gemini_vectors(*map(_vector_of, texts))


def _ollama_vectors(_scene: Scene, body: dict[str, Any]) -> Reply:
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    return ollama_replies.ollama_vectors(*map(_vector_of, texts))


def _vector_of(text: str) -> tuple[float, ...]:
    return (float(len(text)), *VECTOR)


PLAYS: dict[str, Play] = {
    "/chat/completions": _chat,
    "/responses": _responses,
    "/messages": _messages,
    ":streamGenerateContent": _gemini,
    ":generateContent": _gemini,
    "/api/chat": _ollama,
    "/embeddings": _vectors,
    ":batchEmbedContents": _gemini_vectors,
    "/api/embed": _ollama_vectors,
}

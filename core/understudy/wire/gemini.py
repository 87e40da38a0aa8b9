"""Gemini's generateContent, at Google AI and at Vertex: server-sent events or one JSON array.

``GeminiDecoder`` turns the streamed answer into events, ``decode_answer`` does so for one that was
not streamed; requests are made in ``gemini_messages``. There is no ``[DONE]``: a ``finishReason``
says that the answer is whole, and more may follow it, as the signature of a thought. Pictures and
sounds that a model makes are told of in words; programs that it runs are shown with what they said.
Sources: ai.google.dev/api/generate-content, ai.google.dev/gemini-api/docs/thought-signatures and
docs.cloud.google.com/vertex-ai (generative-ai/docs/model-reference/inference).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.errors import ErrorKind, ProviderError
from understudy.wire.citations import Citations
from understudy.wire.decoding import StreamDecoder
from understudy.wire.failures import error_from_event
from understudy.wire.format import WireFormat
from understudy.wire.gemini_calls import GeminiCalls
from understudy.wire.gemini_lists import read_models, read_vectors
from understudy.wire.gemini_messages import chat, embed
from understudy.wire.gemini_usage import read_usage
from understudy.wire.json_array import SseOrArrayDecoder
from understudy.wire.sse import SseEvent
from understudy.wire.values import loads, mapping, objects, sound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.events import ProviderEvent
    from understudy.requests import FinishReason

_FINISH: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",  # the most that one request may write
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "ESCALATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
}
"""Any other reason is a failure. Those that are known: LANGUAGE, OTHER, MALFORMED_FUNCTION_CALL,
UNEXPECTED_TOOL_CALL, TOO_MANY_TOOL_CALLS, MALFORMED_RESPONSE, MISSING_THOUGHT_SIGNATURE, NO_IMAGE,
IMAGE_OTHER and PUP_LIMITED_DISABLED: the model stopped, but not because it had said all."""

_CODES = {"PUP_LIMITED_DISABLED": "account_deactivated"}  # for misuse: no other question helps
_NO_REASONS = frozenset({"", "FINISH_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED"})
_SOURCES = ("web", "retrievedContext", "maps")
_ANSWER_FIELDS = frozenset({"candidates", "promptFeedback", "usageMetadata"})
_ERROR_FIELDS = frozenset({"error", "detail", "message"})
_KINDS = {"image": "an image", "audio": "a sound", "video": "a video"}


class GeminiDecoder(StreamDecoder):
    """The streamed answer. ``Stop`` comes when the stream ends, if there was a finish reason."""

    def __init__(
        self, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
    ) -> None:
        super().__init__(name, model, secrets, SseOrArrayDecoder(name))
        self._calls = GeminiCalls()
        self._citations = Citations()
        self._spoke = False

    @property
    def settled(self) -> bool:
        """Whether no more words can follow.

        A finish reason before the first word is no end yet: gateways put one on empty chunks.
        """
        return self.done or self.failure is not None or (self.finish is not None and self._spoke)

    def chunk(self, chunk: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Decode one chunk. Raises ``ProviderError`` where it says that the answer failed."""
        if chunk.get("error"):
            raise self.error(chunk)
        candidate = _first(chunk.get("candidates"))
        spoke = False
        for part in objects(mapping(candidate.get("content")).get("parts")):
            spoke = self._part(part, events) or spoke
        self._spoke = self._spoke or spoke
        if "groundingMetadata" in candidate or "citationMetadata" in candidate:
            self._sources(candidate, events)
        usage = chunk.get("usageMetadata")
        if usage:
            self.report(read_usage(usage), events)
        feedback = mapping(chunk.get("promptFeedback"))
        blocked = _reason(feedback, "blockReason")
        if blocked:
            raise self._declined(blocked, feedback.get("blockReasonMessage"))
        self._finish(candidate, events, spoke=spoke)

    def take(self, event: SseEvent, events: list[ProviderEvent]) -> None:
        """Decode one event; its data may stand in a list, as Google's errors do."""
        if event.event == "error":
            raise self.error(event.data)
        data = event.data.strip()
        if data.startswith("["):
            event = SseEvent(event.event, data.removeprefix("[").removesuffix("]"))
        super().take(event, events)

    def is_whole(self, data: str) -> bool:
        """Tell whether the data of an unfinished event was not cut."""
        return loads(data) is not None

    def end(self, events: list[ProviderEvent]) -> None:
        """Note that nothing more comes."""
        if self.finish is not None:
            self._calls.settle(events)
        super().end(events)

    def _part(self, part: dict[str, Any], events: list[ProviderEvent]) -> bool:
        """Decode one part; whether it belongs to the answer itself, not to a thought."""
        seal = part.get("thoughtSignature")
        signature = sound(seal) if isinstance(seal, str) else ""
        if isinstance(part.get("functionCall"), dict):
            self.thinking.settle(events)
            self._calls.read(part["functionCall"], signature, events)
            return True
        text = part.get("text")
        words = text if isinstance(text, str) else ""
        if part.get("thought") is True:
            self.think(words, events, signature)
            return False
        words = words or _in_words(part)
        if words:
            self.words(words, events)
        self.think("", events, signature)
        return bool(words)

    def _sources(self, candidate: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Read where the words are from: what was searched for, and what was quoted."""
        grounding = mapping(candidate.get("groundingMetadata"))
        for found in objects(grounding.get("groundingChunks")):
            for source in (mapping(found.get(kind)) for kind in _SOURCES):
                self._citations.found(
                    source.get("uri"), source.get("title"), source.get("text"), events
                )
        quoted = mapping(candidate.get("citationMetadata"))
        for key in ("citationSources", "citations"):  # Google AI, Vertex
            for source in objects(quoted.get(key)):
                self._citations.found(source.get("uri"), source.get("title"), "", events)

    def _finish(
        self, candidate: dict[str, Any], events: list[ProviderEvent], *, spoke: bool
    ) -> None:
        """Take note of a finish reason; words after one, as between rounds of a tool, undo it."""
        reason = _reason(candidate, "finishReason")
        finish = _FINISH.get(reason)
        if not reason:
            self.finish = None if spoke else self.finish
        elif finish is None:
            code = _CODES.get(reason, reason.lower())
            raise self.error({"error": {"code": code, "message": candidate.get("finishMessage")}})
        elif finish == "content_filter" and not self._spoke:
            raise self._declined(reason, candidate.get("finishMessage"))
        else:
            called = finish == "stop" and self._calls.count > 0
            self.finish = "tool_calls" if called else finish

    def _declined(self, reason: str, message: object) -> ProviderError:
        said = f"{reason}: {message}" if message else reason
        return self.error({"error": {"code": "content_filter", "message": said}})


def _first(candidates: object) -> dict[str, Any]:
    """Give the first of several answers: each has its number, and 0 may be left out."""
    firsts = [each for each in objects(candidates) if not each.get("index")]
    return firsts[0] if firsts else {}


def _reason(value: dict[str, Any], key: str) -> str:
    reason = value.get(key)
    return reason if isinstance(reason, str) and reason not in _NO_REASONS else ""


def _in_words(part: dict[str, Any]) -> str:
    """Put a part into words that holds none."""
    program, result, blob = (
        mapping(part.get(key)) for key in ("executableCode", "codeExecutionResult", "inlineData")
    )
    if program:
        return _fenced(program.get("code"), str(program.get("language") or "").lower())
    if result:
        return _fenced(result.get("output"), "text")
    if blob:
        media = str(blob.get("mimeType") or "").partition("/")[0]
        return f"\n\n[The model made {_KINDS.get(media, 'a file')}, which is not shown here.]\n\n"
    return ""


def _fenced(text: object, language: str) -> str:
    if not isinstance(text, str) or not text:
        return ""
    fence = "```"
    while fence in text:
        fence += "`"
    language = language if language.isalnum() else ""
    return f"\n\n{fence}{language}\n{text.rstrip()}\n{fence}\n\n"


def decode_answer(
    body: bytes, *, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
) -> list[ProviderEvent]:
    """Decode an answer that came as one JSON body.

    ``Stop`` is missing where the body names no finish reason: Gemini says so that it had not
    finished. Raises ``ProviderError`` where the body is an error or is no answer at all.
    """
    no_answer = f"{name} answered with something else than an answer."
    payload = loads(body.decode("utf-8-sig", "replace"))
    chunks = objects(payload) or [mapping(payload)]
    fields = {field for chunk in chunks for field in chunk}
    if not fields & _ANSWER_FIELDS:
        if not fields & _ERROR_FIELDS:
            raise ProviderError(ErrorKind.MALFORMED_CHUNK, no_answer)
        raise error_from_event(payload, name=name, model=model, secrets=secrets)
    decoder = GeminiDecoder(name, model, secrets)
    events: list[ProviderEvent] = []
    try:
        for chunk in chunks:
            decoder.chunks += 1
            decoder.chunk(chunk, events)
    except RecursionError:  # nested so deeply that it could just be read
        raise ProviderError(ErrorKind.MALFORMED_CHUNK, no_answer) from None
    return events + decoder.close()


FORMAT = WireFormat(
    chat=chat,
    decoder=GeminiDecoder,
    whole=decode_answer,
    models=read_models,
    embed=embed,
    vectors=read_vectors,
    models_path="/models?pageSize=1000",  # the most; 50 where nobody asks for more
    auth="x-goog-api-key",
    stream_opens_with=b"[",
)

"""OpenAI's Responses API, and the servers that speak it more or less.

``ResponsesDecoder`` turns the streamed answer into events, ``decode_response`` does so for one that
was not streamed; requests are made in ``responses_input``. Sources: developers.openai.com
(api/reference/resources/responses/streaming-events), and for deviations the threads named there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from understudy.errors import ErrorKind, ProviderError
from understudy.wire.citations import Citations
from understudy.wire.decoding import StreamDecoder
from understudy.wire.delivered import Delivered, Thoughts
from understudy.wire.failures import error_from_event
from understudy.wire.format import WireFormat
from understudy.wire.openai_lists import read_models, read_vectors
from understudy.wire.openai_messages import embed
from understudy.wire.openai_usage import read_usage
from understudy.wire.responses_input import chat, seal
from understudy.wire.values import loads, loads_object, mapping, objects, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from understudy.events import ProviderEvent
    from understudy.requests import FinishReason
    from understudy.wire.sse import SseEvent

_Json: TypeAlias = dict[str, Any]

_STATUS_OF_END: Final = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.cancelled": "cancelled",
    "response.done": "completed",  # openrouter.ai/docs/api_reference/responses/basic-usage.md
}
_ENDED: Final = frozenset(_STATUS_OF_END.values())
_CUT_SHORT: Final[Mapping[str, FinishReason]] = {"content_filter": "content_filter"}
"""Why an answer is incomplete, where it is for another reason than its length."""

_WHOLE: Final = ("completed", "incomplete", "failed")
"""An answer that is in the making, or that somebody called off, is none."""

_ERROR_FIELDS: Final = frozenset({"error", "detail", "message"})
"""One of these stands in an error's body."""

_SUMMARY: Final = "summary"
_CONTENT: Final = "content"


class ResponsesDecoder(StreamDecoder):
    """The streamed answer, from ``response.created`` to one of the events that end it.

    What follows the end is passed over. An answer without one was interrupted, ``[DONE]`` or not.
    """

    def __init__(
        self, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
    ) -> None:
        super().__init__(name, model, secrets)
        self._citations = Citations()
        self._said = Delivered()
        self._thoughts = Thoughts()
        self._arguments = Delivered()
        self._called = False
        self._streamed = False
        self._items = 0
        self._place = 0
        self._place_of_id: dict[str, int] = {}
        self._readers: Mapping[str, Callable[[_Json, list[ProviderEvent]], None]] = {
            "response.output_text.delta": self._words,
            "response.output_text.done": self._end_words,
            "response.output_text.annotation.added": self._citation,
            "response.refusal.delta": self._words,
            "response.refusal.done": self._end_words,
            "response.content_part.delta": self._words,  # OpenRouter's, as is ``response.done``
            "response.content_part.done": self._end_part,
            "response.reasoning_text.delta": self._thinks,
            "response.reasoning_text.done": self._end_thought,
            "response.reasoning_summary_text.delta": self._thinks,
            "response.reasoning_summary_text.done": self._end_thought,
            "response.function_call_arguments.delta": self._add_arguments,
            "response.function_call_arguments.done": self._end_arguments,
            "response.output_item.added": self._begin_item,
            "response.output_item.done": self._end_item,
        }

    def chunk(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        """Decode one chunk. Raises ``ProviderError`` where it says that the answer failed."""
        kind = chunk.get("type")
        name = kind if isinstance(kind, str) else ""
        reader = self._readers.get(name)
        if reader is not None:
            self._streamed = True
            reader(chunk, events)
        elif name in _STATUS_OF_END:
            # LiteLLM left the object around the response out (BerriAI/litellm issue 22102).
            response = mapping(chunk.get("response")) or chunk
            self.conclude(response, _STATUS_OF_END[name], events)
        elif name == "error" or chunk.get("error"):
            raise self._failure(chunk)

    def take(self, event: SseEvent, events: list[ProviderEvent]) -> None:
        """Decode one event. Some servers end with ``[DONE]``, which says no more than silence."""
        name, data = event
        if data == "[DONE]":
            self.end(events)
        elif name == "error":
            raise self._failure(loads_object(data) or {"message": data})
        else:
            super().take(event, events)

    def is_whole(self, data: str) -> bool:
        """Tell whether the data of an unfinished event was not cut."""
        return data == "[DONE]" or super().is_whole(data)

    def conclude(self, response: _Json, status: str, events: list[ProviderEvent]) -> None:
        """Take the response as it is in the end. Raises ``ProviderError`` where it failed."""
        self._output(objects(response.get("output")), events)
        self.report(read_usage(response.get("usage")), events)
        said = response.get("status")
        status = said if isinstance(said, str) and said in _ENDED else status
        if status == "failed":
            raise self.error({"error": response.get("error") or ""})
        if status == "completed":
            self.finish = "tool_calls" if self._called else "stop"
        elif status == "incomplete":
            reason = mapping(response.get("incomplete_details")).get("reason")
            self.finish = _CUT_SHORT.get(str(reason), "length")
        self.end(events)

    def _failure(self, chunk: _Json) -> ProviderError:
        """Read an error: documented flat, sent as an object (openai/openai-dotnet issue 881)."""
        return self.error({key: value for key, value in chunk.items() if value != "error"})

    def _output(self, items: list[_Json], events: list[ProviderEvent]) -> None:
        """Deliver what stands nowhere but in the response itself."""
        if not self._streamed:
            for place, item in enumerate(items):
                self._item(place, item, events)
            return
        # Items may be missing here that were streamed: only the words' order is to be trusted.
        messages = (item for item in items if item.get("type") == "message")
        whole = "".join(texts(item.get("content"), "text", "refusal") for item in messages)
        self._say(self._said.rest_of_all(whole), events)
        for place, item in enumerate(items):
            if item.get("type") == "function_call":
                self._call(place, item, events)

    def _begin_item(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        index, item = chunk.get("output_index"), mapping(chunk.get("item"))
        self._place = index if isinstance(index, int) else self._items
        self._items += 1
        for name in (item.get("id"), item.get("call_id")):
            if isinstance(name, str):
                self._place_of_id[name] = self._place
        if item.get("type") == "function_call":
            self._call(self._place, {**item, "arguments": ""}, events)

    def _end_item(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        self._item(self._place_in(chunk), mapping(chunk.get("item")), events)

    def _item(self, place: int, item: _Json, events: list[ProviderEvent]) -> None:
        """Deliver what is missing of a whole item; calls of the server's own tools are not ours."""
        match item.get("type"):
            case "message":
                for number, part in enumerate(objects(item.get("content"))):
                    self._part((place, number), part, events)
            case "function_call":
                self._call(place, item, events)
            case "reasoning":
                for kind in (_CONTENT, _SUMMARY):
                    for number, part in enumerate(objects(item.get(kind))):
                        self._thought(place, kind, number, part.get("text"), events)
                self._seal(item, events)
            case _:
                pass

    def _words(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        delta = chunk.get("delta")
        if isinstance(delta, str) and delta:
            self._said.add((self._place_in(chunk), _number(chunk, "content_index")), delta)
            self._say(delta, events)

    def _say(self, text: str, events: list[ProviderEvent]) -> None:
        if text:
            self._thoughts.end()
            self.words(text, events)

    def _end_words(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        self._part((self._place_in(chunk), _number(chunk, "content_index")), chunk, events)

    def _end_part(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        part = mapping(chunk.get("part"))
        if part.get("type") != "reasoning_text":
            self._part((self._place_in(chunk), _number(chunk, "content_index")), part, events)

    def _part(self, place: tuple[int, int], part: _Json, events: list[ProviderEvent]) -> None:
        """Deliver what is missing of a whole text, and where it is from."""
        whole = part.get("text") or part.get("refusal")
        if isinstance(whole, str) and not self._said.ends_with(whole):
            self._say(self._said.rest(place, whole), events)
        for note in objects(part.get("annotations")):
            self._cite(note, events)

    def _citation(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        self._cite(mapping(chunk.get("annotation")), events)

    def _cite(self, note: _Json, events: list[ProviderEvent]) -> None:
        """Tell of an address (``url_citation``) or of a file by its name (``file_citation``)."""
        title = note.get("title") or note.get("filename")
        self._citations.found(note.get("url"), title, "", events)

    def _thinks(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        kind, number = _part_of_thought(chunk)
        delta = chunk.get("delta")
        if isinstance(delta, str) and delta:
            told = self._thoughts.fragment(self._place_in(chunk), kind, number, delta)
            self._think(told, events)

    def _end_thought(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        kind, number = _part_of_thought(chunk)
        self._thought(self._place_in(chunk), kind, number, chunk.get("text"), events)

    def _thought(
        self, place: int, kind: str, number: int, whole: object, events: list[ProviderEvent]
    ) -> None:
        if isinstance(whole, str) and whole:
            self._think(self._thoughts.whole(place, kind, number, whole), events)

    def _think(self, text: str, events: list[ProviderEvent]) -> None:
        if text:
            self.think(text, events)

    def _seal(self, item: _Json, events: list[ProviderEvent]) -> None:
        signature = seal(item)
        if signature:
            self._thoughts.end()
            self.think("", events, signature)

    def _add_arguments(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        delta = self.tools.delta(self._fragment(chunk, chunk.get("delta")))
        if delta.arguments:
            self._called = True
            self._arguments.add(delta.index, delta.arguments)
            self.thinking.settle(events)
            events.append(delta)

    def _end_arguments(self, chunk: _Json, events: list[ProviderEvent]) -> None:
        self._deliver_call(self._fragment(chunk, chunk.get("arguments")), events)

    def _call(self, place: int, item: _Json, events: list[ProviderEvent]) -> None:
        """Deliver what is missing of a call. What goes by no id of its own goes by its item's."""
        function = {"name": item.get("name"), "arguments": item.get("arguments")}
        name = item.get("call_id") or item.get("id")
        self._deliver_call({"index": place, "id": name, "function": function}, events)

    def _fragment(self, chunk: _Json, arguments: object) -> _Json:
        return {"index": self._place_in(chunk), "function": {"arguments": arguments}}

    def _deliver_call(self, whole: _Json, events: list[ProviderEvent]) -> None:
        delta = self.tools.delta(whole)
        rest = self._arguments.rest(delta.index, delta.arguments)
        if delta.id or delta.name or rest:
            self._called = True
            self.thinking.settle(events)
            events.append(replace(delta, arguments=rest))

    def _place_in(self, chunk: _Json) -> int:
        """Find the item that a chunk is about: llama.cpp does not number them (its issue 20607)."""
        index = chunk.get("output_index")
        if isinstance(index, int):
            return index
        item = mapping(chunk.get("item"))
        for name in (chunk.get("item_id"), item.get("id"), item.get("call_id")):
            if isinstance(name, str) and name in self._place_of_id:
                return self._place_of_id[name]
        return self._place


def _number(chunk: _Json, field: str) -> int:
    value = chunk.get(field)
    return value if isinstance(value, int) else 0


def _part_of_thought(chunk: _Json) -> tuple[str, int]:
    if str(chunk["type"]).startswith("response.reasoning_summary"):
        return _SUMMARY, _number(chunk, "summary_index")
    return _CONTENT, _number(chunk, "content_index")


def decode_response(
    body: bytes, *, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
) -> list[ProviderEvent]:
    """Decode an answer that came as one JSON body, though a stream was asked for.

    Raises ``ProviderError`` where the body is an error, no answer at all or one that goes on.
    """
    payload = loads(body.decode("utf-8-sig", "replace"))
    response = mapping(payload)
    if not isinstance(response.get("output"), list):
        if not isinstance(payload, list) and not _ERROR_FIELDS.intersection(response):
            message = f"{name} answered with something else than an answer."
            raise ProviderError(ErrorKind.MALFORMED_CHUNK, message)
        raise error_from_event(cast("object", payload), name=name, model=model, secrets=secrets)
    status = response.get("status") or ("failed" if response.get("error") else "completed")
    if status not in _WHOLE:
        raise ProviderError(ErrorKind.TRANSIENT, f"{name} gave an answer that is not finished.")
    decoder = ResponsesDecoder(name, model, secrets)
    events: list[ProviderEvent] = []
    decoder.conclude(response, status, events)
    return events


FORMAT = WireFormat(
    chat=chat,
    decoder=ResponsesDecoder,
    whole=decode_response,
    models=read_models,
    embed=embed,
    vectors=read_vectors,
)

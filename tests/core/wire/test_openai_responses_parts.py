"""What servers of the Responses API say twice, leave out or number otherwise: said once, all of it.

The bytes are written from threads about the servers that are named, and from developers.openai.com.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.responses_answers import (
    calls,
    decode,
    delta,
    end,
    parts,
    scripted,
    thoughts,
    words,
)
from helpers.responses_replies import (
    begun,
    call,
    message,
    responses_stream,
    say_thought,
    say_words,
    sse,
    text_part,
    thought,
)
from understudy.events import ReasoningDelta, Stop
from understudy.wire.responses_input import seal

CREATED = begun().stream
HELLO = "Hello, world. "


def text_of_llama(text: str = HELLO, place: int | None = None) -> list[bytes]:
    """A message without numbers, as llama.cpp sends it (ggml-org/llama.cpp issue 20607)."""
    about: dict[str, Any] = {"item_id": "msg_1"} if place is None else {"output_index": place}
    return [
        sse("response.output_item.added", item=message(status="in_progress")),
        sse("response.content_part.added", **about, part=text_part("")),
        *(delta(letter, **about) for letter in text),
        sse("response.output_text.done", **about, text=text),
        sse("response.content_part.done", **about, part=text_part(text)),
        sse("response.output_item.done", item=message(text_part(text))),
    ]


WHOLE = message(text_part(HELLO))
REPETITIONS: dict[str, list[bytes]] = {
    "as documented": [responses_stream(HELLO).body],
    "fragments alone": [delta(letter) for letter in HELLO] + [end()],
    "no whole text (LlamaStack)": [
        *(delta(letter, output_index=0, content_index=0) for letter in HELLO),
        sse("response.output_item.done", output_index=0, item=WHOLE),
        end(output=[WHOLE]),
    ],
    "the whole text alone (gemini-web2api)": [
        sse("response.output_text.done", text=HELLO),
        end(output=[WHOLE]),
    ],
    "the part alone": [sse("response.content_part.done", part=text_part(HELLO)), end()],
    "the item alone": [sse("response.output_item.done", item=WHOLE), end(output=[WHOLE])],
    "the end alone": [CREATED, end(output=[WHOLE])],
    "no numbers (llama.cpp)": [*text_of_llama(), end(output=[WHOLE])],
    "numbers on some (Lemonade)": [*text_of_llama(place=1), end(output=[WHOLE])],
    "a number a fragment (Tiles)": [
        *(delta(letter, content_index=number) for number, letter in enumerate(HELLO)),
        sse("response.output_text.done", content_index=len(HELLO), text=HELLO),
        sse("response.content_part.done", content_index=0, part=text_part(HELLO)),
        end(output=[WHOLE]),
    ],
    "another number at the end": [
        sse("response.output_item.added", output_index=0, item=thought()),
        sse("response.output_item.added", output_index=1, item=message()),
        *(delta(letter, output_index=1, content_index=0) for letter in HELLO),
        end(output=[WHOLE]),
    ],
    "the rest at the end of the text": [
        *(delta(letter) for letter in HELLO[:5]),
        sse("response.output_text.done", text=HELLO),
        end(),
    ],
    "the rest at the end of all": [*(delta(letter) for letter in HELLO[:5]), end(output=[WHOLE])],
}


@pytest.mark.parametrize("stream", REPETITIONS.values(), ids=REPETITIONS)
def test_that_what_is_sent_again_and_again_is_said_once(stream: list[bytes]) -> None:
    events = decode(*stream)
    assert words(events) == HELLO
    assert events[-1] == Stop("stop")


def test_that_a_text_told_in_other_words_at_its_end_stays_as_it_was() -> None:
    whole = sse("response.output_text.done", text="Hello, world.")
    assert words(decode(delta(HELLO), whole, end(output=[message(text_part("Hello"))]))) == HELLO


def test_that_two_messages_may_say_the_same() -> None:
    script = begun()
    items = [say_words(script, place, ["Yes", "."]) for place in (0, 1)]
    assert words(decode(script.stream, end(output=items))) == "Yes.Yes."


def think(text: object, number: int = 0, place: int = 0) -> bytes:
    about = {"output_index": place, "summary_index": number}
    return delta(text, "reasoning_summary_text", **about)


def test_that_the_parts_of_a_summary_are_a_blank_line_apart() -> None:
    script = begun()
    say_thought(script, 0, "First this.", "Then that.")
    assert thoughts(decode(script.stream, end())) == "First this.\n\nThen that."


def test_that_thoughts_themselves_are_told_and_not_their_summary_besides() -> None:
    item = {**thought("Hm"), "content": [{"type": "reasoning_text", "text": "hm, hm"}]}
    stream = [
        delta("hm,", "reasoning_text", output_index=0, content_index=0),
        think("Hm"),
        delta(" hm", "reasoning_text", output_index=0, content_index=0),
        sse("response.reasoning_text.done", output_index=0, content_index=0, text="hm, hm"),
        sse("response.reasoning_summary_text.done", output_index=0, summary_index=0, text="Hm"),
        sse("response.output_item.done", output_index=0, item=item),
    ]
    assert thoughts(decode(*stream)) == "hm, hm"
    assert thoughts(decode(stream[-1])) == "hm, hm"


@pytest.mark.parametrize(
    "stream",
    [
        sse("response.reasoning_summary_text.done", summary_index=0, text="Hm."),
        sse("response.reasoning_text.done", text="Hm."),
        sse("response.output_item.done", item=thought("Hm.", sealed="")),
        end(output=[thought("Hm.", sealed="")]),
        think("H") + sse("response.output_item.done", output_index=0, item=thought("Hm.")),
    ],
)
def test_that_thoughts_may_come_whole(stream: bytes) -> None:
    assert thoughts(decode(stream)) == "Hm."


def test_that_a_part_of_a_message_that_is_a_thought_is_not_said() -> None:
    part = sse("response.content_part.done", part={"type": "reasoning_text", "text": "hm"})
    assert words(decode(part, end())) == ""


def test_that_one_thought_after_another_begins_anew() -> None:
    script = begun()
    say_thought(script, 0, "One.")
    say_thought(script, 1, "Two.")
    say_words(script, 2, ["Hi"])
    script.add("response.reasoning_text.delta", output_index=3, content_index=0, delta="Three.")
    events = decode(script.stream, end())
    told = [event for event in events if isinstance(event, ReasoningDelta)]
    assert [event.text for event in told] == ["One.", "", "Two.", "", "Three."]
    assert [bool(event.signature) for event in told] == [False, True, False, True, False]


def test_that_unsealed_thoughts_are_a_blank_line_apart() -> None:
    assert thoughts(decode(think("One."), think("Two.", place=1))) == "One.\n\nTwo."


def test_that_a_thought_without_words_is_still_sealed() -> None:
    events = decode(sse("response.output_item.done", item=thought()), end())
    assert events == [ReasoningDelta("", seal(thought())), Stop("stop")]


def test_that_thinking_written_into_the_answer_is_found() -> None:
    events = decode(*(delta(piece) for piece in ("<th", "ink>hm</thi", "nk> Yes.")), end())
    assert (thoughts(events), words(events)) == ("hm", " Yes.")
    events = decode(think("hm"), delta("<think>"), delta(" is a tag"), end())
    assert words(events) == "<think> is a tag"


FIND, LOOK = call("find", '{"a": 1}'), call("look", "{}", number=2)
CALLED = [("call_1", "find", '{"a": 1}'), ("call_2", "look", "{}")]


def both(numbers: tuple[int | None, int | None], *kinds: str) -> list[bytes]:
    """Two calls, of whose events those of ``kinds`` are sent, with ``output_index`` or without."""
    events: list[bytes] = []
    for item, number in zip((FIND, LOOK), numbers, strict=True):
        about = {} if number is None else {"output_index": number}
        arguments: str = item["arguments"]
        made = {
            "added": sse("response.output_item.added", **about, item={**item, "arguments": ""}),
            "delta": b"".join(
                delta(letter, "function_call_arguments", **about) for letter in arguments
            ),
            "end": sse("response.function_call_arguments.done", **about, arguments=arguments),
            "done": sse("response.output_item.done", **about, item=item),
        }
        events += [made[kind] for kind in kinds]
    return events


ALL = ("added", "delta", "end", "done")
CALLS: dict[str, list[bytes]] = {
    "as documented": both((0, 1), *ALL),
    "no fragments": both((0, 1), "added", "end", "done"),
    "begun and whole": both((0, 1), "added", "done"),
    "the arguments alone": both((0, 1), "added", "end"),
    "the items alone": both((0, 1), "done"),
    "not announced": both((0, 1), "delta", "done"),
    "no numbers": both((None, None), *ALL),
    "one number for all": both((0, 0), *ALL),
    "the end alone": [],
    "fragments and the end alone": both((0, 1), "delta"),
}


@pytest.mark.parametrize("stream", CALLS.values(), ids=CALLS)
def test_that_calls_are_put_together_however_they_come(stream: list[bytes]) -> None:
    events = decode(*stream, end(output=[FIND, LOOK]))
    assert calls(events) == CALLED
    assert events[-1] == Stop("tool_calls")


def test_that_calls_without_numbers_are_known_by_their_ids() -> None:
    # llama.cpp ends all items at the very end, and its calls have no id but the call's.
    items: list[dict[str, Any]] = [{**item, "id": None} for item in (FIND, LOOK)]
    said = message(text_part("Hi"))
    stream = [sse("response.output_item.added", item=message()), delta("Hi", item_id="msg_1")]
    for item in items:
        about = {"item_id": item["call_id"]}
        stream.append(sse("response.output_item.added", item={**item, "arguments": ""}))
        stream.append(delta(item["arguments"], "function_call_arguments", **about))
    stream.append(sse("response.output_text.done", item_id="msg_1", text="Hi"))
    stream.append(sse("response.output_item.done", item=said))
    for item in items:
        about = {"item_id": item["call_id"], "arguments": item["arguments"]}
        stream.append(sse("response.function_call_arguments.done", **about))
        stream.append(sse("response.output_item.done", item=item))
    events = decode(*stream, end(output=[said, *items]))
    assert (words(events), calls(events)) == ("Hi", CALLED)


def test_that_a_call_goes_by_the_id_of_its_item_where_it_has_no_other() -> None:
    item = {**FIND, "call_id": None}
    assert calls(decode(sse("response.output_item.done", item=item)))[0][0] == "fc_1"


def test_that_the_servers_own_tools_are_not_ours() -> None:
    items = [{"type": kind, "id": "x_1"} for kind in ("web_search_call", "mcp_call", "compaction")]
    stream = [sse("response.output_item.added", item=item) for item in items]
    stream += [sse("response.web_search_call.searching", item_id="x_1", output_index=0)]
    stream += [sse("response.mcp_call_arguments.delta", item_id="x_1", delta="{}")]
    stream += [sse("response.output_item.done", item=item) for item in items]
    assert decode(*stream, end(output=items)) == [Stop("stop")]


SAID = {
    "response.output_item.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
}


@given(parts("ab \n한😀"), st.sets(st.sampled_from(sorted(SAID))), st.booleans())
def test_that_no_word_is_lost_or_doubled_whatever_a_server_leaves_out(
    told: list[tuple[str, str]], silent: set[str], numbered: bool
) -> None:
    told = [(kind, f"{place}{text}") for place, (kind, text) in enumerate(told)]
    if not numbered:
        silent -= {"response.output_item.added"}  # else nothing tells the items apart
    stream: list[bytes] = []
    for event in scripted(told).events:
        chunk: dict[str, Any] = json.loads(event.partition(b"data: ")[2])
        kind = chunk.pop("type")
        if not numbered:
            chunk.pop("output_index", None)
        if kind not in silent:
            stream.append(sse(kind, **chunk))
    events = decode(*stream)
    assert words(events) == "".join(text for kind, text in told if kind == "words")
    assert [arguments for _id, _name, arguments in calls(events)] == [
        text for kind, text in told if kind == "call"
    ]

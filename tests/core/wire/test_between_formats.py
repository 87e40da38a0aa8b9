"""A conversation moves between any two formats, whatever happened in it.

Every answer here is decoded from the bytes of one format, put together as every consumer of a
stream does it, and rendered into the next request of another. Whether that is legal tell the rules
in ``helpers.legality``.
"""

from __future__ import annotations

from base64 import b64encode
from contextlib import aclosing
from dataclasses import replace
from itertools import permutations, product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import legality
from helpers.languages import ANTHROPIC, LANGUAGES, OLLAMA, OPENAI, SEALS, Language, Told
from helpers.legality import calls_in, times
from understudy.errors import AnswerInterrupted, NobodyAnswered
from understudy.events import Finished
from understudy.messages import (
    FilePart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.providers.base import Availability
from understudy.requests import ChatRequest, Tool, Usage
from understudy.routing.collect import collect
from understudy.routing.router import Router
from understudy.routing.trace import Trace
from understudy.wire.format import Dialect, Target

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from understudy.events import ProviderEvent, StreamEvent

PIECES = ("Fallback ", "is", " \n\n", "대역", " 배우 🎭", ": ", "it \\ goes", " on")
WORDS = "".join(PIECES)
THOUGHT = "They ask what a fallback is; I shall be brief."
ARGUMENTS = '{"query": "밀물 \\"tides\\"", "limit": 3}'
FIND = Tool("find", "Finds.", {"type": "object", "properties": {"query": {"type": "string"}}})

QUESTION = Message.user("What is a fallback?")
MORE = Message.user("Say more.")

PLAIN = Told(PIECES)
THOUGHTFUL = Told(PIECES, THOUGHT)
CALLING = Told(("Let me look it up.",), THOUGHT, (("one", "find", ARGUMENTS),))
TWO_CALLS = replace(CALLING, calls=(*CALLING.calls, ("two", "find", '{"query": "neap"}')))

pytestmark = pytest.mark.anyio
pairs = pytest.mark.parametrize(
    ("a", "b"),
    list(product(LANGUAGES, repeat=2)),
    ids=lambda language: language.wire if isinstance(language, Language) else None,
)


class Speaker:
    """A provider that says these bytes, whatever it is asked."""

    def __init__(self, language: Language, events: Sequence[bytes]) -> None:
        self.id = self.name = language.id
        self.local = False
        self.default_model = language.model
        self._language = language
        self._events = events

    def availability(self) -> Availability:
        return Availability("available")

    async def stream(
        self, request: ChatRequest, model: str
    ) -> AsyncGenerator[Sequence[ProviderEvent], None]:
        decoder = self._language.format.decoder(self.name, model, ())
        for data in self._events:
            yield decoder.feed(data)
        yield decoder.close()


async def answer_of(*speakers: Speaker) -> Message:
    """The answer, with all that came of it where it broke off."""
    router = Router()
    for speaker in speakers:
        router.register_chat_provider(speaker)
    interrupted = False

    async def to_its_end() -> AsyncIterator[StreamEvent]:
        nonlocal interrupted
        async with aclosing(router.stream(ChatRequest((QUESTION,)))) as events:
            try:
                async for event in events:
                    yield event
            except AnswerInterrupted:
                interrupted = True
                yield Finished("", "", "stop", Usage(), Trace("", ()))

    return replace((await collect(to_its_end())).message, interrupted=interrupted)


def rendered(b: Language, *conversation: Message, model: str = "", **facts: Any) -> dict[str, Any]:
    """The body in which ``b`` asks; checked."""
    target = b.target(model, **facts)
    request = ChatRequest(conversation, tools=(FIND,))
    body = b.format.chat(request, target).body
    legality.check(b.wire, body, target)
    assert b.format.chat(request, target).body == body
    return body


def results(message: Message, text: str = "It is neap tide.", **more: Any) -> Message:
    """What the tools said to all calls of an answer."""
    calls = (part for part in message.parts if isinstance(part, ToolCallPart))
    return Message("tool", tuple(ToolResultPart(call.id, text, **more) for call in calls))


def seals_in(body: dict[str, Any]) -> set[str]:
    """The formats whose seals stand in a body."""
    return {wire for wire, seal in SEALS.items() if seal and times(seal, body)}


@pairs
async def test_that_a_plain_answer_is_told_once(a: Language, b: Language) -> None:
    answer = await answer_of(Speaker(a, a.whole(PLAIN)))
    assert answer == Message.assistant(WORDS)
    body = rendered(b, QUESTION, answer, MORE)
    assert times(WORDS, body) == times(QUESTION.text, body) == times(MORE.text, body) == 1


@pairs
async def test_that_a_thought_is_nobody_elses(a: Language, b: Language) -> None:
    answer = await answer_of(Speaker(a, a.whole(THOUGHTFUL)))
    for model in (b.model, f"{b.model}-other"):
        body = rendered(b, QUESTION, answer, MORE, model=model)
        mine = a is b and model == b.model
        assert times(WORDS, body) == 1
        assert mine or not times(THOUGHT, body)
        assert seals_in(body) <= ({a.wire} if mine else set())


@pairs
@pytest.mark.parametrize("told", [CALLING, TWO_CALLS], ids=["one", "two"])
async def test_that_calls_and_results_are_told_with_ones_own_seals(
    a: Language, b: Language, told: Told
) -> None:
    answer = await answer_of(Speaker(a, a.whole(told)))
    body = rendered(b, QUESTION, answer, results(answer))
    assert times("It is neap tide.", body) == len(told.calls)
    assert times("Let me look it up.", body) == 1
    assert times('밀물 "tides"', body) or times('밀물 \\"tides\\"', body)
    assert seals_in(body) == ({a.wire} if a is b and a.seal else set())
    assert bool(times(THOUGHT, body)) is (a is b and a.wire != "gemini")
    other = rendered(b, QUESTION, answer, results(answer), model=f"{b.model}-other")
    assert not seals_in(other)
    assert not times(THOUGHT, other)


@pairs
async def test_that_rounds_of_calls_are_told_whole(a: Language, b: Language) -> None:
    """Two rounds with one id, an answer, and a question after it."""
    call = await answer_of(Speaker(a, a.whole(CALLING)))
    answer = await answer_of(Speaker(a, a.whole(THOUGHTFUL)))
    rounds = (call, results(call, "First."), call, results(call, "Second."))
    body = rendered(b, QUESTION, *rounds, answer, MORE)
    assert [times(text, body) for text in ("First.", "Second.", WORDS)] == [1, 1, 1]
    assert seals_in(body) <= ({a.wire} if a is b else set())
    rendered(b, QUESTION, *rounds, MORE)


@pairs
@pytest.mark.parametrize("told", [PLAIN, THOUGHTFUL], ids=["plain", "thinking"])
async def test_that_an_answer_broken_in_mid_sentence_is_told_as_far_as_it_came(
    a: Language, b: Language, told: Told
) -> None:
    answer = await answer_of(Speaker(a, a.broken(told)))
    assert answer.interrupted
    assert answer.text == WORDS
    body = rendered(b, QUESTION, answer, MORE)
    assert times(WORDS, body) == 1
    assert seals_in(body) <= ({a.wire} if a is b else set())


@pairs
async def test_that_an_answer_broken_anywhere_is_told(a: Language, b: Language) -> None:
    """After each event, and in the middle of each."""
    events = a.whole(TWO_CALLS)
    for length in range(len(events) - 1):
        for cut in (len(events[length]), len(events[length]) // 2):
            part = [*events[:length], events[length][:cut]]
            try:
                answer = await answer_of(Speaker(a, part))
            except NobodyAnswered:  # before the first word
                continue
            body = rendered(b, QUESTION, answer, MORE)
            assert calls_in(body) == 0
            assert times(answer.text.strip() or MORE.text, body) == 1
            rendered(b, QUESTION, answer, results(answer, "Interrupted.", is_error=True), MORE)


@pairs
async def test_that_a_call_cut_in_its_arguments_is_left_out_or_answered(
    a: Language, b: Language
) -> None:
    answer = await answer_of(Speaker(a, a.cut(CALLING)))
    assert answer.interrupted
    body = rendered(b, QUESTION, answer, MORE)
    assert times("Let me look it up.", body) == 1
    assert calls_in(body) == 0
    answered = rendered(b, QUESTION, answer, results(answer, "Cut off.", is_error=True))
    calls = [part for part in answer.parts if isinstance(part, ToolCallPart)]
    assert times("Cut off.", answered) == calls_in(answered) == len(calls)


@pytest.mark.parametrize(
    ("a", "c", "b"),
    [(a, c, b) for (a, c), b in product(permutations(LANGUAGES, 2), LANGUAGES)],
    ids=lambda language: language.wire,
)
async def test_that_an_answer_handed_over_in_its_middle_is_told_as_one(
    a: Language, c: Language, b: Language
) -> None:
    first, rest = replace(THOUGHTFUL, pieces=PIECES[:5]), replace(THOUGHTFUL, pieces=PIECES[5:])
    answer = await answer_of(Speaker(a, a.broken(first)), Speaker(c, c.whole(rest)))
    assert not answer.interrupted
    assert answer.text == WORDS
    body = rendered(b, QUESTION, answer, MORE)
    assert times(first.text, body) == times(rest.text, body) == 1
    assert seals_in(body) <= {b.wire}


@pairs
async def test_that_an_answer_of_hidden_thoughts_alone_leaves_no_gap(
    a: Language, b: Language
) -> None:
    told = Told(hidden=True) if a is not OLLAMA else Told(thought=THOUGHT)
    answer = await answer_of(Speaker(a, a.whole(told)))
    assert all(isinstance(part, ReasoningPart) for part in answer.parts)
    assert answer.parts
    body = rendered(b, QUESTION, answer, MORE)
    assert times(QUESTION.text, body) == times(MORE.text, body) == 1
    assert not seals_in(body)


@pairs
async def test_that_a_hidden_thought_goes_back_with_its_call(a: Language, b: Language) -> None:
    if a is OLLAMA:
        told = replace(CALLING, thought=THOUGHT)
    else:
        told = replace(CALLING, thought="", hidden=True)
    answer = await answer_of(Speaker(a, a.whole(told)))
    body = rendered(b, QUESTION, answer, results(answer))
    assert seals_in(body) == ({a.wire} if a is b and a.seal else set())


PNG = ImagePart(b"\x89PNG-bytes", "image/png", "cat.png")
ODD = ImagePart(b"BM-bytes", "image/bmp", "old.bmp")
PDF = FilePart(b"%PDF-bytes", "application/pdf", "paper.pdf")
TXT = FilePart("tide,높이".encode(), "text/csv", "tides.csv")
ATTACHED = Message.user("Look.", PNG, ODD, PDF, TXT)


@pairs
@pytest.mark.parametrize("sees", [True, False])
@pytest.mark.parametrize("reads", [True, False])
async def test_that_what_was_attached_is_sent_or_said(
    a: Language, b: Language, sees: bool, reads: bool
) -> None:
    answer = await answer_of(Speaker(a, a.whole(PLAIN)))
    body = rendered(b, ATTACHED, answer, MORE, sees_images=sees, reads_files=reads)
    reads = reads and b is not OLLAMA
    assert times(b64encode(PNG.data).decode(), body) == sees
    assert times('image "cat.png" was attached, which you cannot see', body) == (not sees)
    assert times(b64encode(PDF.data).decode(), body) == reads
    assert times('file "paper.pdf" was attached, which you cannot read', body) == (not reads)
    assert times('image "old.bmp" was attached', body) == 1
    assert times("tide,높이", body) == times("Look.", body) == times(WORDS, body) == 1


@pairs
@pytest.mark.parametrize(
    ("text", "is_error"), [("No such file.", True), ("", True), (" \n", True), ("", False)]
)
async def test_that_a_tool_that_failed_or_said_nothing_has_answered(
    a: Language, b: Language, text: str, is_error: bool
) -> None:
    answer = await answer_of(Speaker(a, a.whole(CALLING)))
    body = rendered(b, QUESTION, answer, results(answer, text, is_error=is_error))
    assert calls_in(body) == 1
    said = text if text.strip() else "It failed without a word."
    assert times(said, body) == is_error


@pairs
async def test_that_of_two_calls_only_the_answered_one_is_told(a: Language, b: Language) -> None:
    answer = await answer_of(Speaker(a, a.whole(TWO_CALLS)))
    first, second = (part for part in answer.parts if isinstance(part, ToolCallPart))
    for call in (first, second):
        told = Message("tool", (ToolResultPart(call.id, "It is neap tide."),))
        body = rendered(b, QUESTION, answer, told, MORE)
        assert calls_in(body) == times("It is neap tide.", body) == 1
    assert calls_in(rendered(b, QUESTION, answer, MORE)) == 0


@pairs
@pytest.mark.parametrize("call_id", ["functions.find:0", "x" * 300, "호출 1", "a/b+c=="])
async def test_that_an_id_that_somebody_refuses_is_replaced(
    a: Language, b: Language, call_id: str
) -> None:
    told = replace(CALLING, calls=((call_id, "files.find", ARGUMENTS),))
    answer = await answer_of(Speaker(a, a.whole(told)))
    body = rendered(b, QUESTION, answer, results(answer), MORE)
    assert calls_in(body) == times("It is neap tide.", body) == 1


SERVERS = (
    *(language.target(language.model) for language in LANGUAGES),
    Target("openaichat", "mistral-small-latest"),
    Target("openaichat", "kimi-k3", Dialect(reasoning_field="reasoning_content")),
    Target("openaichat", "sonar", Dialect(usage_on_request=False)),
    Target("anthropic", "claude-haiku-4-5"),
    Target("anthropic", "glm-5"),
    Target("gemini", "gemini-2.5-flash"),
    Target("ollama", "mistral-nemo"),
)
"""Those whose ways differ within one format."""

FORMATS = {language.id: language for language in LANGUAGES}
TEXTS = st.one_of(
    st.sampled_from(["", " ", "\n\n", "words", "한국어", "half \ud83d", "\x00\x1b", "</think>"]),
    st.text(max_size=6),
)
IDS = st.sampled_from(["a", "b", "", "call_0", "functions.find:0", "x" * 90, "호출", "abcDEF123"])
MAKERS = st.sampled_from(
    ["", "nobody/m", *(f"{target.provider}/{target.model}" for target in SERVERS)]
)
SOME_SEALS = st.sampled_from(
    ["", "seal", "{}", "[]", '[{"type": "reasoning.text"}]', '{"encrypted_content": "x"}']
)
SOME_ARGUMENTS = st.one_of(
    st.sampled_from(["", "{}", '{"a', "[]", "7", "null", '{"a": NaN}', '{"a": [1e999]}']),
    st.sampled_from(['{"a": "\\ud83d"}', '{"\\udc00": 1}', '{"a":' * 200 + "1" + "}" * 200]),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2).map(str),
)
SOME_PARTS: st.SearchStrategy[Part] = st.one_of(
    st.builds(TextPart, TEXTS),
    st.builds(
        ImagePart,
        st.sampled_from([b"", b"x"]),
        st.sampled_from(["image/png", "image/gif", "image/tiff", ""]),
        TEXTS,
    ),
    st.builds(
        FilePart,
        st.sampled_from([b"", b"x", b"\xff", b"```"]),
        st.sampled_from(["application/pdf", "text/plain", "application/zip"]),
        TEXTS,
    ),
    st.builds(ReasoningPart, TEXTS, SOME_SEALS, MAKERS, st.booleans()),
    st.builds(
        ToolCallPart,
        IDS,
        st.sampled_from(["find", "", "a.b", "찾기", "x" * 99]),
        SOME_ARGUMENTS,
        st.sampled_from(["", "c2VhbA=="]),
        MAKERS,
    ),
    st.builds(ToolResultPart, IDS, TEXTS, st.booleans()),
)
CONVERSATIONS = st.lists(
    st.builds(
        Message,
        st.sampled_from(["system", "user", "assistant", "tool"]),
        st.lists(SOME_PARTS, max_size=5).map(tuple),
        st.booleans(),
    ),
    max_size=7,
)


@pytest.mark.parametrize("target", SERVERS, ids=lambda target: f"{target.provider}-{target.model}")
@settings(deadline=None)  # a loaded machine is no bug
@given(CONVERSATIONS, st.booleans(), st.booleans())
def test_that_no_conversation_is_refused_by_any_server(
    target: Target, conversation: list[Message], sees: bool, reads: bool
) -> None:
    """Whatever was said, by whoever and in whatever order; the last word is a question."""
    language = FORMATS[target.provider]
    told = replace(target, sees_images=sees, reads_files=reads)
    request = ChatRequest((*conversation, MORE), tools=(FIND,))
    body = language.format.chat(request, told).body
    legality.check(language.wire, body, told)
    assert language.format.chat(request, told).body == body
    assert times(MORE.text, body) == 1


@pytest.mark.parametrize("target", SERVERS, ids=lambda target: f"{target.provider}-{target.model}")
@settings(deadline=None)  # a loaded machine is no bug
@given(CONVERSATIONS)
def test_that_a_conversation_without_a_question_is_refused_by_none_that_is_strict(
    target: Target, conversation: list[Message]
) -> None:
    """The last word may be an answer, or nobody may have said a thing."""
    language = FORMATS[target.provider]
    if language in {OPENAI, ANTHROPIC, OLLAMA}:
        body = language.format.chat(ChatRequest(tuple(conversation)), target).body
        legality.check(language.wire, body, target)

"""The router over real sockets, with a provider of every wire format as the first and the next."""

from __future__ import annotations

import time
from base64 import b64encode
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from helpers.anthropic_replies import anthropic_error
from helpers.gemini_replies import (
    gemini_error,
    gemini_overloaded,
    gemini_rate_limited,
    gemini_vectors,
    gemini_wrong_key,
)
from helpers.languages import (
    ANTHROPIC,
    GEMINI,
    GEMINI_ARRAY,
    LANGUAGES,
    OLLAMA,
    OPENAI,
    RESPONSES,
    STREAMS,
    Language,
    Told,
)
from helpers.legality import check, strings, times
from helpers.loopback import Loopback, RecordedRequest
from helpers.ollama_replies import NDJSON, ollama_error, ollama_vectors
from helpers.providers import QUESTION, listen
from helpers.replies import (
    SSE,
    Chunk,
    Ending,
    Reply,
    json_reply,
    openai_error,
    overloaded,
    rate_limited,
    wrong_key,
)
from helpers.responses_replies import responses_failure
from understudy.errors import ErrorKind, NobodyAnswered
from understudy.events import HandedOver, ReasoningDelta, TextDelta
from understudy.messages import ImagePart, Message
from understudy.model_facts import ModelFacts
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.requests import ChatRequest, EmbeddingRequest
from understudy.routing.route import Route, RouteEntry
from understudy.routing.router import Router
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

pytestmark = pytest.mark.anyio

PIECES = tuple(f"piece {number}, " for number in range(20))
WHOLE = "".join(PIECES)
PATIENCE = 2.0

pairs = pytest.mark.parametrize(
    ("a", "b"),
    list(product(LANGUAGES, repeat=2)),
    ids=lambda language: language.wire if isinstance(language, Language) else None,
)
every_format = pytest.mark.parametrize("a", LANGUAGES, ids=lambda language: language.wire)
every_stream = pytest.mark.parametrize(
    "a",
    STREAMS,
    ids=lambda language: language.wire + ("-array" if language is GEMINI_ARRAY else ""),
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def after(language: Language) -> Language:
    """Another format: the next of them, and after the last the first."""
    return LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]


def address(language: Language, server: Loopback) -> str:
    """Where a server of this format has its API."""
    match language.wire:
        case "anthropic" | "ollama":
            return server.url
        case "gemini":
            return f"{server.url}/v1beta"
        case _:
            return server.base_url


def reply(
    language: Language, events: list[bytes], *, ending: Ending = "clean", delay: float = 0.0
) -> Reply:
    kind = NDJSON if language is OLLAMA else SSE
    return Reply(
        headers=(kind,), chunks=tuple(Chunk(each, delay) for each in events), ending=ending
    )


def says(language: Language, *pieces: str) -> Reply:
    """A whole answer."""
    return reply(language, language.whole(Told(pieces)))


@asynccontextmanager
async def line_up(
    *places: tuple[Language, Loopback], windows: tuple[int | None, ...] = (), **facts: Any
) -> AsyncGenerator[Router]:
    """A router whose providers a, b, … speak these formats at these servers."""
    transport = HttpTransport(trust_env=False)
    transport.load()
    router = Router(idle_within=PATIENCE)
    entries: list[RouteEntry] = []
    known = ModelFacts(**facts)
    for number, (language, server) in enumerate(places):
        name = "abcdef"[number]
        row = ProviderRow(
            name,
            name.upper(),
            language.wire,
            address(language, server),
            models=(language.model,),
            embedding_models=("bge-m3",),
            key_env=("EXAMPLE_API_KEY",),
            dialect=language.dialect,
        )
        provider = HttpProvider(
            row, transport, lambda: "a-key", facts=lambda _name, _model, _listed: known
        )
        router.register_chat_provider(provider)
        router.register_embedding_provider(provider)
        window = windows[number] if windows else None
        entries.append(RouteEntry(name, first_token_within=PATIENCE, context_window=window))
    router.set_route(Route("r", tuple(entries)))
    try:
        yield router
    finally:
        await transport.aclose()


KEY_HEADERS = {
    "openai-chat": ("authorization", "Bearer a-key"),
    "openai-responses": ("authorization", "Bearer a-key"),
    "anthropic": ("x-api-key", "a-key"),
    "gemini": ("x-goog-api-key", "a-key"),
    "ollama": ("authorization", "Bearer a-key"),
}


@every_stream
async def test_that_each_format_is_asked_with_its_key_and_heard(a: Language) -> None:
    async with Loopback(says(a, *PIECES)) as server, line_up((a, server)) as router:
        heard = await listen(router)
    assert heard.text == WHOLE
    (asked,) = server.chats
    header, value = KEY_HEADERS[a.wire]
    assert asked.headers[header] == value
    assert [name for name, text in asked.headers.items() if "a-key" in text] == [header]
    check(a.wire, asked.json(), a.target())


def handed_over_in(request: RecordedRequest) -> str:
    """The part of the answer that a request hands over."""
    parts = [text for text in strings(request.json()) if text and WHOLE.startswith(text)]
    return max(parts, key=len, default="")


def the_rest(language: Language) -> Any:
    """Carry on from the part that is handed over, in this format."""

    def carry_on(request: RecordedRequest) -> Reply:
        rest = WHOLE[len(handed_over_in(request)) :]
        return says(language, rest[:5], rest[5:])

    return carry_on


@every_stream
@pytest.mark.parametrize("b", LANGUAGES, ids=lambda language: language.wire)
@pytest.mark.parametrize("ending", ["cut", "reset", "clean"])
async def test_that_a_break_anywhere_loses_and_doubles_nothing(
    a: Language, b: Language, ending: Ending
) -> None:
    async with (
        Loopback() as first,
        Loopback(the_rest(b)) as second,
        line_up((a, first), (b, second)) as router,
    ):
        for cut in (1, 7, 19):
            part = PIECES[:cut]
            first.play(reply(a, a.broken(Told(part)), ending=ending))
            router.try_now("a")
            heard = await listen(router)
            assert heard.text == WHOLE
            assert heard.asked == ["a", "b"]
            assert heard.trail[0].kind is ErrorKind.INTERRUPTED or ending == "reset"
            if ending != "reset":  # which takes words with it that had not been read
                (seam,) = [event for event in heard.events if isinstance(event, HandedOver)]
                assert seam.mid_answer
                assert seam.text_length == len("".join(part))
            if handed_over_in(second.chats[-1]):
                check(b.wire, second.chats[-1].json(), b.target())


@pairs
async def test_that_an_error_in_mid_answer_leads_to_the_next(a: Language, b: Language) -> None:
    broken = [*a.broken(Told(PIECES[:7])), a.fails]
    async with (
        Loopback(reply(a, broken)) as first,
        Loopback(the_rest(b)) as second,
        line_up((a, first), (b, second)) as router,
    ):
        heard = await listen(router)
    assert heard.text == WHOLE
    assert [attempt.kind for attempt in heard.trail] == [ErrorKind.TRANSIENT, None]


@every_format
async def test_that_after_a_call_of_a_tool_nobody_carries_on(a: Language) -> None:
    told = Told(PIECES[:3], calls=(("one", "find", '{"query": "tides"}'),))
    events = a.broken(told)
    async with (
        Loopback(reply(a, events, ending="cut")) as first,
        Loopback(the_rest(a)) as second,
        line_up((a, first), (a, second)) as router,
    ):
        heard = await listen(router)
    assert isinstance(heard.error, NobodyAnswered)
    assert heard.text == "".join(PIECES[:3])
    assert second.chats == []


@dataclass(frozen=True, slots=True)
class Refusals:
    """How a server of one format refuses; ``limited`` names a wait of 42 seconds."""

    key: Reply
    limited: Reply
    overloaded: Reply
    context: Reply


TOO_LONG = "This model's maximum context length is 8192 tokens. However, your messages resulted in"
REFUSALS = {
    "openai-chat": Refusals(
        wrong_key(),
        rate_limited("42"),
        overloaded(),
        openai_error(400, f"{TOO_LONG} 10000 tokens.", code="context_length_exceeded"),
    ),
    "openai-responses": Refusals(
        wrong_key(),
        responses_failure("rate_limit_exceeded", "Rate limit reached. Please try again in 42s."),
        responses_failure("server_is_overloaded", "The server is overloaded."),
        responses_failure("context_length_exceeded", "Your input exceeds the context window."),
    ),
    "anthropic": Refusals(
        anthropic_error(401, "authentication_error", "invalid x-api-key"),
        anthropic_error(429, "rate_limit_error", "Slow down.", (("retry-after", "42"),)),
        anthropic_error(529, "overloaded_error", "Overloaded"),
        anthropic_error(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
    ),
    "gemini": Refusals(
        gemini_wrong_key(),
        gemini_rate_limited("42s"),
        gemini_overloaded(),
        gemini_error(
            400,
            "INVALID_ARGUMENT",
            "The input token count (9) exceeds the maximum number of tokens allowed (8).",
        ),
    ),
    "ollama": Refusals(
        ollama_error(401, "unauthorized"),
        ollama_error(429, "too many concurrent requests").but(
            headers=(("content-type", "application/json"), ("retry-after", "42"))
        ),
        ollama_error(503, "server busy, please try again. maximum pending requests exceeded"),
        ollama_error(400, "the input length exceeds the context length"),
    ),
}


@every_format
async def test_that_a_rejected_key_leads_to_the_next(a: Language) -> None:
    b = after(a)
    async with (
        Loopback(REFUSALS[a.wire].key) as first,
        Loopback(says(b, "Hello")) as second,
        line_up((a, first), (b, second)) as router,
    ):
        for _ in range(2):
            heard = await listen(router)
            assert heard.text == "Hello"
        assert len(first.chats) == 1
        assert router.statuses()[0].kind is ErrorKind.AUTH


@every_format
async def test_that_a_limit_leads_to_the_next_and_is_rested_for_as_long_as_said(
    a: Language,
) -> None:
    b = after(a)
    async with (
        Loopback(REFUSALS[a.wire].limited) as first,
        Loopback(says(b, "Hello")) as second,
        line_up((a, first), (b, second)) as router,
    ):
        heard = await listen(router)
        (status, _other) = router.statuses()
    assert heard.text == "Hello"
    assert heard.trail[0].kind is ErrorKind.RATE_LIMIT
    assert heard.trail[0].retry_after == pytest.approx(42, abs=1)
    assert status.until == pytest.approx(time.time() + 42, abs=10)


@every_format
async def test_that_an_overload_leads_to_the_next(a: Language) -> None:
    b = after(a)
    async with (
        Loopback(REFUSALS[a.wire].overloaded) as first,
        Loopback(says(b, "Hello")) as second,
        line_up((a, first), (b, second)) as router,
    ):
        heard = await listen(router)
    assert heard.text == "Hello"
    assert heard.trail[0].kind is ErrorKind.TRANSIENT


@every_format
async def test_that_what_is_too_long_goes_to_a_larger_window_alone(a: Language) -> None:
    b = after(a)
    async with (
        Loopback(REFUSALS[a.wire].context) as first,
        Loopback(says(b, "I am too small")) as smaller,
        Loopback(says(b, "Hello")) as larger,
        line_up((a, first), (b, smaller), (b, larger), windows=(8_000, 4_000, 99_000)) as router,
    ):
        heard = await listen(router)
    assert heard.text == "Hello"
    assert heard.trail[0].kind is ErrorKind.CONTEXT
    assert smaller.chats == []


@every_format
@pytest.mark.parametrize("thinks", [False, True])
async def test_that_stopping_hangs_up_within_a_tenth_of_a_second(a: Language, thinks: bool) -> None:
    told = Told(PIECES, "A thought before it. " * 9 if thinks else "")
    async with (
        Loopback(reply(a, a.whole(told), delay=0.05)) as server,
        line_up((a, server)) as router,
    ):
        async with aclosing(router.stream(QUESTION)) as events:
            async for event in events:
                if isinstance(event, ReasoningDelta if thinks else TextDelta):
                    break
        stopped = time.monotonic()
        hung_up = await server.chats[0].saw_disconnect()
    assert hung_up is not None
    assert hung_up - stopped < 0.1


def field_at(body: dict[str, Any], path: str) -> Any:
    top, _, inner = path.partition(".")
    return body.get(top, {}).get(inner) if inner else body.get(top)


def refuses(language: Language, path: str, words: Reply) -> Any:
    """A server that does not take the field at ``path``."""

    def answer(request: RecordedRequest) -> Reply:
        taken = field_at(request.json(), path) is None
        return says(language, "Hello") if taken else words

    return answer


UNKNOWN = "Invalid JSON payload received. Unknown name \"{}\" at 'generation_config': Cannot find."
NOT_TAKEN: list[tuple[Language, str, Reply]] = [
    (OPENAI, "stream_options", openai_error(400, "Unknown parameter: 'stream_options'.")),
    (OPENAI, "temperature", openai_error(400, "Unsupported value: 'temperature' does not support")),
    (OPENAI, "stop", openai_error(400, "Unsupported parameter: 'stop' is not supported")),
    (OPENAI, "max_tokens", openai_error(400, "Unsupported parameter: 'max_tokens' is not taken")),
    (OPENAI, "reasoning_effort", openai_error(400, "Unknown parameter: 'reasoning_effort'.")),
    (RESPONSES, "include", openai_error(400, "Unsupported parameter: 'include'")),
    (RESPONSES, "temperature", openai_error(400, "Unsupported parameter: 'temperature' is not")),
    (RESPONSES, "reasoning.summary", openai_error(400, "Unknown parameter: 'reasoning.summary'.")),
    (RESPONSES, "reasoning", openai_error(400, "Unknown parameter: 'reasoning'.")),
    (
        ANTHROPIC,
        "thinking",
        anthropic_error(
            400, "invalid_request_error", "adaptive thinking is not supported on this model"
        ),
    ),
    (
        ANTHROPIC,
        "output_config",
        anthropic_error(
            400, "invalid_request_error", "This model does not support the effort parameter."
        ),
    ),
    (
        ANTHROPIC,
        "stop_sequences",
        anthropic_error(
            400, "invalid_request_error", "stop_sequences: Extra inputs are not permitted"
        ),
    ),
    (
        GEMINI,
        "generationConfig.thinkingConfig",
        gemini_error(
            400, "INVALID_ARGUMENT", "Thinking level is not supported for this model.", in_list=True
        ),
    ),
    (
        GEMINI,
        "generationConfig.temperature",
        gemini_error(400, "INVALID_ARGUMENT", UNKNOWN.format("temperature"), in_list=True),
    ),
    (
        GEMINI,
        "generationConfig.stopSequences",
        gemini_error(400, "INVALID_ARGUMENT", UNKNOWN.format("stopSequences"), in_list=True),
    ),
    (OLLAMA, "think", ollama_error(400, '"qwen3" does not support thinking')),
    (OLLAMA, "truncate", ollama_error(400, "'truncate' is not supported")),
]


@pytest.mark.parametrize(
    ("a", "path", "words"), NOT_TAKEN, ids=[f"{a.wire}-{path}" for a, path, _words in NOT_TAKEN]
)
async def test_that_a_field_that_is_not_taken_is_refused_once(
    a: Language, path: str, words: Reply
) -> None:
    request = ChatRequest(
        QUESTION.messages, temperature=0.5, max_tokens=50, stop=("END",), reasoning="low"
    )
    dialect = {"reasoning_style": "reasoning_effort"} if a is OPENAI else {}
    a = a.but(**dialect)
    async with (
        Loopback(refuses(a, path, words)) as server,
        line_up((a, server)) as router,
    ):
        for _ in range(2):
            heard = await listen(router, request)
            assert heard.text == "Hello"
            assert heard.asked == ["a"]
        bodies = [chat.json() for chat in server.chats]
    assert [field_at(body, path) is not None for body in bodies] == [True, False, False]
    rest = {key: value for key, value in bodies[0].items() if key != path.split(".", maxsplit=1)[0]}
    assert rest.items() <= bodies[1].items()
    check(a.wire, bodies[1], a.target())


EMBEDDERS = (OPENAI, GEMINI, OLLAMA)


def vectors_of(language: Language, *vectors: list[float]) -> Reply:
    match language.wire:
        case "gemini":
            return gemini_vectors(*vectors)
        case "ollama":
            return ollama_vectors(*vectors)
        case _:
            rows = [{"index": place, "embedding": each} for place, each in enumerate(vectors)]
            return json_reply({"data": rows, "usage": {"prompt_tokens": 8, "total_tokens": 8}})


@pytest.mark.parametrize("a", EMBEDDERS, ids=lambda language: language.wire)
async def test_that_texts_become_vectors_and_elsewhere_by_the_same_model(a: Language) -> None:
    b = EMBEDDERS[(EMBEDDERS.index(a) + 1) % len(EMBEDDERS)]
    async with (
        Loopback(REFUSALS[a.wire].key, vectors_of(a, [1.0, 0.0], [0.0, 1.0])) as first,
        Loopback(vectors_of(b, [1.0, 0.0], [0.0, 1.0])) as second,
        line_up((a, first), (b, second)) as router,
    ):
        request = EmbeddingRequest(("one", "two"), "bge-m3")
        elsewhere = await router.embed(request)
        router.key_changed("a")
        here = await router.embed(request)
    assert elsewhere.vectors == here.vectors == ((1.0, 0.0), (0.0, 1.0))
    assert (elsewhere.provider, here.provider) == ("b", "a")
    assert [attempt.kind for attempt in elsewhere.trace.attempts] == [ErrorKind.AUTH, None]
    paths = {"openai-chat": "/v1/embeddings", "ollama": "/api/embed"}
    gemini = "/v1beta/models/bge-m3:batchEmbedContents"
    assert first.chats[-1].path == paths.get(a.wire, gemini)
    assert [times(text, first.chats[-1].json()) for text in request.texts] == [1, 1]


PICTURE = ImagePart(b"\x89PNG-bytes", "image/png", "cat.png")


@every_format
@pytest.mark.parametrize("vision", [True, False, None])
async def test_that_a_picture_goes_to_whoever_can_see(a: Language, vision: bool | None) -> None:
    request = ChatRequest((Message.user("What is it?", PICTURE),))
    async with (
        Loopback(says(a, "A cat.")) as server,
        line_up((a, server), vision=vision) as router,
    ):
        assert (await listen(router, request)).text == "A cat."
        body = server.chats[0].json()
    seen = vision is not False
    assert times(b64encode(PICTURE.data).decode(), body) == seen
    assert times('[An image "cat.png" was attached, which you cannot see.]', body) == (not seen)
    check(a.wire, body, a.target())


@pairs
async def test_that_a_talk_goes_on_over_sockets_with_another(a: Language, b: Language) -> None:
    """The first answers once and is gone; the next reads what was said."""
    question, more = Message.user("Who are you?"), Message.user("And you?")
    async with (
        Loopback(says(a, "I am the first.")) as first,
        Loopback(says(b, "I stand in.")) as second,
        line_up((a, first), (b, second)) as router,
    ):
        answer = await router.chat(ChatRequest((question,)))
        first.play(REFUSALS[a.wire].key)
        response = await router.chat(ChatRequest((question, answer.message, more)))
        body = second.chats[0].json()
    assert (answer.message.text, response.message.text) == ("I am the first.", "I stand in.")
    told = ("Who are you?", "I am the first.", "And you?")
    assert [times(text, body) for text in told] == [1, 1, 1]
    check(b.wire, body, b.target())

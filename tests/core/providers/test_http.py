"""A provider behind HTTP: every way in which a server can answer, and what becomes of the key."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from helpers.loopback import Loopback, RecordedRequest, closed_port
from helpers.replies import (
    CLOSE,
    DONE,
    JSON,
    RESET,
    SILENCE,
    SSE,
    Chunk,
    Reply,
    broken_stream,
    chat_chunk,
    completion,
    data,
    html_page,
    json_reply,
    no_credit,
    openai_error,
    openai_stream,
    overloaded,
    rate_limited,
    unavailable,
    usage_chunk,
    wrong_key,
)
from understudy.errors import ErrorKind, ProviderError
from understudy.events import ProviderEvent, ReasoningDelta, Stop, TextDelta, UsageReported
from understudy.messages import Message
from understudy.providers.base import Availability, ProviderRow
from understudy.providers.http import HttpProvider, TestReport
from understudy.requests import ChatRequest, Usage
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

CANARY = "sk-canary-0123456789abcdefghijABCDEFGHIJ"
REQUEST = ChatRequest((Message.user("Hello"),))


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    transport = HttpTransport(connect_timeout=2.0)
    yield transport
    await transport.aclose()


def provider_at(
    server: Loopback | str, transport: HttpTransport, key: str | None = CANARY, **row: object
) -> HttpProvider:
    fields = {"key_env": ("EXAMPLE_API_KEY",), "models": ("m-1",), **row}
    url = server if isinstance(server, str) else server.base_url
    made = ProviderRow("example", "Example", "openai-chat", url, **fields)  # type: ignore[arg-type]
    return HttpProvider(made, transport, lambda: key)


async def answer(provider: HttpProvider, model: str = "") -> list[ProviderEvent]:
    return [event async for batch in provider.stream(REQUEST, model) for event in batch]


async def failure_of(provider: HttpProvider) -> tuple[str, ProviderError]:
    """The words before the failure, and the failure."""
    words = ""
    with pytest.raises(ProviderError) as caught:  # noqa: PT012 - words come before it
        async for batch in provider.stream(REQUEST, ""):
            words += "".join(event.text for event in batch if isinstance(event, TextDelta))
    return words, caught.value


class TestAvailability:
    def test_that_a_key_makes_a_provider_available(self) -> None:
        provider = provider_at("http://h/v1", HttpTransport())
        assert provider.availability() == Availability("available")
        assert (provider.id, provider.name, provider.local) == ("example", "Example", False)
        assert provider.default_model == "m-1"

    @pytest.mark.parametrize("key", ["two words", "line\nbreak", "ключ", "a\x00b"])
    def test_that_a_key_that_cannot_be_one_is_told_and_not_shown(self, key: str) -> None:
        provider = provider_at("http://h/v1", HttpTransport(), key)
        assert provider.availability() == Availability(
            "not-configured",
            "The key of Example has a space, a line break or a letter that no key has.",
        )

    @pytest.mark.parametrize("key", [None, "", "  \n"])
    def test_that_without_a_key_the_variable_is_named(self, key: str | None) -> None:
        provider = provider_at("http://h/v1", HttpTransport(), key)
        assert provider.availability() == Availability(
            "not-configured", "Example has no key: add one, or set EXAMPLE_API_KEY."
        )

    def test_that_a_row_without_variables_names_none(self) -> None:
        provider = provider_at("http://h/v1", HttpTransport(), None, key_env=())
        assert provider.availability().why == "Example has no key."

    def test_that_a_local_server_needs_no_key(self) -> None:
        provider = provider_at("http://h/v1", HttpTransport(), None, needs_key=False, models=())
        assert provider.availability().state == "available"
        assert provider.default_model == ""

    def test_that_one_that_is_switched_off_is_disabled_whatever_its_key(self) -> None:
        row = ProviderRow("example", "Example", "openai-chat", "http://h/v1")
        provider = HttpProvider(row, HttpTransport(), lambda: CANARY, enabled=False)
        assert provider.availability() == Availability("disabled", "Example is switched off.")


class TestAnswers:
    async def test_that_a_stream_becomes_events_that_end_with_stop(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(openai_stream(pieces=["Hel", "lo"], reasoning="hm")) as server:
            assert await answer(provider_at(server, transport)) == [
                ReasoningDelta("hm"),
                TextDelta("Hel"),
                TextDelta("lo"),
                UsageReported(Usage(7, 11)),
                Stop("stop"),
            ]

    async def test_that_the_model_asked_for_is_asked(self, transport: HttpTransport) -> None:
        async with Loopback() as server:
            provider = provider_at(server, transport)
            for model in ("m-2", ""):
                await answer(provider, model)
            assert [request.json()["model"] for request in server.chats] == ["m-2", "m-1"]

    async def test_that_a_server_without_a_default_is_asked_for_its_models(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(models=("nomic-embed-text", "llama-1")) as server:
            provider = provider_at(server, transport, models=())
            for _ in range(2):
                await answer(provider)
            assert [request.method for request in server.requests] == ["GET", "POST", "POST"]
            assert server.chats[0].json()["model"] == "llama-1"
            assert provider.default_model == "llama-1"

    async def test_that_a_server_without_a_model_cannot_be_asked(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(models=()) as server:
            _words, error = await failure_of(provider_at(server, transport, models=()))
        assert (error.kind, str(error)) == (
            ErrorKind.MODEL_GONE,
            "Example has no model to ask.",
        )

    async def test_that_the_connection_is_kept_for_the_next_question(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback() as server:
            for _ in range(3):
                await answer(provider_at(server, transport))
            assert {request.connection for request in server.chats} == {1}

    @pytest.mark.parametrize("usage", [(1, 2), None])
    async def test_that_a_server_that_says_finished_and_stays_is_not_waited_for_long(
        self, transport: HttpTransport, usage: tuple[int, int] | None
    ) -> None:
        reply = openai_stream("Hi", usage=usage, ending="silence")
        async with Loopback(reply) as server:
            began = time.perf_counter()
            events = await answer(provider_at(server, transport))
        assert events[-1] == Stop("stop")
        assert time.perf_counter() - began < 0.5

    @pytest.mark.parametrize("ending", ["silence", "cut", "reset", "clean"])
    async def test_that_an_answer_is_whole_with_its_finish_reason_however_it_ends(
        self, transport: HttpTransport, ending: str
    ) -> None:
        reply = openai_stream("Hi", usage=None, done=False).but(ending=ending)
        async with Loopback(reply) as server:
            assert await answer(provider_at(server, transport)) == [TextDelta("Hi"), Stop("stop")]

    async def test_that_usage_may_come_late(self, transport: HttpTransport) -> None:
        late = Chunk(data(usage_chunk(3, 4)) + DONE, delay=0.2)
        reply = openai_stream("Hi", usage=None, done=False)
        async with Loopback(reply.but(chunks=(*reply.chunks, late))) as server:
            assert await answer(provider_at(server, transport)) == [
                TextDelta("Hi"),
                UsageReported(Usage(3, 4)),
                Stop("stop"),
            ]

    @pytest.mark.parametrize("ending", ["cut", "reset", "clean"])
    async def test_that_an_answer_without_a_finish_reason_is_interrupted_and_kept(
        self, transport: HttpTransport, ending: str
    ) -> None:
        async with Loopback(broken_stream("Once upon").but(ending=ending)) as server:
            provider = provider_at(server, transport)
            if ending == "clean":
                events = await answer(provider)
                assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Once upon"
                assert not any(isinstance(event, Stop) for event in events)
            else:
                words, error = await failure_of(provider)
                assert error.kind is ErrorKind.INTERRUPTED
                assert words in "Once upon"

    async def test_that_words_held_back_are_delivered_before_the_break(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(
            openai_stream(pieces=["<thi"], finish=None, done=False, usage=None).but(ending="cut")
        ) as server:
            words, error = await failure_of(provider_at(server, transport))
        assert (words, error.kind) == ("<thi", ErrorKind.INTERRUPTED)

    async def test_that_an_answer_as_one_body_is_an_answer(self, transport: HttpTransport) -> None:
        whole = json_reply(completion("Hello."))
        body = whole.body
        slow = Reply(
            headers=(JSON,), chunks=(Chunk(b"\n\n"), Chunk(body[:20], 0.02), Chunk(body[20:], 0.02))
        )
        async with Loopback(whole, slow) as server:
            for _ in range(2):
                events = await answer(provider_at(server, transport))
                assert events == [TextDelta("Hello."), UsageReported(Usage(7, 11)), Stop("stop")]

    @pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/octet-stream"])
    async def test_that_a_stream_with_the_wrong_content_type_is_an_answer(
        self, transport: HttpTransport, kind: str
    ) -> None:
        async with Loopback(openai_stream("Hi").but(headers=(("content-type", kind),))) as server:
            assert (await answer(provider_at(server, transport)))[0] == TextDelta("Hi")

    async def test_that_a_byte_order_mark_and_blank_lines_may_come_first(
        self, transport: HttpTransport
    ) -> None:
        reply = openai_stream("Hi")
        blank = (Chunk(b"\xef\xbb"), Chunk(b"\xbf\r\n"), Chunk(b"\n\n"))
        async with Loopback(reply.but(chunks=(*blank, *reply.chunks))) as server:
            assert (await answer(provider_at(server, transport)))[0] == TextDelta("Hi")

    async def test_that_a_megabyte_in_a_line_and_broken_text_are_answers(
        self, transport: HttpTransport
    ) -> None:
        long = data(chat_chunk({"content": "x" * 1_000_000}))
        broken = data(chat_chunk({"content": "é"})).replace("é".encode(), b"\xe9")
        tail = data(chat_chunk({}, finish="stop")) + DONE
        async with Loopback(Reply(chunks=(Chunk(long), Chunk(broken), Chunk(tail)))) as server:
            events = await answer(provider_at(server, transport))
        assert events == [TextDelta("x" * 1_000_000), TextDelta("\ufffd"), Stop("stop")]


def reply(body: bytes, *headers: tuple[str, str]) -> Reply:
    return Reply(headers=headers, chunks=(Chunk(body),))


class TestNoAnswers:
    @pytest.mark.parametrize(
        ("given", "kind", "said"),
        [
            (html_page(), ErrorKind.NETWORK, "answered with a web page: at its address is no API."),
            (Reply(), ErrorKind.NETWORK, "sent an empty answer."),
            (reply(b"\r\n \n"), ErrorKind.NETWORK, "sent an empty answer."),
            (reply(b": ping\n\n", SSE), ErrorKind.NETWORK, "ended its answer before it began."),
            (
                reply(b"Welcome!", ("content-type", "text/plain")),
                ErrorKind.NETWORK,
                "answered with something else than an answer (text/plain).",
            ),
            (
                reply(b"Welcome!"),
                ErrorKind.NETWORK,
                "answered with something else than an answer (of no type).",
            ),
            (
                reply(b'{"hello": "world"}', JSON),
                ErrorKind.MALFORMED_CHUNK,
                "answered with something else than an answer.",
            ),
            (
                reply(b'{"broken', JSON),
                ErrorKind.MALFORMED_CHUNK,
                "answered with something else than an answer.",
            ),
            (
                reply(b"{" + b" " * 17_000_000, JSON),
                ErrorKind.MALFORMED_CHUNK,
                "sent far too long an answer.",
            ),
            (reply(b"data: {\n\n" * 3, SSE), ErrorKind.MALFORMED_CHUNK, "sent 3 chunks that"),
            (RESET, ErrorKind.NETWORK, "closed the connection."),
            (CLOSE, ErrorKind.NETWORK, "hung up"),
            (wrong_key(), ErrorKind.AUTH, "rejected the key (401)."),
            (no_credit(), ErrorKind.QUOTA, "has no credit left (402)."),
            (rate_limited(), ErrorKind.RATE_LIMIT, "was rate limited (429)."),
            (unavailable(), ErrorKind.TRANSIENT, "could not answer (503)."),
            (overloaded(), ErrorKind.TRANSIENT, "could not answer (529 overloaded)."),
            (html_page().but(status=404), ErrorKind.NETWORK, "A web page answered in place of"),
            (openai_error(400, "No."), ErrorKind.BAD_REQUEST, "did not accept the request (400)."),
        ],
    )
    async def test_that_what_is_no_answer_is_a_clear_error(
        self, transport: HttpTransport, given: Reply, kind: ErrorKind, said: str
    ) -> None:
        async with Loopback(given) as server:
            words, error = await failure_of(provider_at(server, transport))
        assert (words, error.kind) == ("", kind)
        assert said in str(error)
        assert "Example" in str(error)

    async def test_that_a_server_that_is_not_there_is_told(self, transport: HttpTransport) -> None:
        address = f"http://127.0.0.1:{closed_port()}/v1"
        _words, error = await failure_of(provider_at(address, transport))
        assert str(error) == "Example is not running."

    async def test_that_an_error_in_mid_answer_keeps_the_words(
        self, transport: HttpTransport
    ) -> None:
        overload = data({"error": {"message": "Overloaded", "type": "overloaded_error"}})
        stream = data(chat_chunk({"content": "Once"})) + overload
        async with Loopback(reply(stream, SSE)) as server:
            words, error = await failure_of(provider_at(server, transport))
        assert (words, error.kind, error.detail) == ("Once", ErrorKind.TRANSIENT, "Overloaded")

    async def test_that_an_error_without_its_blank_line_keeps_words_held_back(
        self, transport: HttpTransport
    ) -> None:
        overload = data({"error": {"message": "Overloaded", "type": "overloaded_error"}})
        stream = data(chat_chunk({"content": "<thi"})) + overload.rstrip()
        async with Loopback(reply(stream, SSE)) as server:
            words, error = await failure_of(provider_at(server, transport))
        assert (words, error.kind) == ("<thi", ErrorKind.TRANSIENT)

    async def test_that_a_wait_is_counted_from_this_computers_clock_where_the_server_has_none(
        self, transport: HttpTransport
    ) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
        async with Loopback(rate_limited(moment), rate_limited("42")) as server:
            _words, first = await failure_of(provider_at(server, transport))
            _words, second = await failure_of(provider_at(server, transport))
        assert first.retry_after == pytest.approx(60, abs=3)
        assert second.retry_after == 42

    async def test_that_an_error_whose_body_does_not_end_is_told_by_its_status(
        self, transport: HttpTransport
    ) -> None:
        for ending in ("silence", "cut"):
            given = Reply(503, (JSON,), (Chunk(b'{"error"'),)).but(ending=ending)
            async with Loopback(given) as server:
                _words, error = await failure_of(provider_at(server, transport))
            assert (error.kind, error.status) == (ErrorKind.TRANSIENT, 503)


class TestHangingUp:
    @pytest.mark.parametrize("given", [SILENCE, broken_stream("Once upon", ending="silence")])
    async def test_that_cancelling_hangs_up_within_100_ms(
        self, transport: HttpTransport, given: Reply
    ) -> None:
        async with Loopback(given) as server:
            task = asyncio.create_task(answer(provider_at(server, transport)))
            await server.arrived()
            await asyncio.sleep(0.05)
            cancelled_at = time.monotonic()
            task.cancel()
            seen_at = await server.chats[0].saw_disconnect()
            assert seen_at is not None
            assert seen_at - cancelled_at < 0.1
            with pytest.raises(asyncio.CancelledError):
                await task

    async def test_that_closing_the_generator_hangs_up_within_100_ms(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(broken_stream("Once upon a time", ending="silence")) as server:
            async with aclosing(provider_at(server, transport).stream(REQUEST, "")) as batches:
                await anext(batches)
                closed_at = time.monotonic()
            seen_at = await server.chats[0].saw_disconnect()
        assert seen_at is not None
        assert seen_at - closed_at < 0.1


def without_stream_options(request: RecordedRequest) -> Reply:
    if "stream_options" in request.json():
        return openai_error(400, "Unrecognized request argument supplied: stream_options")
    return openai_stream("Hi")


class TestLearning:
    async def test_that_stream_options_are_dropped_once_and_for_all(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(without_stream_options) as server:
            provider = provider_at(server, transport)
            for _ in range(2):
                assert (await answer(provider))[0] == TextDelta("Hi")
            asked = ["stream_options" in request.json() for request in server.chats]
            assert asked == [True, False, False]

    async def test_that_a_refusal_that_goes_on_is_told_and_not_repeated(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(openai_error(422, "unknown field include_usage")) as server:
            _words, error = await failure_of(provider_at(server, transport))
            assert (error.kind, len(server.chats)) == (ErrorKind.BAD_REQUEST, 2)

    async def test_that_other_refusals_are_not_repeated(self, transport: HttpTransport) -> None:
        async with Loopback(openai_error(400, "temperature is too high")) as server:
            await failure_of(provider_at(server, transport))
            assert len(server.chats) == 1


class TestKeys:
    async def test_that_the_key_goes_into_one_header_and_nowhere_else(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback() as server:
            row = {"extra_headers": (("x-title", "Understudy"),)}
            await answer(provider_at(server, transport, f" {CANARY}\n", **row))
            (asked,) = server.chats
        assert asked.headers.pop("authorization") == f"Bearer {CANARY}"
        assert asked.headers["x-title"] == "Understudy"
        assert CANARY not in json.dumps([asked.headers, asked.path, asked.body.decode()])

    async def test_that_without_a_key_nothing_is_sent(self, transport: HttpTransport) -> None:
        async with Loopback() as server:
            for key in (None, "two words"):
                _words, error = await failure_of(provider_at(server, transport, key))
                assert error.kind is ErrorKind.AUTH
            assert server.requests == []

    async def test_that_a_local_server_without_a_key_is_sent_none(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback() as server:
            await answer(provider_at(server, transport, None, needs_key=False))
            assert "authorization" not in server.chats[0].headers

    @pytest.mark.parametrize(
        "given",
        [
            openai_error(401, f"Incorrect API key provided: {CANARY}.", code=CANARY),
            openai_error(500, f"Authorization: Bearer {CANARY}", kind=CANARY),
            reply(data({"error": {"message": CANARY, "code": CANARY}}), SSE),
            reply(b"error: " + CANARY.encode() + b"\n\n", SSE),
            json_reply({"error": CANARY}),
            Reply(302, (("location", f"https://example.com/?key={CANARY}"),), framing="length"),
            Reply(
                500, (("content-type", "text/html"),), (Chunk(f"<title>{CANARY}</title>".encode()),)
            ),
            RESET,
        ],
    )
    async def test_that_no_error_holds_any_part_of_the_key(
        self, transport: HttpTransport, given: Reply
    ) -> None:
        async with Loopback(given) as server:
            _words, error = await failure_of(provider_at(server, transport))
        chain: list[BaseException | None] = [error, error.__cause__, error.__context__]
        told = " ".join(f"{each!r} {vars(each) if each else ''}" for each in chain)
        for part in (CANARY, "canary", "ABCDEFGHIJ"):
            assert part not in told


class TestModels:
    async def test_that_the_models_are_listed(self, transport: HttpTransport) -> None:
        async with Loopback(models=("a", "b")) as server:
            assert await provider_at(server, transport).list_models() == ("a", "b")
            assert server.requests[0].path == "/v1/models"
            assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"

    async def test_that_a_server_with_no_models_lists_none(self, transport: HttpTransport) -> None:
        async with Loopback(models=()) as server:
            assert await provider_at(server, transport).list_models() == ()

    @pytest.mark.parametrize(
        ("given", "kind", "said"),
        [
            (wrong_key(), ErrorKind.AUTH, "rejected the key"),
            (html_page(), ErrorKind.NETWORK, "listed no models: at its address is no API."),
            (html_page().but(status=404), ErrorKind.NETWORK, "(404)"),
        ],
    )
    async def test_that_a_list_that_is_none_is_told(
        self, transport: HttpTransport, given: Reply, kind: ErrorKind, said: str
    ) -> None:
        class Odd(Loopback):
            def reply_to(self, request: RecordedRequest) -> Reply:
                return given

        async with Odd() as server:
            with pytest.raises(ProviderError, match="Example") as caught:
                await provider_at(server, transport).list_models()
        assert caught.value.kind is kind
        assert said in str(caught.value)


class TestTesting:
    async def test_that_a_test_measures_the_first_word_and_the_whole(
        self, transport: HttpTransport
    ) -> None:
        slow = openai_stream(pieces=["re", "ady"], first_delay=0.1, delay=0.1)
        async with Loopback(slow) as server:
            report = await provider_at(server, transport).test()
            asked = server.chats[0].json()
        assert report.first_token_ms is not None
        assert report.chat_ms is not None
        assert 90 < report.first_token_ms < 190
        assert 190 < report.chat_ms < 400
        assert (report.tokens, report.error, report.model) == (11, None, "m-1")
        assert asked["max_tokens"] == 16

    async def test_that_an_answer_of_no_word_has_no_first_one(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(openai_stream("", finish="length", usage=None)) as server:
            report = await provider_at(server, transport).test("m-2")
        assert report.chat_ms is not None
        assert report == TestReport(report.chat_ms, None, None, None, "m-2")

    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            (wrong_key(), ErrorKind.AUTH),
            (broken_stream("Once", ending="clean"), ErrorKind.INTERRUPTED),
            (RESET, ErrorKind.NETWORK),
        ],
    )
    async def test_that_a_failure_is_reported_and_not_raised(
        self, transport: HttpTransport, given: Reply, kind: ErrorKind
    ) -> None:
        async with Loopback(given) as server:
            report = await provider_at(server, transport).test()
        assert report.error is not None
        assert (report.error.kind, report.chat_ms) == (kind, None)

    async def test_that_a_test_without_a_model_to_ask_is_told(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(models=()) as server:
            report = await provider_at(server, transport, models=()).test()
        assert report.error is not None
        assert (report.error.kind, report.model) == (ErrorKind.MODEL_GONE, "")

    async def test_that_a_test_does_not_wait_for_ever(self, transport: HttpTransport) -> None:
        async with Loopback(SILENCE) as server:
            report = await provider_at(server, transport).test(within=0.1)
            assert await server.chats[0].saw_disconnect() is not None
        assert str(report.error) == "Example sent no answer within 0.1 s."

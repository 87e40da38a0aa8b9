"""The vendors' own libraries read our practice server, and hear in it what we hear."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from helpers.practice_server import PIECES, RETRY_AFTER, SCENES, VECTOR
from peers.heard import BASES, ours, provider
from peers.sdks import SDKS, AnswerFailedError, anthropic, gemini, mistral, ollama, openai
from understudy.errors import ErrorKind, ProviderError
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from helpers.practice_server import PracticeServer
    from peers.sdks import Sdk
    from understudy.providers.http import HttpProvider

Told = TypeVar("Told")

every_sdk = pytest.mark.parametrize("sdk", SDKS.values(), ids=SDKS)
STREAMED = [
    pytest.param(sdk, model, id=f"{name}-{model}")
    for name, sdk in SDKS.items()
    for model in ("words", "thinks", "calls", "calls-at-once")
    # Mistral sends calls at once, and its library wants a name in each fragment of one.
    if (name, model) != ("mistralai", "calls")
]
KINDS = {
    "wrong-key": ErrorKind.AUTH,
    "gone": ErrorKind.MODEL_GONE,
    "limited": ErrorKind.RATE_LIMIT,
    "broken": ErrorKind.TRANSIENT,
    "overloaded": ErrorKind.TRANSIENT,
}


def told_by(
    sdk: Sdk, server: PracticeServer, question: Callable[[HttpProvider], Awaitable[Told]]
) -> Told:
    """What our own provider tells, asked the same."""

    async def ask() -> Told:
        transport = HttpTransport()
        try:
            return await question(provider(sdk.wire, f"{server.url}{BASES[sdk.wire]}", transport))
        finally:
            await transport.aclose()

    return asyncio.run(ask())


@pytest.mark.parametrize(("sdk", "model"), STREAMED)
def test_that_a_vendors_library_hears_in_a_stream_what_we_hear(
    practice: PracticeServer, sdk: Sdk, model: str
) -> None:
    theirs = sdk.stream(practice.url, model)
    mine = asyncio.run(ours(sdk.wire, practice.url, model))
    assert mine.but_for_what(theirs) == theirs
    assert mine.text == "".join(PIECES)
    assert mine.thought == SCENES[model].thought
    assert len(mine.calls) == SCENES[model].calls


@every_sdk
@pytest.mark.parametrize("model", ["words", "thinks", "calls"])
def test_that_a_vendors_library_reads_a_whole_answer_as_the_stream(
    practice: PracticeServer, sdk: Sdk, model: str
) -> None:
    theirs = sdk.whole(practice.url, model)
    assert asyncio.run(ours(sdk.wire, practice.url, model)).but_for_what(theirs) == theirs


@every_sdk
@pytest.mark.parametrize("model", KINDS)
def test_that_a_refusal_is_one_to_both(practice: PracticeServer, sdk: Sdk, model: str) -> None:
    with pytest.raises(ProviderError) as mine:
        asyncio.run(ours(sdk.wire, practice.url, model))
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - each library has its own
        sdk.stream(practice.url, model)
    status = getattr(theirs.value, "status_code", None) or getattr(theirs.value, "code", None)
    assert status == mine.value.status
    assert mine.value.kind is KINDS[model]
    assert mine.value.retry_after == (RETRY_AFTER if model == "limited" else None)


@every_sdk
def test_that_an_answer_that_fails_in_the_middle_is_one_to_both(
    practice: PracticeServer, sdk: Sdk
) -> None:
    with pytest.raises(ProviderError):
        asyncio.run(ours(sdk.wire, practice.url, "breaks"))
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - each library has its own
        sdk.stream(practice.url, "breaks")
    assert theirs.type is AnswerFailedError or "Error" in theirs.type.__name__


LISTS: dict[str, Callable[[str], list[str]]] = {
    "openai": lambda url: [model.id for model in openai(url).models.list()],
    "anthropic": lambda url: [model.id for model in anthropic(url).models.list()],
    "google-genai": lambda url: [
        model.name.removeprefix("models/") for model in gemini(url).models.list()
    ],
    "ollama": lambda url: [model.model for model in ollama(url).list().models],
}
"""Mistral's own list has fields that no other has, and its library insists on them."""


@pytest.mark.parametrize("name", LISTS)
def test_that_a_list_of_models_is_the_same_to_both(practice: PracticeServer, name: str) -> None:
    mine = told_by(SDKS[name], practice, lambda provider: provider.list_models())
    assert LISTS[name](practice.url) == list(mine)


TEXTS = ["밀물", "tides"]


def _google(url: str) -> list[Any]:
    answer = gemini(url).models.embed_content(model="words", contents=TEXTS)
    return [each.values for each in answer.embeddings]


EMBEDS: dict[str, Callable[[str], list[Any]]] = {
    "openai": lambda url: [
        row.embedding
        for row in openai(url)
        .embeddings.create(model="words", input=TEXTS, encoding_format="float")
        .data
    ],
    "google-genai": _google,
    "ollama": lambda url: ollama(url).embed(model="words", input=TEXTS).embeddings,
    "mistralai": lambda url: [
        row.embedding for row in mistral(url).embeddings.create(model="words", inputs=TEXTS).data
    ],
}


@pytest.mark.parametrize("name", EMBEDS)
def test_that_vectors_are_the_same_to_both(practice: PracticeServer, name: str) -> None:
    mine = told_by(SDKS[name], practice, lambda provider: provider.embed(TEXTS, "words"))
    assert [tuple(vector) for vector in EMBEDS[name](practice.url)] == list(mine.vectors)
    assert [vector[1:] for vector in mine.vectors] == [VECTOR, VECTOR]

"""What is fuzzed: whatever reads bytes of a server, with answers to begin from."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fuzz.invariants import (
    SECRET,
    check_decoder,
    check_error,
    check_events,
    check_framing,
    check_value,
    must,
)
from helpers.gemini_replies import gemini_array, gemini_chunks
from helpers.loopback import RECORDINGS
from helpers.practice_server import PLAYS, SCENES
from understudy.errors import ProviderError
from understudy.providers.catalog import CATALOG
from understudy.providers.wires import WIRES, wire_format
from understudy.wire.failures import error_from_event, error_from_response
from understudy.wire.json_array import JsonArrayDecoder
from understudy.wire.ndjson import NdjsonDecoder
from understudy.wire.sse import SseDecoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpers.practice_server import Scene

NAME, MODEL = "Example", "m-1"
BY_NUMBER = tuple(bytes([number]) for number in range(len(WIRES)))
"""A byte for each format, in front of what is to be read as it."""

ENDINGS = {
    "openai-chat": "/chat/completions",
    "openai-responses": "/responses",
    "anthropic": "/messages",
    "gemini": ":streamGenerateContent",
    "ollama": "/api/chat",
}
MARKERS = {
    "openai-chat": (b"finish_reason",),
    "openai-responses": (b"response.completed", b"response.incomplete", b"status"),
    "anthropic": (b"stop_reason", b"message_stop"),
    "gemini": (b"finishReason",),
    "ollama": (b"done",),
}


@dataclass(frozen=True, slots=True)
class Target:
    """One reader: answers to begin from, and what is to hold of any bytes.

    ``fronts`` are what stands before a server's bytes to say how they are to be read.
    """

    seeds: tuple[bytes, ...]
    check: Callable[[bytes], None]
    fronts: tuple[bytes, ...] = (b"",)


def _played(wire: str, scene: Scene, *, streamed: bool = True, array: bool = False) -> bytes:
    asked: dict[str, Any] = {"stream": streamed, "array": array, "model": MODEL}
    return PLAYS[ENDINGS[wire]](scene, asked).body


def _streams(wire: str) -> tuple[bytes, ...]:
    ids = [row.id for row in CATALOG if row.wire == wire]
    paths = (RECORDINGS / f"{name}.{kind}" for name in ids for kind in ("sse", "ndjson"))
    recorded = [path.read_bytes() for path in paths if path.exists()]
    scenes = [_played(wire, scene) for scene in SCENES.values() if scene.status == 200]
    return (*recorded, *scenes)


def _streamed(wire: str) -> Target:
    return _decoder(wire, _streams(wire))


def _decoder(wire: str, seeds: tuple[bytes, ...]) -> Target:
    make = partial(wire_format(wire).decoder, NAME, MODEL, (SECRET,))
    return Target(seeds, partial(check_decoder, make, MARKERS[wire]))


def _arrays() -> tuple[bytes, ...]:
    scenes = [scene for scene in SCENES.values() if scene.status == 200]
    answers = [gemini_array(gemini_chunks(reasoning="Hm.", signature="AbCd"))]
    return (*answers, *(_played("gemini", scene, array=True) for scene in scenes))


def _whole_answers() -> Target:
    """The byte in front of an answer says in which format it is."""
    seeds = tuple(
        bytes([number]) + _played(wire, scene, streamed=False)
        for number, wire in enumerate(WIRES)
        for scene in SCENES.values()
        if not scene.breaks
    )
    return Target(seeds, _check_whole, BY_NUMBER)


def _check_whole(data: bytes) -> None:
    wire = [*WIRES][data[0] % len(WIRES)] if data else "ollama"
    try:
        events = wire_format(wire).whole(data[1:], name=NAME, model=MODEL, secrets=(SECRET,))
    except ProviderError as error:
        check_error(error)
    else:
        check_events(events, len(data))


def _failures() -> Target:
    """A status, headers and a body, each by itself as a server sends them."""
    heads = (
        b"429\nretry-after: 31\nx-ratelimit-reset-tokens: 6m0s",
        b"401\nwww-authenticate: Bearer",
        b"503\nretry-after: Fri, 06 Nov 2026 21:20:00 GMT\ndate: Fri, 06 Nov 2026 21:20:00 GMT",
        b"429\nanthropic-ratelimit-requests-reset: 2026-11-06T21:20:00Z\nretry-after-ms: 10",
    )
    refused = [scene for scene in SCENES.values() if scene.status != 200]
    bodies = [_played(wire, scene) for wire in WIRES for scene in refused]
    bodies.append(json.dumps({"error": {"message": f"Invalid key {SECRET}."}}).encode())
    bodies.append(b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>")
    seeds = [heads[at % len(heads)] + b"\n\n" + body for at, body in enumerate(bodies)]
    return Target(tuple(seeds), _check_failure, (b"400\n\n", b"429\nretry-after: "))


def _check_failure(data: bytes) -> None:
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip(): value.strip() for name, _, value in pairs}
    status = int(first) if first.isascii() and first.isdigit() and len(first) == 3 else 500
    known: dict[str, Any] = {"name": NAME, "model": MODEL, "secrets": (SECRET,), "now": 1e9}
    check_error(error_from_response(status, headers, body, **known))
    text = body.decode("utf-8", "replace")
    check_error(error_from_event(text, **known))
    try:
        payload: object = json.loads(text)
    except (ValueError, RecursionError):
        return
    check_error(error_from_event(payload, **known))


def _lists() -> Target:
    """The byte in front of a list says in which format it is."""
    from helpers import anthropic_replies, gemini_replies, ollama_replies, replies

    listed = {
        "openai-chat": replies.openai_models("gpt-5", "달"),
        "openai-responses": replies.openai_models("gpt-5"),
        "anthropic": anthropic_replies.anthropic_models("claude-sonnet-5"),
        "gemini": gemini_replies.gemini_models("gemini-3.5-flash"),
        "ollama": ollama_replies.ollama_tags(
            "gemma3", {"name": "x", "details": {"family": "bert"}}
        ),
    }
    told = {
        "id": "a/b",
        "context_length": 131072,
        "pricing": {"prompt": "0.0000005", "completion": "0.0000015"},
        "architecture": {"input_modalities": ["text", "image"]},
        "supported_parameters": ["tools", "reasoning"],
        "capabilities": {"vision": True, "function_calling": False},
        "meta": {"n_ctx_train": 8192},
    }
    seeds = [bytes([number]) + listed[wire].body for number, wire in enumerate(WIRES)]
    seeds.append(b"\0" + json.dumps({"data": [told]}).encode())
    return Target(tuple(seeds), _check_list, BY_NUMBER)


def _check_list(data: bytes) -> None:
    wire = [*WIRES][data[0] % len(WIRES)] if data else "ollama"
    models = wire_format(wire).models(data[1:])
    must(len({model.id for model in models}) == len(models), "a model is listed twice")
    for model in models:
        must(bool(model.id), "a model without a name")
        for value in (model.id, *astuple(model.facts)):
            check_value(value)


def _vectors() -> Target:
    """The byte in front of the vectors says in which format they are."""
    given = {"input": ["a", "b"], "model": MODEL}
    asked = {"content": {"parts": [{"text": "a"}]}}
    openai = PLAYS["/embeddings"](SCENES["words"], given).body
    gemini = PLAYS[":batchEmbedContents"](SCENES["words"], {"requests": [asked, asked]}).body
    ollama = PLAYS["/api/embed"](SCENES["words"], given).body
    bodies = {"openai-chat": openai, "gemini": gemini, "ollama": ollama}
    seeds = (bytes([number]) + bodies[wire] for number, wire in enumerate(bodies))
    return Target(tuple(seeds), partial(_check_vectors, tuple(bodies)), BY_NUMBER)


def _check_vectors(wires: tuple[str, ...], data: bytes) -> None:
    read = wire_format(wires[data[0] % len(wires)] if data else wires[0]).vectors
    must(read is not None, "a format without vectors")
    try:
        found = read(data[1:]) if read is not None else None
    except ValueError:
        return
    for vector in found.vectors if found is not None else ():
        must(bool(vector) and all(type(number) is float for number in vector), "no vector")


def targets() -> dict[str, Callable[[], Target]]:
    """Give every target by its name; each is made when it is asked for."""
    sse = (b"data: a\n\n", b"\xef\xbb\xbfevent: x\r\ndata:a\rdata: b\n\n: c\r\r", b"error: no\n")
    decoders = {wire: partial(_streamed, wire) for wire in WIRES}
    return {
        **decoders,
        "gemini-array": lambda: _decoder("gemini", _arrays()),
        "sse": lambda: Target((*sse, *_streams("anthropic")), partial(check_framing, SseDecoder)),
        "ndjson": lambda: Target(_streams("ollama"), partial(check_framing, NdjsonDecoder)),
        "json-array": lambda: Target(_arrays(), partial(check_framing, JsonArrayDecoder)),
        "whole": _whole_answers,
        "failures": _failures,
        "lists": _lists,
        "vectors": _vectors,
    }

"""Compressed answers: every byte as it comes, and never more than memory should hold."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from contextlib import aclosing
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.asking import ask, failure_of
from helpers.hostile import Line, RawServer
from helpers.loopback import Loopback
from helpers.replies import JSON, Chunk, Reply
from understudy.errors import ErrorKind, ProviderError
from understudy.transport.decompress import ALWAYS_FINE, STEP, unpacker

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.transport.http import HttpTransport

pytestmark = pytest.mark.anyio

MEGABYTE, GIGABYTE = 1024**2, 1024**3
HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: %b\r\n\r\n"


def deflated(data: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(data) + packer.flush()


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "deflate": ("deflate", lambda data: deflated(data, 15)),
    "raw deflate": ("deflate", lambda data: deflated(data, -15)),
    "two members": ("gzip", lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:])),
    "padding": ("gzip", lambda data: gzip.compress(data) + b"\0\0\x1f"),
    "surplus": ("deflate", lambda data: deflated(data, 15) + b"surplus"),
    "identity first": ("identity, gzip", gzip.compress),
}


def unpacked(coding: str, pieces: list[bytes]) -> list[bytes]:
    unpack = unpacker(coding, "Example")
    assert unpack is not None
    return [step for piece in pieces for step in unpack(piece)]


@given(data=st.data(), body=st.binary(max_size=300), packing=st.sampled_from(sorted(PACKED)))
def test_that_wherever_it_is_cut_the_same_comes_out(
    data: st.DataObject, body: bytes, packing: str
) -> None:
    coding, pack = PACKED[packing]
    packed = pack(body)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(packed)), max_size=6)))
    bounds = [0, *cuts, len(packed)]
    pieces = [packed[a:b] for a, b in pairwise(bounds)]
    assert b"".join(unpacked(coding, pieces)) == body


@given(packed=st.binary(max_size=200), coding=st.sampled_from(["gzip", "deflate"]))
def test_that_whatever_comes_is_unpacked_or_refused(packed: bytes, coding: str) -> None:
    try:
        unpacked(coding, [packed])
    except ProviderError as error:
        refused = (error.kind, str(error))
    else:
        return
    assert refused == (ErrorKind.MALFORMED_CHUNK, "Example sent compressed data that is broken.")


def test_that_it_comes_in_small_steps_whole() -> None:
    body = bytes(range(256)) * 4096
    steps = unpacked("gzip", [gzip.compress(body)])
    assert max(map(len, steps)) <= STEP
    assert b"".join(steps) == body


def test_that_a_step_that_fits_exactly_holds_nothing_back() -> None:
    for size in range(STEP - 3, STEP + 4):
        packer = zlib.compressobj(wbits=31)
        packed = packer.compress(b"a" * size) + packer.flush(zlib.Z_SYNC_FLUSH)
        assert sum(map(len, unpacked("gzip", [packed]))) == size


@pytest.mark.parametrize("coding", ["", "identity", " Identity ", "identity, identity"])
def test_that_what_is_not_packed_needs_no_unpacking(coding: str) -> None:
    assert unpacker(coding, "Example") is None


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "aes128gcm", "gzip;x"])
async def test_that_another_coding_is_refused_with_a_clear_word(
    transport: HttpTransport, coding: str
) -> None:
    reply = Reply(200, (("content-encoding", coding),), (Chunk(b"?"),), ending="silence")
    async with Loopback(reply) as server:
        error = await failure_of(transport, server)
        assert await server.chats[0].saw_disconnect() is not None
    assert (error.kind, str(error)) == (
        ErrorKind.MALFORMED_CHUNK,
        "Example sent its answer packed in a way that was not asked for.",
    )


@pytest.mark.parametrize("packing", sorted(PACKED))
async def test_that_a_compressed_answer_is_unpacked(transport: HttpTransport, packing: str) -> None:
    coding, pack = PACKED[packing]
    reply = Reply(headers=(JSON, ("content-encoding", coding)), chunks=(Chunk(pack(b"hello")),))
    async with Loopback(reply) as server:
        for _ in range(2):
            assert await ask(transport, server) == b"hello"
        assert {request.connection for request in server.chats} == {1}


async def test_that_broken_data_is_told(transport: HttpTransport) -> None:
    good = gzip.compress(b"hello", mtime=0)
    broken = Reply(
        headers=(("content-encoding", "gzip"),), chunks=(Chunk(good[:-8] + b"12345678"),)
    )
    async with Loopback(broken) as server:
        error = await failure_of(transport, server)
    assert (error.kind, str(error)) == (
        ErrorKind.MALFORMED_CHUNK,
        "Example sent compressed data that is broken.",
    )


async def test_that_an_end_that_is_missing_takes_nothing_away(transport: HttpTransport) -> None:
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(b"hello") + packer.flush(zlib.Z_SYNC_FLUSH)
    reply = Reply(headers=(("content-encoding", "gzip"),), chunks=(Chunk(packed),))
    async with Loopback(reply) as server:
        assert await ask(transport, server) == b"hello"


@pytest.mark.parametrize(("coding", "wbits"), [(b"gzip", 31), (b"deflate", 15), (b"deflate", -15)])
async def test_that_every_event_is_there_before_the_next_is_sent(
    transport: HttpTransport, coding: bytes, wbits: int
) -> None:
    seen: asyncio.Queue[None] = asyncio.Queue()
    events = [b"data: token %d\n\n" % number for number in range(20)]

    async def play(line: Line) -> None:
        packer = zlib.compressobj(wbits=wbits)
        await line.request()
        await line.send(HEAD % coding)
        for event in events:
            await line.send(packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH))
            await seen.get()  # the next is sent only when the client has this one

    async with (
        asyncio.timeout(10),
        RawServer(play) as server,
        transport.stream("GET", f"{server.url}/x") as response,
        aclosing(response.chunks()) as chunks,
    ):
        for event in events:
            read = b""
            while not read.endswith(b"\n\n"):
                read += await anext(chunks)
            assert read == event
            seen.put_nowait(None)


def bomb() -> bytes:
    """A megabyte of packed zeros, without zlib's head; a thousand times as much unpacked."""
    packer = zlib.compressobj(9, wbits=-15)
    return (packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)) * 1024


GZIP_HEAD = b"\x1f\x8b\x08" + bytes(7)
BOMBS = {"gzip": GZIP_HEAD + bomb(), "deflate": bomb()}


async def swallow(transport: HttpTransport, url: str, how: Literal["chunks", "body"]) -> None:
    """Read an answer to its end, piece by piece or as a whole, and keep no piece."""
    async with transport.stream("GET", url, name="Example") as response:
        if how == "body":
            await response.body(GIGABYTE)
        async for data in response.chunks():
            assert len(data) <= STEP


@pytest.mark.parametrize("coding", sorted(BOMBS))
@pytest.mark.parametrize(("how", "held"), [("chunks", MEGABYTE), ("body", 2 * ALWAYS_FINE)])
async def test_that_a_few_bytes_that_unpack_to_gigabytes_are_refused(
    transport: HttpTransport, coding: str, how: Literal["chunks", "body"], held: int
) -> None:
    async def play(line: Line) -> None:
        await line.request()
        await line.send(HEAD % coding.encode())
        await line.send_for_ever(BOMBS[coding])

    async with RawServer(play) as server:
        tracemalloc.start()
        with pytest.raises(ProviderError, match="a few bytes that unpack to far too many") as told:
            await swallow(transport, f"{server.url}/x", how)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await server.hung_up()
    assert told.value.kind is ErrorKind.MALFORMED_CHUNK
    assert most < held + 4 * MEGABYTE


async def test_that_a_bomb_is_read_no_further_than_the_limit_of_a_body(
    transport: HttpTransport,
) -> None:
    packed = (Chunk(BOMBS["gzip"]),)
    reply = Reply(headers=(("content-encoding", "gzip"),), chunks=packed, ending="silence")
    async with Loopback(reply) as server:
        with pytest.raises(ProviderError, match="far too long an answer"):
            await transport.fetch(f"{server.url}/x", limit=100_000)
        assert await server.requests[0].saw_disconnect() is not None


def test_that_much_text_that_packs_well_is_no_bomb() -> None:
    event = b'data: {"choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}\n\n'
    packer = zlib.compressobj(wbits=31)
    unpack = unpacker("gzip", "Example")
    assert unpack is not None
    got = 0
    while got < 2 * ALWAYS_FINE:
        packed = packer.compress(event * 20) + packer.flush(zlib.Z_SYNC_FLUSH)
        got += sum(map(len, unpack(packed)))

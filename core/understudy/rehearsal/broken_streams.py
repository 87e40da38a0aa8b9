"""Faults of an answer that had begun well: what comes after a 200."""

from __future__ import annotations

import gzip
from typing import Final

from understudy.errors import ErrorKind
from understudy.rehearsal.fault import Chunk, Fault, Reply
from understudy.rehearsal.speech import ANSWER, SPEECH, chat_chunk, event, typed

_CHAT = SPEECH["openai-chat"]
_CLAUDE = SPEECH["anthropic"]
_OLLAMA = SPEECH["ollama"]

_CUT: Final = 130
"""Characters before a break: inside a word, and inside a bold one."""
_TEARING: Final = 0.5
"""Seconds before a connection is torn down: it would take along what had not been read yet."""
_MALFORMED: Final = b'data: {"choices": [{"delta": {"content": "\n\n'


def _packed(*, broken: bool) -> Reply:
    """Compress a whole answer, though nobody asked for that: it comes in two lumps."""
    body = b"".join(chunk.data for chunk in _CHAT.whole().chunks)
    lump = gzip.compress(body, mtime=0)
    half = len(lump) // 2
    second = b"\xff" * half if broken else lump[half:]
    headers = (*_CHAT.headers, ("content-encoding", "gzip"))
    return Reply(headers=headers, chunks=(Chunk(lump[:half]), Chunk(second)))


def _in_half_a_character() -> Reply:
    """Cut an answer inside a syllable, which is three bytes in UTF-8."""
    whole = _CHAT.words("말")
    half = whole[: whole.index("말".encode()) + 1]
    return _CHAT.stream(*_CHAT.said(ANSWER[:_CUT]), Chunk(half), ending="cut")


def _calling(*arguments: str) -> tuple[Chunk, ...]:
    first = {"index": 0, "id": "call_1", "type": "function"}
    function = {"name": "open_curtain", "arguments": ""}
    begin = chat_chunk({"tool_calls": [{**first, "function": function}]})
    more = (
        chat_chunk({"tool_calls": [{"index": 0, "function": {"arguments": each}}]})
        for each in arguments
    )
    return (Chunk(begin), *(Chunk(each) for each in more))


_OVERLOADED = Chunk(typed("error", error={"type": "overloaded_error", "message": "Overloaded"}))
_UPSTREAM_FAILED = Chunk(
    event(
        {
            "id": "gen-1",
            "error": {"code": 502, "message": "Provider returned error"},
            "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
        }
    )
)

BROKEN_STREAMS: Final = (
    Fault(
        "cut",
        "The connection is cut in mid-answer",
        ErrorKind.INTERRUPTED,
        (_CHAT.stream(*_CHAT.said(ANSWER[:_CUT]), ending="cut"),),
    ),
    Fault(
        "torn",
        "The connection is reset in mid-answer",
        ErrorKind.INTERRUPTED,
        (_CHAT.stream(*_CHAT.said(ANSWER[:_CUT]), Chunk(b"", _TEARING), ending="reset"),),
    ),
    Fault(
        "cut-in-character",
        "The connection is cut inside a character",
        ErrorKind.INTERRUPTED,
        (_in_half_a_character(),),
    ),
    Fault(
        "no-finish",
        "The answer ends properly, but before its end",
        ErrorKind.INTERRUPTED,
        (_CLAUDE.stream(*_CLAUDE.said(ANSWER[:_CUT])),),
        wire="anthropic",
    ),
    Fault(
        "repeated",
        "The connection is cut, and the next repeats some words",
        ErrorKind.INTERRUPTED,
        (_CHAT.stream(*_CHAT.said(ANSWER[:_CUT]), ending="cut"),),
        behind="repeats",
    ),
    Fault(
        "prefill-refused",
        "The connection is cut, and the next refuses a begun answer",
        ErrorKind.INTERRUPTED,
        (_CHAT.stream(*_CHAT.said(ANSWER[:_CUT]), ending="cut"),),
        behind="refuses-prefill",
    ),
    Fault(
        "tool-cut",
        "The connection is cut in the middle of a tool's call",
        ErrorKind.INTERRUPTED,
        (_CHAT.stream(*_calling('{"how', '": "slo'), ending="cut"),),
        then="nobody",
        tools=True,
    ),
    Fault(
        "one-malformed",
        "One chunk cannot be read",
        None,
        (
            _CHAT.stream(
                *_CHAT.said(ANSWER[:_CUT]),
                Chunk(_MALFORMED),
                *_CHAT.said(ANSWER[_CUT:]),
                Chunk(_CHAT.end),
            ),
        ),
        then="same",
        rests="none",
    ),
    Fault(
        "malformed",
        "Chunk after chunk cannot be read",
        ErrorKind.MALFORMED_CHUNK,
        (_CHAT.stream(*_CHAT.said(ANSWER[:_CUT]), *(Chunk(_MALFORMED) for _ in range(5))),),
    ),
    Fault(
        "error-before-words",
        "The answer fails before a word (200, Anthropic)",
        ErrorKind.TRANSIENT,
        (_CLAUDE.stream(_OVERLOADED),),
        wire="anthropic",
    ),
    Fault(
        "error-after-words",
        "The answer fails in the middle, in a chunk (OpenRouter)",
        ErrorKind.TRANSIENT,
        (_CHAT.stream(*_CHAT.said(ANSWER[:_CUT]), _UPSTREAM_FAILED),),
    ),
    Fault(
        "error-line",
        "The answer fails in the middle, in a line (Ollama)",
        ErrorKind.TRANSIENT,
        (
            _OLLAMA.stream(
                *_OLLAMA.said(ANSWER[:_CUT]), Chunk(b'{"error":"an error was encountered"}\n')
            ),
        ),
        wire="ollama",
    ),
    Fault(
        "packed",
        "The answer comes compressed and in lumps",
        None,
        (_packed(broken=False),),
        then="same",
        rests="none",
    ),
    Fault(
        "packed-badly",
        "The answer comes compressed, and broken in the middle",
        ErrorKind.MALFORMED_CHUNK,
        (_packed(broken=True),),
    ),
    Fault(
        "left-open",
        "The answer is whole, but the connection never ends",
        None,
        (_CHAT.stream(*_CHAT.said(ANSWER), Chunk(chat_chunk({}, "stop")), ending="silence"),),
        then="same",
        rests="none",
        matters="time",
    ),
)
"""In the order in which the scorecard tells them.

Sources: docs.claude.com/en/docs/build-with-claude/streaming (errors in a stream),
openrouter.ai/docs/api-reference/streaming, docs.ollama.com/api/errors.
"""

"""Faults of the line and of the clock: nobody there, something else there, nothing said in time."""

from __future__ import annotations

from typing import Final

from understudy.errors import ErrorKind
from understudy.rehearsal.fault import Chunk, Fault, Reply, openai_error, page
from understudy.rehearsal.speech import ANSWER, PIECE, SPEECH

_CHAT = SPEECH["openai-chat"]
_KEEP_ALIVE = b": keep-alive\n\n"
"""What DeepSeek sends while it has no words yet (api-docs.deepseek.com, quick_start/rate_limit)."""
_WAITING = tuple(Chunk(_KEEP_ALIVE, 10.0) for _ in range(360))
_SLOW = 3 * PIECE
"""Characters that come one a second: more than any clock of silence would forgive."""

OUTAGES: Final = (
    Fault(
        "refused",
        "The connection is refused",
        ErrorKind.NETWORK,
        (Reply(opening="refused"),),
        matters="time",
    ),
    Fault(
        "reset",
        "The connection is reset before an answer",
        ErrorKind.NETWORK,
        (Reply(opening="reset"),),
    ),
    Fault(
        "hang-up",
        "The server hangs up before an answer",
        ErrorKind.NETWORK,
        (Reply(opening="hang-up"),),
    ),
    Fault(
        "unknown-host",
        "The server's name is not known any more",
        ErrorKind.NETWORK,
        (Reply(opening="unknown-host"),),
        alone=True,
        matters="time",
    ),
    Fault(
        "no-names",
        "Your network finds no names",
        ErrorKind.OFFLINE,
        (Reply(opening="no-names"),),
        then="this-computer",
        rests="none",
        everywhere=True,
        matters="time",
    ),
    Fault(
        "offline",
        "Your computer is offline",
        ErrorKind.OFFLINE,
        (Reply(opening="no-route"),),
        then="this-computer",
        rests="none",
        everywhere=True,
        matters="time",
    ),
    Fault(
        "captive-portal",
        "Your network wants a login first (511)",  # RFC 6585, section 6
        ErrorKind.OFFLINE,
        (page(511, "Network Authentication Required"),),
        then="this-computer",
        rests="none",
        everywhere=True,
    ),
    Fault(
        "web-page",
        "A web page answers in place of the provider (200)",
        ErrorKind.NETWORK,
        (page(200, "Welcome to our guest network"),),
    ),
    Fault(
        "moved",
        "The address leads elsewhere (302)",
        ErrorKind.NETWORK,
        (page(302, "Found", ("location", "https://login.example.com/")),),
    ),
    Fault(
        "empty-answer",
        "The answer is empty (200)",
        ErrorKind.NETWORK,
        (Reply(headers=_CHAT.headers),),
    ),
    Fault(
        "silence",
        "Nothing is said at all",
        ErrorKind.FIRST_TOKEN_TIMEOUT,
        (Reply(opening="silence"),),
        matters="time",
    ),
    Fault(
        "slow-first-word",
        "The line is kept alive, the first word takes an hour",
        ErrorKind.FIRST_TOKEN_TIMEOUT,
        (_CHAT.stream(*_WAITING, *_CHAT.said(ANSWER), Chunk(_CHAT.end)),),
        matters="time",
    ),
    Fault(
        "stalled",
        "The answer stops in the middle, the line is kept alive",
        ErrorKind.IDLE_TIMEOUT,
        (_CHAT.stream(*_CHAT.said(ANSWER[:90]), *_WAITING, *_CHAT.said(ANSWER[90:])),),
        matters="time",
    ),
    Fault(
        "frozen",
        "The answer stops in the middle, the line is dead",
        ErrorKind.IDLE_TIMEOUT,
        (_CHAT.stream(*_CHAT.said(ANSWER[:90]), ending="silence"),),
        matters="time",
    ),
    Fault(
        "trickle",
        "The answer begins with one character a second",
        None,
        (
            _CHAT.stream(
                *(Chunk(_CHAT.words(char), 1.0) for char in ANSWER[:_SLOW]),
                *_CHAT.said(ANSWER[_SLOW:]),
                Chunk(_CHAT.end),
            ),
        ),
        then="same",
        rests="none",
        matters="time",
    ),
    Fault(
        "flapping",
        "The provider comes and goes for twenty questions",
        ErrorKind.TRANSIENT,
        (openai_error(503, "Service unavailable", "server_error"),),
        rests="any",
        questions=20,
        every=5.0,
        outages=((0.0, 62.0), (88.0, 92.0)),
        matters="time",
    ),
)
"""In the order in which the scorecard tells them."""

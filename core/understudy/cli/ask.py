"""``understudy ask``: one question, its answer streamed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from understudy.cli.answers import AnswerPrinter
from understudy.cli.session import chosen_route, with_workspace
from understudy.errors import UsageError
from understudy.messages import Message
from understudy.requests import ChatRequest

if TYPE_CHECKING:
    import argparse

    from understudy.assembly import Workspace
    from understudy.cli.console import Console


def run(args: argparse.Namespace, console: Console) -> int:
    """Ask, and print the answer as it comes."""
    question = _question(args.text)
    messages = (*system_messages(args.system), Message.user(question))

    async def ask(workspace: Workspace) -> None:
        route = await chosen_route(workspace, args.route, args.model)
        request = ChatRequest(messages, route=route)
        await AnswerPrinter(console).stream(workspace.router, request)

    with_workspace(console, ask, unlock=args.unlock)
    return 0


def system_messages(text: str) -> tuple[Message, ...]:
    """Turn the instructions of ``--system`` into messages: one, or none."""
    return (Message.system(text),) if text else ()


def _question(text: str) -> str:
    """Take the question, from standard input where it is given as ``-``."""
    words = sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text
    if not words.strip():
        raise UsageError(
            "The question is empty.",
            "Nobody was asked.",
            'Try: understudy ask "Why is the sky blue?"',
        )
    return words

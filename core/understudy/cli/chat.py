"""``understudy chat``: a conversation held line by line, for machines with no display."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from understudy.assembly import Workspace
from understudy.cli.answers import AnswerPrinter
from understudy.cli.ask import system_messages
from understudy.cli.session import chosen_route, tell_notices
from understudy.errors import UnderstudyError
from understudy.messages import Message
from understudy.requests import ChatRequest

if TYPE_CHECKING:
    import argparse

    from understudy.cli.console import Console

HINT = "Ctrl C stops an answer, Ctrl D ends the conversation. A line ending in \\ goes on."
ASK_AGAIN = "Your question is kept: press Enter to ask it again."
PROMPT, MORE = "> ", "… "


def run(args: argparse.Namespace, console: Console) -> int:
    """Hold a conversation until the input ends; 1 where the last question found no answer.

    The event loop runs only while an answer comes: in between, the terminal's own line editing has
    the main thread to itself, Ctrl C included.
    """
    workspace = Workspace.open()
    with asyncio.Runner() as runner:
        try:
            tell_notices(workspace, console)
            runner.run(workspace.load_keys())
            route = runner.run(chosen_route(workspace, args.route, args.model))
            chat = Chat(workspace, runner, console, route, system_messages(args.system))
            return chat.hold()
        finally:
            runner.run(workspace.aclose())


class Chat:
    """One conversation: its messages so far, and the question that still wants an answer."""

    def __init__(
        self,
        workspace: Workspace,
        runner: asyncio.Runner,
        console: Console,
        route: str,
        messages: tuple[Message, ...],
    ) -> None:
        self._workspace = workspace
        self._runner = runner
        self._console = console
        self._route = route
        self._messages = messages
        self._unanswered = ""
        self._prompts = sys.stdin.isatty() and console.is_terminal and not console.json

    def hold(self) -> int:
        """Read and answer until the input ends."""
        if self._prompts:
            self._greet()
        while (question := self._read()) is not None:
            question = question.strip() or self._unanswered
            if question:
                self._answer(question)
        return 1 if self._unanswered else 0

    def _greet(self) -> None:
        plan = self._workspace.router.plan(ChatRequest((), route=self._route))
        names = [candidate.provider_name for candidate in plan.candidates]
        if names:
            self._console.note(f"{names[0]} answers first. {_waiting(names[1:])}".rstrip())
        self._console.note(HINT)

    def _read(self) -> str | None:
        """One question, of one line or several; ``None`` at the end of the input."""
        lines: list[str] = []
        while True:
            try:
                line = input((MORE if lines else PROMPT) if self._prompts else "")
            except EOFError:
                return "\n".join(lines) or None
            except KeyboardInterrupt:
                self._console.note("")
                return "" if self._prompts else None
            if not line.endswith("\\"):
                return "\n".join([*lines, line])
            lines.append(line.removesuffix("\\"))

    def _answer(self, question: str) -> None:
        """Ask and keep both turns; what is stopped or breaks off is kept as context too."""
        messages = (*self._messages, Message.user(question))
        printer = AnswerPrinter(self._console)
        self._unanswered, whole = question, False
        try:
            request = ChatRequest(messages, route=self._route)
            self._runner.run(printer.stream(self._workspace.router, request))
            whole = True
        except KeyboardInterrupt:
            self._console.note("Stopped.")
        except UnderstudyError as error:
            self._console.error(error)
        if whole or printer.text:
            answer = Message.assistant(printer.text, interrupted=not whole)
            self._messages, self._unanswered = (*messages, answer), ""
        elif self._prompts:
            self._console.note(ASK_AGAIN)


def _waiting(names: list[str]) -> str:
    if not names:
        return ""
    return f"{', '.join(names)} {'waits' if len(names) == 1 else 'wait'} in the wings."

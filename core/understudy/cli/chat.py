"""``understudy chat``: a conversation held line by line, for machines with no display."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from understudy.cli.answers import AnswerPrinter
from understudy.cli.ask import system_messages
from understudy.cli.keeping import Keeping
from understudy.cli.session import chosen_route, opened
from understudy.errors import UnderstudyError
from understudy.messages import Message
from understudy.requests import ChatRequest

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncGenerator

    from understudy.cli.console import Console
    from understudy.routing.router import Router

HINT = "Ctrl C stops an answer, Ctrl D ends the conversation. A line ending in \\ goes on."
ASK_AGAIN = "Your question is kept: press Enter to ask it again."
PROMPT, MORE = "> ", "… "


def run(args: argparse.Namespace, console: Console) -> int:
    """Hold a conversation until the input ends; 1 where the last question found no answer.

    The event loop runs only while an answer comes: in between, the terminal's own line editing has
    the main thread to itself, Ctrl C included.
    """
    with asyncio.Runner() as runner:
        conversation = _conversation(args, console)
        chat = runner.run(anext(conversation))
        try:
            return Terminal(chat, console, runner).hold()
        finally:
            runner.run(conversation.aclose())


async def _conversation(args: argparse.Namespace, console: Console) -> AsyncGenerator[Chat]:
    """Open all that a conversation stands on; closing the generator closes it."""
    async with opened(console, unlock=args.unlock) as workspace:
        route = await chosen_route(workspace, args.route, args.model)
        keeping = await Keeping.open(workspace.paths.history, route, console)
        try:
            yield Chat(workspace.router, keeping, console, route, system_messages(args.system))
        finally:
            await keeping.close()


class Chat:
    """One conversation: its messages so far, and the question that still wants an answer."""

    def __init__(
        self,
        router: Router,
        keeping: Keeping,
        console: Console,
        route: str,
        messages: tuple[Message, ...],
    ) -> None:
        self.unanswered = ""
        self._router = router
        self._keeping = keeping
        self._console = console
        self._route = route
        self._messages = messages

    def who(self) -> list[str]:
        """Name those who would be asked now, in order."""
        plan = self._router.plan(ChatRequest((), route=self._route))
        return [candidate.provider_name for candidate in plan.candidates]

    async def ask(self, question: str) -> None:
        """Ask, show and keep; what is stopped or breaks off is context for the next one too."""
        recorder = await self._keeping.begin(question, again=question == self.unanswered)
        self.unanswered = question
        messages = (*self._messages, Message.user(question))
        printer = AnswerPrinter(self._console)
        try:
            request = ChatRequest(messages, route=self._route)
            await printer.stream(self._router, request, recorder)
        except asyncio.CancelledError:
            await self._keeping.end(recorder, "stopped")
            self._take(messages, printer.text, interrupted=True)
            raise
        except UnderstudyError as error:
            await self._keeping.end(recorder, "failed", error)
            self._take(messages, printer.text, interrupted=True)
            raise
        await self._keeping.end(recorder, "complete")
        self._take(messages, printer.text, interrupted=False)

    def _take(self, messages: tuple[Message, ...], text: str, *, interrupted: bool) -> None:
        if text or not interrupted:
            self._messages = (*messages, Message.assistant(text, interrupted=interrupted))
            self.unanswered = ""


class Terminal:
    """Reads questions from standard input; prompts where a person sits there."""

    def __init__(self, chat: Chat, console: Console, runner: asyncio.Runner) -> None:
        self._chat = chat
        self._console = console
        self._runner = runner
        self._prompts = sys.stdin.isatty() and console.is_terminal and not console.json

    def hold(self) -> int:
        """Read and answer until the input ends."""
        if self._prompts:
            self._greet()
        while (question := self._read()) is not None:
            question = question.strip() or self._chat.unanswered
            if question:
                self._ask(question)
        return 1 if self._chat.unanswered else 0

    def _greet(self) -> None:
        with suppress(ImportError):  # Windows' terminal edits lines by itself
            import_module("readline")
        first, *others = self._chat.who() or ["Nobody"]
        waiting = "waits" if len(others) == 1 else "wait"
        wings = f" {', '.join(others)} {waiting} in the wings." if others else ""
        self._console.note(f"{first} answers first.{wings}")
        self._console.note(HINT)

    def _ask(self, question: str) -> None:
        try:
            self._runner.run(self._chat.ask(question))
        except KeyboardInterrupt:
            self._console.note("Stopped.")
        except UnderstudyError as error:
            self._console.error(error)
        if self._chat.unanswered and self._prompts:
            self._console.note(ASK_AGAIN)

    def _read(self) -> str | None:
        """Read one question, of one line or several; ``None`` at the end of the input."""
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

"""Reads a command line by the table of commands; says what is wrong in Understudy's way."""

from __future__ import annotations

import argparse
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from understudy._version import __version__
from understudy.cli.commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.cli.commands import Command

ABOUT = """\
Understudy asks the first provider of your order; when it cannot answer, the next carries on.

With no command it opens the window."""

EXAMPLES = """\
examples:
  understudy ask "Why is the sky blue?"
  git diff | understudy ask --system "Review this change." -
  understudy keys set openai
  understudy routes set Work openai/gpt-5.4-mini ollama/qwen3
  understudy plan --route Work

Every command takes --json. Exit codes: 0 done, 1 could not, 2 wrong usage.
"""


class Parser(argparse.ArgumentParser):
    """argparse, with errors that say what happened, what was done and what to do."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line on stderr and leave with 2."""
        sentence = message[:1].upper() + message[1:].rstrip(".")
        self.exit(2, f"{sentence}.\nNothing was done.\nSee: {self.prog} --help\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read a command line; leaves the process with 0 for help, 2 where it cannot be meant."""
    parser = Parser(
        prog="understudy",
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="version", version=f"understudy {__version__}")
    _check_names(parser, argv, COMMANDS)
    _add_commands(parser, COMMANDS)
    return parser.parse_args(argv)


def _add_commands(parser: Parser, commands: Sequence[Command]) -> None:
    group = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in commands:
        child = group.add_parser(
            command.name,
            help=command.about,
            description=f"{command.about[0].upper()}{command.about[1:]}.",
            epilog=command.more or None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if command.children:
            _add_commands(child, command.children)
        else:
            _add_arguments(child, command)


def _add_arguments(parser: Parser, command: Command) -> None:
    for argument in command.arguments:
        parser.add_argument(*argument.names, **argument.options)
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.set_defaults(run=command.run)


def _check_names(parser: Parser, argv: Sequence[str], commands: Sequence[Command]) -> None:
    """Answer a mistyped command with the one that was probably meant."""
    prefix = "understudy"
    for word in argv:
        if not commands or word.startswith("-"):
            return
        known = {command.name: command for command in commands}
        if word not in known:
            close = get_close_matches(word, known, n=1)
            hint = (
                f"Did you mean: {prefix} {close[0]}" if close else f"There are: {', '.join(known)}"
            )
            parser.exit(2, f'There is no command "{prefix} {word}".\nNothing was done.\n{hint}\n')
        prefix = f"{prefix} {word}"
        commands = known[word].children

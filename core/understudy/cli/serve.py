"""``understudy serve``: the route for every OpenAI client on this computer."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Final

from understudy.cli.request_lines import RequestLines
from understudy.cli.session import chosen_route, with_workspace
from understudy.errors import KeyStoreError, UnderstudyError, UsageError

if TYPE_CHECKING:
    import argparse

    from understudy.assembly import Workspace
    from understudy.cli.console import Console
    from understudy.serve.access_token import AccessToken

_HIGHEST_PORT: Final = 65_535
_EXPORT: Final = '$env:{name} = "{value}"' if sys.platform == "win32" else "export {name}={value}"
_THE_TOKEN: Final = "$(understudy serve --show-token)"


def run(args: argparse.Namespace, console: Console) -> int:
    """Serve until Ctrl C, or print the token and serve nothing."""
    if not 0 <= args.port <= _HIGHEST_PORT:
        raise UsageError(
            f"{args.port} is no port.",
            "Nothing was started.",
            f"Give one from 1 to {_HIGHEST_PORT:,}, or 0 for any that is free.",
        )
    _check_installed()

    async def work(workspace: Workspace) -> None:
        from understudy.serve.access_token import access_token

        token = await access_token(
            workspace.keys, os.environ, unlock=args.unlock, renew=args.new_token
        )
        if args.show_token:
            _show_token(token, console)
        else:
            await _serve(args, console, workspace, token)

    with_workspace(console, work, keys=not args.show_token, unlock=args.unlock)
    return 0


def _check_installed() -> None:
    """Raise ``UnderstudyError`` where the libraries of a server are not there."""
    try:
        import starlette
        import uvicorn
    except ModuleNotFoundError as missing:
        raise UnderstudyError(
            f"The server's part of Understudy is not installed ({missing.name} is missing).",
            "Nothing was started.",
            'Install it with: pip install "understudy[serve]"',
        ) from None
    del starlette, uvicorn


def _show_token(token: AccessToken, console: Console) -> None:
    if token.source == "session":
        raise KeyStoreError(
            f"There is no token to show: none is kept. {token.state.why}",
            "Nothing was made: it would end with this command.",
            "Take the one that understudy serve shows when it starts.",
        )
    if console.json:
        console.object({"token": token.value, "source": token.source})
    else:
        console.line(token.value)


async def _serve(
    args: argparse.Namespace, console: Console, workspace: Workspace, token: AccessToken
) -> None:
    from understudy.serve.app import application
    from understudy.serve.server import Server, listen, port_of
    from understudy.serve.workspace_offer import offer_of

    route = await chosen_route(workspace, args.route, ())
    sockets = listen(args.port, ipv6=args.ipv6)
    lines = RequestLines(console)
    app = application(offer_of(workspace, route), token.value, lines.add)
    name = workspace.router.route(route).name
    url = f"http://127.0.0.1:{port_of(sockets)}"
    server = Server(
        app,
        lambda: _announce(console, url, name, token),
        lambda under_way: _tell_end(console, under_way),
    )
    try:
        await server.serve(sockets)
    finally:
        await asyncio.to_thread(lines.close)


def _announce(console: Console, url: str, route: str, token: AccessToken) -> None:
    """Say where the server is and how a client is told; the token only where it is nowhere else."""
    from understudy.serve.server import GRACE

    if console.json:
        told = {"url": url, "base_url": f"{url}/v1", "route": route}
        console.object({**told, "token": token.value, "token_source": token.source})
        return
    kept = token.source != "session"
    shown = _THE_TOKEN if kept else token.value
    if kept and sys.platform != "win32":
        shown = f'"{shown}"'
    settings = (("OPENAI_BASE_URL", f"{url}/v1"), ("OPENAI_API_KEY", shown))
    lines = [f"Understudy answers at {url} by the route {route}. For OpenAI's clients:"]
    lines += [f"  {_EXPORT.format(name=name, value=value)}" for name, value in settings]
    lines.append(f"Ctrl C ends it; answers under way have {GRACE} s to finish then.")
    console.write("\n".join([*lines, ""]))
    if not kept:
        console.note(f"{token.state.why} The token is shown this once and ends with this server.")


def _tell_end(console: Console, under_way: int) -> None:
    from understudy.serve.server import GRACE

    if under_way:
        are = "answer is" if under_way == 1 else "answers are"
        console.note(f"{under_way} {are} under way: {GRACE} s to finish. Ctrl C ends it at once.")
    else:
        console.note("Stopped.")

"""The table of commands: their names, arguments and help. What runs them is named, not imported."""

from __future__ import annotations

from argparse import SUPPRESS, BooleanOptionalAction
from typing import Any, NamedTuple


class Argument(NamedTuple):
    """One argument: its names and what argparse's ``add_argument`` is told about it."""

    names: tuple[str, ...]
    options: dict[str, Any]


class Command(NamedTuple):
    """One command. ``run`` is "module:function" below ``understudy.cli``; a group has children."""

    name: str
    about: str
    run: str = ""
    arguments: tuple[Argument, ...] = ()
    children: tuple[Command, ...] = ()
    more: str = ""


def _argument(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


_ROUTE = _argument("--route", metavar="ROUTE", default="", help="the route to use")
_MODEL = _argument(
    "--model",
    action="append",
    metavar="PROVIDER/MODEL",
    default=[],
    help="ask this instead of a route; may be given again, for the next in line",
)
_SYSTEM = _argument("--system", metavar="TEXT", default="", help="instructions for the model")
_UNLOCK = _argument(
    "--unlock",
    action="store_true",
    help="have the system ask for the keyring's password where it is locked",
)
_IMPORT = (
    _argument("--dry-run", action="store_true", help="show what would be done, and do nothing"),
    _argument(
        "--replace",
        action="store_true",
        help="take what the file has in place of what is there",
    ),
    _UNLOCK,
)
_PROVIDER = _argument("provider", metavar="PROVIDER", help="a provider's id, such as openai")

_PROVIDERS = (
    Command("list", "list every provider and what it lacks", "providers:list_all"),
    Command(
        "add",
        "add an endpoint of your own",
        "providers:add",
        (
            _argument("name", metavar="NAME", help="what you call it"),
            _argument(
                "--wire",
                choices=("openai-chat", "openai-responses", "anthropic", "gemini", "ollama"),
                default="openai-chat",
                help="the format it speaks (default: %(default)s)",
            ),
            _argument(
                "--base-url",
                metavar="URL",
                help="its address, such as http://127.0.0.1:8000/v1",
            ),
            _argument(
                "--file",
                metavar="MODEL.gguf",
                help="in place of an address: a model's file, which runs inside this program",
            ),
            _argument(
                "--key-env", metavar="VAR", help="the environment variable that may hold its key"
            ),
            _argument(
                "--model",
                action="append",
                metavar="ID",
                default=[],
                help="a model it serves; may be given again, the first is its default",
            ),
            _argument(
                "--local",
                action="store_true",
                help="it runs on this computer: it needs no key and may take longer to begin",
            ),
        ),
    ),
    Command("remove", "remove an endpoint of your own", "providers:remove", (_PROVIDER,)),
    Command(
        "test",
        "send a provider one short question and time the answer",
        "providers:test",
        (_PROVIDER,),
    ),
    Command("models", "ask a provider which models it has", "providers:models", (_PROVIDER,)),
)

_ROUTES = (
    Command("list", "list the routes and their order", "routes:list_all"),
    Command(
        "set",
        "make a route or replace its order",
        "routes:set_order",
        (
            _argument("name", metavar="NAME", help="the route's name"),
            _argument(
                "entries",
                metavar="PROVIDER/MODEL",
                nargs="+",
                help="who is asked, in this order; PROVIDER alone takes its default model",
            ),
            _argument(
                "--strategy",
                choices=("in-order", "fastest", "cheapest", "split", "race"),
                help="who is asked first: as they stand, who begins soonest, who costs least for "
                "the request, by chance and weight, or the next as well where the first is slow "
                "(default: in-order)",
            ),
            _argument(
                "--rescue",
                choices=("carry-on", "keep", "restart"),
                help="when an answer breaks off: the next carries on, the part is kept, or the "
                "next starts again (default: carry-on)",
            ),
            _argument(
                "--private",
                action=BooleanOptionalAction,
                help="ask nobody but models on this computer",
            ),
            _argument(
                "--same-model-first",
                action=BooleanOptionalAction,
                help="ask for a model wherever it is served before the next model",
            ),
            _argument("--default", action="store_true", help="use it where no route is named"),
        ),
    ),
    Command(
        "remove",
        "remove a route",
        "routes:remove",
        (_argument("name", metavar="NAME", help="the route's name"),),
    ),
    Command(
        "import",
        "make a route of a file like the seed's config/default.yaml",
        "importing_routes:import_route",
        (
            _argument("file", metavar="FILE", help="a YAML file; - reads it from standard input"),
            _argument(
                "--name",
                metavar="NAME",
                default="Imported",
                help="the route's name (default: %(default)s)",
            ),
            _argument(
                "--env",
                metavar="FILE",
                default="",
                help="where ${NAME} is looked up after the environment (default: the .env beside)",
            ),
            _argument("--default", action="store_true", help="use it where no route is named"),
            *_IMPORT,
        ),
        more="The providers stand in the order of their priorities; endpoints go into the\n"
        "settings, keys into the keyring. What is not taken over is listed.",
    ),
)

_KEYS = (
    Command(
        "set",
        "put a provider's key into the keyring",
        "keys:set_key",
        (_PROVIDER, _argument("extra", nargs="*", help=SUPPRESS)),
        more="The key is read from standard input, or asked for without showing it. It is never\n"
        "taken from the command line, where other programs could see it:\n"
        "  pass show openai | understudy keys set openai",
    ),
    Command("remove", "take a provider's key out of the keyring", "keys:remove", (_PROVIDER,)),
    Command("list", "show where each provider's key comes from", "keys:list_all"),
    Command(
        "import",
        "put the keys of a .env file into the keyring, its addresses into the settings",
        "importing:import_keys",
        (
            _argument("file", metavar="FILE", help="a .env file; - reads it from standard input"),
            *_IMPORT,
        ),
        more="It knows the usual variables, such as OPENAI_API_KEY and OLLAMA_HOST, and never\n"
        "prints a key. What is there already stays, unless --replace is given. The file is left\n"
        "as it is.",
    ),
)

_SERVE = (
    _argument(
        "--port",
        type=int,
        default=8484,
        metavar="N",
        help="the port; 0 takes one that is free (default: %(default)s)",
    ),
    _argument("--route", metavar="ROUTE", default="", help="the route of clients that name none"),
    _argument("--ipv6", action="store_true", help="listen at ::1 as well as at 127.0.0.1"),
    _UNLOCK,
    _argument("--show-token", action="store_true", help="print the token, and serve nothing"),
    _argument(
        "--new-token", action="store_true", help="replace the token: the old one is void from now"
    ),
)

COMMANDS = (
    Command(
        "ask",
        "ask something and stream the answer",
        "ask:run",
        (
            _ROUTE,
            _MODEL,
            _SYSTEM,
            _UNLOCK,
            _argument("text", metavar="TEXT", help="the question; - reads it from standard input"),
        ),
        more="The answer goes to standard output, hand-overs are told on standard error.",
    ),
    Command(
        "chat",
        "hold a conversation in the terminal",
        "chat:run",
        (_ROUTE, _MODEL, _SYSTEM, _UNLOCK),
        more="Ctrl C stops an answer, Ctrl D ends the conversation.",
    ),
    Command("status", "show which providers can answer now", "status:show_status"),
    Command(
        "plan",
        "show who would be asked, in which order, and why others are skipped",
        "status:show_plan",
        (_ROUTE, _MODEL),
    ),
    Command(
        "rehearse",
        "play every failure against a route, offline, and see who answers",
        "rehearse:run",
        (_ROUTE,),
        more="Stand-ins take the places of your providers: nothing leaves this computer and no\n"
        "key is read. It exits with 0 where no word of an answer was lost.",
    ),
    Command(
        "serve",
        "offer your routes to any OpenAI client on this computer",
        "serve:run",
        _SERVE,
        more="A client names a route or PROVIDER/MODEL as its model, or understudy for the route\n"
        "in use, and shows a token that is made at the first start and kept in the keyring:\n"
        "  export OPENAI_BASE_URL=http://127.0.0.1:8484/v1\n"
        '  export OPENAI_API_KEY="$(understudy serve --show-token)"\n'
        "UNDERSTUDY_SERVE_TOKEN may hold it where there is no keyring. What you change in the\n"
        "settings counts from the next start. Ctrl C ends it.",
    ),
    Command("providers", "list, add, remove and test providers", children=_PROVIDERS),
    Command("routes", "list, set, remove and import routes", children=_ROUTES),
    Command("keys", "set, remove, list and import keys", children=_KEYS),
)

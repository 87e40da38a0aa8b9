"""Failures whose code tells more than their kind: of the way to a server, and of models in files.

A code counts only for the kinds that it is known of: servers write what they like in theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.errors import ErrorKind
from understudy_gui.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Collection

    from understudy.routing.trace import Attempt


def told(attempt: Attempt, code: str, local: Collection[str]) -> str:
    """Say what happened and what one can do; empty where the kind tells as much.

    ``code`` is the status in brackets, ``local`` are the ids of this computer's own.
    """
    match attempt.kind:
        case ErrorKind.NETWORK:
            return _not_reached(attempt, code, local)
        case ErrorKind.OFFLINE if attempt.status == 511:
            name = attempt.provider_name
            return tr("This network wants a login before {name} can be reached.", name=name)
        case ErrorKind.MALFORMED_CHUNK if attempt.code == "compressed":
            name = attempt.provider_name
            return tr("{name} sent compressed data that cannot be read.", name=name)
        case ErrorKind.MODEL_GONE if attempt.status is None:
            return _file_not_usable(attempt) or _model_not_usable(attempt)
        case ErrorKind.TRANSIENT | ErrorKind.INTERRUPTED | ErrorKind.FIRST_TOKEN_TIMEOUT:
            return _process_failed(attempt) if attempt.status is None else ""
        case _:
            return ""


def _not_reached(attempt: Attempt, code: str, local: Collection[str]) -> str:
    """Say why there was no way to ask, as far as the network told."""
    name = attempt.provider_name
    match attempt.code:
        case "proxy" | "proxy_login" | "ProxyError":
            return _held_up_by_proxy(attempt, code)
        case _ if attempt.status == 407:
            return _held_up_by_proxy(attempt, code)
        case "certificate" | "certificate_file" | "tls":
            return _not_trusted(attempt)
        case "unknown_host":
            return tr("{name} was not found: check its address.", name=name)
        case "moved":
            return tr(
                "{name} has moved{code}: its address has to be changed.", name=name, code=code
            )
        case "web_page":
            return tr(
                "A web page answered in place of {name}{code}: check its address.",
                name=name,
                code=code,
            )
        case "no_api":
            return tr("{name} did not answer as a model does: check its address.", name=name)
        case "head_too_long":
            return tr("{name} sent headers without end: check its address.", name=name)
        case _ if attempt.provider in local and attempt.status is None:
            return tr("{name} is not running.", name=name)
        case _:
            return tr("{name} could not be reached.", name=name)


def _held_up_by_proxy(attempt: Attempt, code: str) -> str:
    """Tell a proxy that is not there, one that wants a login, and one that does not get through."""
    name, detail = attempt.provider_name, attempt.detail
    if attempt.status == 407:
        return tr("{name} was not reached: the proxy wants a login{code}.", name=name, code=code)
    if detail and not detail.isdecimal():
        return tr("{name} was not asked: its proxy cannot be reached.", name=name)
    answer = f" ({detail})" if detail else ""
    return tr("The proxy did not connect to {name}{code}.", name=name, code=answer)


def _not_trusted(attempt: Attempt) -> str:
    name = attempt.provider_name
    match attempt.code:
        case "tls":
            return tr("{name} made no secure connection: is it https at that port?", name=name)
        case "certificate_file":
            return tr(
                "{name} was not asked: correct or unset SSL_CERT_FILE and SSL_CERT_DIR.", name=name
            )
        case _:
            return tr(
                "The certificate of {name} is not trusted: "
                "if it is your company's, add it to the system's.",
                name=name,
            )


def _file_not_usable(attempt: Attempt) -> str:
    """Say what is wrong with the file in which a model is."""
    name = attempt.provider_name
    match attempt.code:
        case "no_file":
            return tr("{name} cannot be loaded: its file is not there any more.", name=name)
        case "no_model":
            model = attempt.model or tr("the model")
            return tr(
                "{name} cannot be loaded: its file does not hold {model}.", name=name, model=model
            )
        case "cut_short":
            return tr(
                "{name} cannot be loaded: its file is cut short. Download it again.", name=name
            )
        case "damaged":
            return tr("{name} cannot be loaded: its file is damaged. Download it again.", name=name)
        case "forbidden" | "unreadable":
            return tr("{name} cannot be loaded: its file cannot be read.", name=name)
        case "old_format":
            return tr("{name} cannot be loaded: its file is in an old format.", name=name)
        case "new_format":
            return tr("{name} cannot be loaded: its file is in a newer format.", name=name)
        case "other_machine":
            return tr("{name} cannot be loaded: its file is for another processor.", name=name)
        case "later_part":
            return tr(
                "{name} cannot be loaded: its file is a later part. Choose the first.", name=name
            )
        case _:
            return ""


def _model_not_usable(attempt: Attempt) -> str:
    """Say why a model in a file that is good is of no use here."""
    name = attempt.provider_name
    match attempt.code:
        case "unknown_kind":
            return tr("{name} is of a kind that the installed llama.cpp does not know.", name=name)
        case "not_installed":
            return tr("{name} needs llama.cpp, which is not installed.", name=name)
        case "not_loaded":
            return tr("{name} could not be loaded.", name=name)
        case "embeds":
            return tr("{name} makes vectors of texts and does not converse.", name=name)
        case "converses":
            return tr("{name} converses and makes no vectors of texts.", name=name)
        case _:
            return ""


def _process_failed(attempt: Attempt) -> str:
    """Say what became of the process in which a model lives."""
    name = attempt.provider_name
    match attempt.code:
        case "no_memory":
            return tr("{name} needs more memory than is free: close other programs.", name=name)
        case "load_timeout":
            return tr("{name} was not loaded in time.", name=name)
        case "not_started":
            return tr("The process of {name} could not be started.", name=name)
        case "crashed":
            return tr("The process of {name} crashed.", name=name)
        case "killed":
            return tr("The system ended {name}: memory may be short.", name=name)
        case "hung":
            return tr("{name} no longer answered and was ended.", name=name)
        case "ended":
            return tr("{name} was unloaded.", name=name)
        case _:
            return ""

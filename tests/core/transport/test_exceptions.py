"""The table that translates the HTTP library's exceptions."""

from __future__ import annotations

import errno
import inspect
import socket
import ssl

import httpx
import pytest

from understudy.errors import ErrorKind
from understudy.transport.exceptions import TABLE, provider_error


def library_exceptions() -> set[str]:
    members = inspect.getmembers(httpx, inspect.isclass)
    return {name for name, cls in members if issubclass(cls, Exception)}


def test_that_no_exception_of_the_library_is_missing_and_none_is_made_up() -> None:
    assert set(TABLE) == library_exceptions()


@pytest.mark.parametrize("name", sorted(TABLE))
def test_that_every_sentence_reads_with_a_name_in_it(name: str) -> None:
    _kind, sentence = TABLE[name]
    said = sentence.format(name="Example")
    assert "Example" in said
    assert said.endswith(".")
    assert "{" not in said


def caused(cause: BaseException) -> Exception:
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = cause
    return error


UNTRUSTED = ssl.SSLCertVerificationError()
UNTRUSTED.verify_message = "self-signed {certificate}"


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (httpx.ConnectError("x"), ErrorKind.NETWORK, "Example could not be reached."),
        (httpx.ReadError("x"), ErrorKind.NETWORK, "Example closed the connection."),
        (
            caused(ConnectionRefusedError()),
            ErrorKind.NETWORK,
            "Example refused the connection.",
        ),
        (
            caused(ExceptionGroup("x", [OSError(errno.EIO, "x"), ConnectionRefusedError()])),
            ErrorKind.NETWORK,
            "Example refused the connection.",
        ),
        (
            caused(socket.gaierror(socket.EAI_AGAIN, "x")),
            ErrorKind.OFFLINE,
            "Example was not found: this computer seems to be offline.",
        ),
        (
            caused(socket.gaierror(socket.EAI_NONAME, "x")),
            ErrorKind.NETWORK,
            "Example was not found: no computer has the name in its address.",
        ),
        (
            caused(OSError(errno.ENETUNREACH, "x")),
            ErrorKind.OFFLINE,
            "This computer is offline: Example was not asked.",
        ),
        (
            caused(UNTRUSTED),
            ErrorKind.NETWORK,
            "The certificate of Example cannot be verified: self-signed {certificate}.",
        ),
        (
            caused(ssl.SSLCertVerificationError()),
            ErrorKind.NETWORK,
            "The certificate of Example cannot be verified: it is not trusted.",
        ),
        (
            caused(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]")),
            ErrorKind.NETWORK,
            "No secure connection to Example: is it https at that port?",
        ),
        (OSError("x"), ErrorKind.NETWORK, "The connection to Example failed."),
    ],
)
def test_that_the_cause_beneath_is_told(error: Exception, kind: ErrorKind, sentence: str) -> None:
    translated = provider_error(error, "Example")
    assert (translated.kind, str(translated)) == (kind, sentence)


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (httpx.ReadError("x"), "ReadError", ""),
        (caused(ssl.SSLError(1, "x")), "tls", ""),
        (caused(ssl.SSLCertVerificationError(1, "x")), "certificate", "it is not trusted"),
        (caused(socket.gaierror(socket.EAI_NONAME, "x")), "unknown_host", ""),
        (caused(ConnectionRefusedError()), "refused", ""),
        (caused(OSError(errno.ENETUNREACH, "x")), "no_network", ""),
    ],
)
def test_that_a_word_tells_the_cause_to_programs(error: Exception, code: str, detail: str) -> None:
    translated = provider_error(error, "Example")
    assert (translated.code, translated.detail) == (code, detail)


def test_that_a_server_of_this_computer_is_not_running_and_never_offline() -> None:
    refused = provider_error(caused(ConnectionRefusedError()), "Ollama", local=True)
    assert str(refused) == "Ollama is not running."
    for cause in (socket.gaierror(socket.EAI_AGAIN, "x"), OSError(errno.ENETUNREACH, "x")):
        assert provider_error(caused(cause), "Ollama", local=True).kind is ErrorKind.NETWORK


def test_that_a_broken_connection_in_mid_answer_is_an_interruption() -> None:
    error = provider_error(httpx.ReadError("x"), "Example", phase="answering")
    assert (error.kind, str(error)) == (ErrorKind.INTERRUPTED, "Example broke off.")
    broken = provider_error(httpx.DecodingError("x"), "Example", phase="answering")
    assert broken.kind is ErrorKind.MALFORMED_CHUNK


def test_that_a_chain_of_causes_that_bites_its_tail_ends() -> None:
    one, other = httpx.ConnectError("x"), OSError("x")
    one.__cause__, other.__cause__ = other, one
    assert provider_error(one, "Example").kind is ErrorKind.NETWORK


def test_that_nothing_of_the_exceptions_own_text_is_kept() -> None:
    error = httpx.LocalProtocolError("Illegal header value b'Bearer sk-canary'")
    translated = provider_error(error, "Example")
    assert "canary" not in f"{translated} {translated.detail} {translated.code}"
    assert translated.__context__ is None

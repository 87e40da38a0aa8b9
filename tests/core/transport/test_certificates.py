"""Whom the transport trusts: the system's authorities, and who is added to them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from helpers.asking import ask, failure_of
from helpers.loopback import CERTIFICATE, EXAMPLE_CERTIFICATE, Loopback, tls
from helpers.replies import Reply, json_reply
from understudy.errors import ErrorKind
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

PEM = CERTIFICATE.read_text()


async def test_that_a_certificate_that_nobody_vouches_for_is_refused(
    transport: HttpTransport,
) -> None:
    async with Loopback(tls=tls()) as server:
        error = await failure_of(transport, server)
        assert server.requests == []
    assert (error.kind, error.code) == (ErrorKind.NETWORK, "certificate")
    assert "The certificate of Example cannot be verified" in str(error)


async def test_that_a_certificate_for_another_host_is_refused(
    monkeypatch: pytest.MonkeyPatch, transport: HttpTransport
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(EXAMPLE_CERTIFICATE))
    async with Loopback(tls=tls(EXAMPLE_CERTIFICATE)) as server:
        error = await failure_of(transport, server)
        assert server.requests == []
    assert error.code == "certificate"


async def test_that_ssl_cert_file_adds_whom_to_trust(
    monkeypatch: pytest.MonkeyPatch, transport: HttpTransport
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with Loopback(json_reply({}), tls=tls()) as server:
        assert await ask(transport, server) == b"{}"


async def test_that_ssl_cert_dir_adds_whom_to_trust(
    monkeypatch: pytest.MonkeyPatch, transport: HttpTransport, tmp_path: Path
) -> None:
    # OpenSSL finds a certificate by a hash of its subject: openssl x509 -subject_hash
    (tmp_path / "b13fe686.0").write_text(PEM)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    async with Loopback(json_reply({}), tls=tls()) as server:
        assert await ask(transport, server) == b"{}"


async def test_that_extra_certificates_are_trusted_beside_those_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(EXAMPLE_CERTIFICATE))
    transport = HttpTransport(extra_certificates=CERTIFICATE)
    async with Loopback(json_reply({}), tls=tls()) as server:
        assert await ask(transport, server) == b"{}"
    await transport.aclose()


async def test_that_the_environment_can_be_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")
    transport = HttpTransport(trust_env=False, extra_certificates=CERTIFICATE)
    async with Loopback(json_reply({}), tls=tls()) as server:
        assert await ask(transport, server) == b"{}"
    await transport.aclose()


async def test_that_https_at_a_plain_port_is_told(transport: HttpTransport) -> None:
    async with Loopback(Reply(head=b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        error = await failure_of(transport, f"https://127.0.0.1:{server.port}/v1")
    assert str(error) == "No secure connection to Example: is it https at that port?"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read"),
        ("", "holds no certificate in PEM form, or a broken one"),
        ("no certificate", "holds no certificate in PEM form, or a broken one"),
        (PEM[:200], "holds no certificate in PEM form, or a broken one"),
        (PEM + PEM.replace("MII", "!!!"), "holds no certificate in PEM form, or a broken one"),
        (
            CERTIFICATE.with_name("loopback-key.pem").read_text(),
            "holds no certificate in PEM form, or a broken one",
        ),
    ],
    ids=["missing", "empty", "text", "cut", "one good, one broken", "a private key"],
)
@pytest.mark.parametrize("given", ["SSL_CERT_FILE", "The file of extra certificates"])
async def test_that_a_broken_file_of_certificates_is_told_and_spoils_no_plain_request(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    content: str | None,
    problem: str,
    given: str,
) -> None:
    file = tmp_path / "certificates.pem"
    if content is not None:
        file.write_text(content)
    if given == "SSL_CERT_FILE":
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    transport = HttpTransport(extra_certificates=None if given == "SSL_CERT_FILE" else file)
    error = await failure_of(transport, "https://example.invalid/v1")
    assert (error.kind, error.code) == (ErrorKind.NETWORK, "certificate_file")
    assert str(error) == f"{given} ({file}) {problem}: correct or unset it."
    async with Loopback(json_reply({})) as server:
        assert await ask(transport, server) == b"{}"
    await transport.aclose()


async def test_that_a_file_that_was_mended_is_used_at_once(
    monkeypatch: pytest.MonkeyPatch, transport: HttpTransport, tmp_path: Path
) -> None:
    file = tmp_path / "certificates.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with Loopback(json_reply({}), tls=tls()) as server:
        assert (await failure_of(transport, server)).code == "certificate_file"
        file.write_text(PEM)
        assert await ask(transport, server) == b"{}"


async def test_that_a_folder_of_certificates_that_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch, transport: HttpTransport, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path}{os.pathsep}{nowhere}")
    error = await failure_of(transport, "https://example.invalid/v1")
    assert str(error) == f"SSL_CERT_DIR ({nowhere}) is no folder: correct or unset it."

"""Whom to trust: the operating system's authorities, and who the user adds to them."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind, ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def trusting(extra: Path | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    """Trust whom the operating system trusts, SSL_CERT_FILE and SSL_CERT_DIR name, and ``extra``.

    ``extra`` is a file of certificates in PEM form. Raises ``ProviderError`` where one of them is
    something else. Takes 20 ms.
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file, what in _files(extra, environ):
        _load(context, file, what)
    folder = environ.get("SSL_CERT_DIR")
    if folder:
        _check_folders(folder)
        context.load_verify_locations(capath=folder)
    return context


def trusting_nobody() -> ssl.SSLContext:
    """What a connection without TLS is given; it costs nothing."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _files(extra: Path | None, environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    named = environ.get("SSL_CERT_FILE")
    if named:
        yield Path(named), f"SSL_CERT_FILE ({named})"
    if extra is not None:
        yield extra, f"The file of extra certificates ({extra})"


def _load(context: ssl.SSLContext, file: Path, what: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        problem = "holds no certificate in PEM form, or a broken one"
    except (OSError, ValueError):
        problem = "cannot be read"
    else:
        return
    raise _unusable(f"{what} {problem}: correct or unset it.")


def _check_folders(folders: str) -> None:
    """Miss folders that are not there: OpenSSL only finds nothing in them."""
    for folder in folders.split(os.pathsep):
        if folder and not Path(folder).is_dir():
            raise _unusable(f"SSL_CERT_DIR ({folder}) is no folder: correct or unset it.")


def _unusable(message: str) -> ProviderError:
    return ProviderError(ErrorKind.NETWORK, message, code="certificate_file")

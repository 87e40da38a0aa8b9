"""Which proxy leads to an address: one that the user named, else the environment's or the system's.

The library has an answer of its own, but it leaves the system's list of exceptions out, fails on
``socks://``, as GNOME writes it, and does not tell which proxy a request goes through; whoever
mends a connection has to know that.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from understudy.errors import ErrorKind, ProviderError
from understudy.transport.addresses import host_of

_SCHEMES = {
    "http": "http",
    "https": "https",
    "socks": "socks5",
    "socks5": "socks5",
    "socks5h": "socks5h",
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy. ``url`` may hold its password: what people are shown is ``shown``, host and port.

    ``origin`` says who named it, as the beginning of a sentence.
    """

    url: str = field(repr=False)
    shown: str
    origin: str = field(compare=False)

    @property
    def has_login(self) -> bool:
        """Whether a name or a password is given for it."""
        return "@" in self.url

    @property
    def is_socks(self) -> bool:
        """Whether it joins two connections whatever is spoken on them."""
        return self.url.startswith("socks")

    @property
    def is_secure(self) -> bool:
        """Whether it is reached by TLS itself."""
        return self.url.startswith("https:")


def named_proxy(text: str) -> Proxy | None:
    """Read the proxy that the user named; nothing stands for none. Raises ``ProviderError``."""
    return _read(text, "The proxy in the settings") if text.strip() else None


def system_proxy(url: str) -> Proxy | None:
    """Find the proxy of the environment, else of the system, that leads to ``url``.

    The variables are HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in any case; where there are
    none, Windows and macOS are asked. Blocks: Windows may look a name up. Raises ``ProviderError``.
    """
    from urllib.request import getproxies, proxy_bypass

    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None  # whoever opens such an address says what is wrong with it
    proxies = getproxies()
    text = proxies.get(parts.scheme) or proxies.get("all")
    if not text or _is_excepted(host, port, proxies.get("no", "")) or proxy_bypass(host):
        return None
    return _read(text, "The proxy of the environment (HTTPS_PROXY, ALL_PROXY) or of the system")


def _is_excepted(host: str, port: int | None, exceptions: str) -> bool:
    """Tell whether NO_PROXY names ``host``.

    It holds names, which count for all that ends with them, addresses, networks (10.0.0.0/8) or a
    star for everyone, as at https://curl.se/libcurl/c/CURLOPT_NOPROXY.html; a name or an address
    may have a port, as Python's own reading allows.
    """
    return any(
        entry == "*" or _names(entry, host, port)
        for each in exceptions.split(",")
        if (entry := each.strip().lower())
    )


def _names(entry: str, host: str, port: int | None) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:  # one of them is a name, or has a port
        name, colon, only_port = entry.rpartition(":")
        if colon and only_port != str(port):
            return False
    name = (name if colon else entry).strip("[]").lstrip("*.")
    return host == name or host.endswith(f".{name}")


def _read(text: str, what: str) -> Proxy:
    address = text.strip()
    if "://" not in address:
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise unusable_proxy(what) from None
    if not host or parts.scheme not in _SCHEMES or any(each.isspace() for each in parts.netloc):
        raise unusable_proxy(what)
    return Proxy(f"{_SCHEMES[parts.scheme]}://{parts.netloc}", host_of(address), what)


def unusable_proxy(what: str) -> ProviderError:
    """Make the error for an address that leads to no proxy; it may hold a password."""
    message = f"{what} cannot be used: write it as http://host:port or socks5://host:port."
    return ProviderError(ErrorKind.NETWORK, message, code="proxy")

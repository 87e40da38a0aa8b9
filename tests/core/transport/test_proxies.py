"""Proxies: which one is taken, what passes through it, and how it is named when it fails."""

from __future__ import annotations

import asyncio
import ssl
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.asking import ask, failure_of
from helpers.hostile import Line, RawServer
from helpers.loopback import CERTIFICATE, EXAMPLE_CERTIFICATE, Loopback, closed_port, tls
from helpers.proxies import HttpProxy, Socks5Proxy
from helpers.replies import RESET, Reply, json_reply
from understudy.errors import ErrorKind, ProviderError
from understudy.transport.exceptions import proxy_error
from understudy.transport.http import HttpTransport
from understudy.transport.proxies import Proxy, named_proxy, system_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

pytestmark = pytest.mark.anyio

PLAIN = "http://example.invalid/v1"
SECURE = "https://example.invalid/v1"


@pytest.fixture
async def through() -> AsyncIterator[Callable[[str], HttpTransport]]:
    """Make a transport with a proxy of the user's own."""
    made: list[HttpTransport] = []

    def make(proxy: str) -> HttpTransport:
        made.append(
            HttpTransport(
                proxy=proxy,
                trust_env=False,
                extra_certificates=EXAMPLE_CERTIFICATE,
                connect_timeout=2.0,
            )
        )
        return made[-1]

    yield make
    for transport in made:
        await transport.aclose()


class TestWhichOne:
    async def test_that_the_environments_proxy_is_used_outside(
        self, monkeypatch: pytest.MonkeyPatch, transport: HttpTransport
    ) -> None:
        async with Loopback(json_reply({})) as server, HttpProxy(server.port) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            assert await ask(transport, PLAIN) == b"{}"
            assert proxy.asked == [PLAIN]

    async def test_that_a_proxy_set_later_is_used_from_then_on(
        self, monkeypatch: pytest.MonkeyPatch, transport: HttpTransport
    ) -> None:
        async with (
            Loopback(json_reply({})) as server,
            HttpProxy(server.port) as one,
            HttpProxy(server.port) as other,
        ):
            for proxy in (one, other):
                monkeypatch.setenv("ALL_PROXY", proxy.url)
                await ask(transport, PLAIN)
            assert (one.asked, other.asked) == ([PLAIN], [PLAIN])

    async def test_that_this_computer_is_never_asked_through_a_proxy(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with Loopback(json_reply({})) as server, HttpProxy(server.port) as proxy:
            for name in ("HTTP_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url)
            for transport in (HttpTransport(), HttpTransport(proxy=proxy.url)):
                for host in ("127.0.0.1", "localhost"):
                    await ask(transport, f"http://{host}:{server.port}/v1")
                await transport.aclose()
            assert (len(proxy.asked), len(server.requests)) == (0, 4)

    async def test_that_the_users_own_proxy_goes_before_the_environments(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with Loopback(json_reply({})) as server, HttpProxy(server.port) as proxy:
            monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
            transport = HttpTransport(proxy=proxy.url)
            assert await ask(transport, PLAIN) == b"{}"
            await transport.aclose()

    async def test_that_an_empty_proxy_of_the_users_own_stands_for_none(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with Loopback() as server, HttpProxy(server.port) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            for transport in (HttpTransport(proxy=""), HttpTransport(trust_env=False)):
                await failure_of(transport, PLAIN)
                await transport.aclose()
            assert proxy.asked == []

    @pytest.mark.parametrize(
        ("exceptions", "url", "excepted"),
        [
            ("example.com", "https://example.com/v1", True),
            ("example.com", "https://api.example.com/v1", True),
            ("example.com", "https://notexample.com/v1", False),
            (".example.com", "https://api.example.com", True),
            ("*.example.com", "https://api.example.com", True),
            ("EXAMPLE.com", "https://Example.COM", True),
            ("other.org, example.com", "https://example.com", True),
            ("example.com:8443", "https://example.com:8443", True),
            ("example.com:8443", "https://example.com", False),
            ("192.168.1.7", "https://192.168.1.7", True),
            ("192.168.1.7:8443", "https://192.168.1.7:8443", True),
            ("192.168.0.0/16", "https://192.168.1.7", True),
            ("192.168.0.0/16", "https://10.0.0.1", False),
            ("192.168.0.0/16", "https://example.com", False),
            ("fd00::/8", "https://[fd00::1]:8443", True),
            ("[fd00::1]", "https://[fd00::1]", True),
            ("[fd00::1]:8443", "https://[fd00::1]:8443", True),
            ("fd00::1", "https://192.168.1.7", False),
            ("*", "https://example.com", True),
            ("other.org,*", "https://example.com", True),
            ("", "https://example.com", False),
            (",", "https://example.com", False),
        ],
    )
    def test_that_no_proxy_is_read_as_curl_reads_it(
        self, monkeypatch: pytest.MonkeyPatch, exceptions: str, url: str, excepted: bool
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
        monkeypatch.setenv("NO_PROXY", exceptions)
        assert (system_proxy(url) is None) is excepted

    def test_that_where_the_environment_says_nothing_the_system_is_asked(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # As urllib answers on Windows and macOS, where the variables are not set.
        settings = {"http": "http://proxy:80", "https": "http://proxy:81", "ftp": "http://proxy:82"}
        monkeypatch.setattr(urllib.request, "getproxies", lambda: settings)
        monkeypatch.setattr(urllib.request, "proxy_bypass", "intranet".__eq__)
        proxy = system_proxy("https://example.com")
        assert proxy is not None
        assert proxy.shown == "proxy:81"
        assert system_proxy("https://intranet/v1") is None

    @pytest.mark.parametrize("url", ["http://[::1", "http://h:999999", "", "ftp://h"])
    def test_that_an_address_that_is_none_has_no_proxy(
        self, monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
        assert system_proxy(url) is None


class TestAddresses:
    @pytest.mark.parametrize(
        ("text", "url", "shown"),
        [
            ("http://h:3128", "http://h:3128", "h:3128"),
            ("  h:3128\n", "http://h:3128", "h:3128"),
            ("https://h/", "https://h", "h"),
            ("socks://h:1080/", "socks5://h:1080", "h:1080"),
            ("SOCKS5://h", "socks5://h", "h"),
            ("socks5h://[::1]:9", "socks5h://[::1]:9", "[::1]:9"),
            ("user:p@ss@h:1", "http://user:p@ss@h:1", "h:1"),
        ],
    )
    def test_that_an_address_is_understood_as_people_write_it(
        self, text: str, url: str, shown: str
    ) -> None:
        proxy = named_proxy(text)
        assert proxy is not None
        assert (proxy.url, proxy.shown) == (url, shown)

    @pytest.mark.parametrize(
        "text",
        ["socks4://h:1", "gopher://u:canary@h", "http://", "http://h:99999", "http://[h", "a b"],
    )
    @pytest.mark.parametrize("where", ["HTTPS_PROXY", "own"])
    async def test_that_an_address_that_leads_to_no_proxy_is_told_when_it_is_needed(
        self, monkeypatch: pytest.MonkeyPatch, text: str, where: str
    ) -> None:
        if where == "HTTPS_PROXY":
            monkeypatch.setenv(where, text)
        transport = HttpTransport(proxy=text if where == "own" else None)
        error = await failure_of(transport, SECURE)
        assert (error.kind, error.code) == (ErrorKind.NETWORK, "proxy")
        whose = "in the settings" if where == "own" else "of the environment (HTTPS_PROXY"
        assert str(error).startswith(f"The proxy {whose}")
        assert str(error).endswith(
            "cannot be used: write it as http://host:port or socks5://host:port."
        )
        assert "canary" not in f"{error} {error.detail}"
        async with Loopback(json_reply({})) as server:
            assert await ask(transport, server) == b"{}"
        await transport.aclose()

    async def test_that_an_address_that_the_library_does_not_take_is_told_too(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        error = await failure_of(through("http://exa\u2028mple:1"), PLAIN)
        assert (error.code, "cannot be used" in str(error)) == ("proxy", True)
        error = await failure_of(through("http://ex\u0600ample:1"), PLAIN)
        assert (error.code, "cannot be used" in str(error)) == ("proxy", True)

    @given(st.text(max_size=30))
    def test_that_whatever_is_written_is_a_proxy_or_a_clear_error(self, text: str) -> None:
        with suppress(ProviderError):
            proxy = named_proxy(text)
            assert proxy is None or proxy.shown

    def test_that_no_password_is_shown(self) -> None:
        proxy = named_proxy("http://user:canary@h:1")
        assert proxy is not None
        assert proxy.has_login
        assert "canary" not in f"{proxy!r} {proxy}"


@pytest.fixture(params=["http", "http with a login", "socks", "socks with a login"])
def proxied(request: pytest.FixtureRequest) -> tuple[type[HttpProxy | Socks5Proxy], str]:
    kind, _, login = str(request.param).partition(" with a ")
    return (HttpProxy if kind == "http" else Socks5Proxy), "ann:p%40ss" if login else ""


class TestWhatPassesThrough:
    @pytest.mark.parametrize("url", [PLAIN, SECURE])
    async def test_that_an_answer_comes_through_and_the_connection_is_kept(
        self,
        through: Callable[[str], HttpTransport],
        proxied: tuple[type[HttpProxy | Socks5Proxy], str],
        url: str,
    ) -> None:
        kind, login = proxied
        secure = tls(EXAMPLE_CERTIFICATE) if url == SECURE else None
        async with (
            Loopback(json_reply({"a": 1}), tls=secure) as server,
            kind(server.port, login=login.replace("%40", "@")) as proxy,
        ):
            transport = through(proxy.address(login))
            for _ in range(2):
                assert await ask(transport, url) == b'{"a": 1}'
            assert [each.connection for each in server.chats] == [1, 1]
            assert len(proxy.asked) == 1

    async def test_that_nothing_of_a_secure_request_is_told_to_the_proxy(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        async with (
            Loopback(json_reply({}), tls=tls(EXAMPLE_CERTIFICATE)) as server,
            HttpProxy(server.port) as proxy,
        ):
            await ask(through(proxy.url), SECURE, {"authorization": "Bearer canary"})
            assert proxy.asked == ["example.invalid:443"]
            assert b"canary" not in proxy.heads[0]
            assert "proxy-authorization" not in server.requests[0].headers

    async def test_that_a_server_behind_a_proxy_is_held_to_its_certificate(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        async with Loopback(tls=tls()) as server, HttpProxy(server.port) as proxy:
            error = await failure_of(through(proxy.url), SECURE)
        assert error.code == "certificate"
        assert str(error).startswith("The certificate of Example cannot be verified")

    async def test_that_a_proxy_may_be_reached_by_tls_itself(self) -> None:
        async with (
            Loopback(json_reply({})) as server,
            HttpProxy(server.port, tls=tls()) as proxy,
        ):
            transport = HttpTransport(proxy=proxy.url, extra_certificates=CERTIFICATE)
            assert await ask(transport, PLAIN) == b"{}"
            stranger = HttpTransport(proxy=proxy.url)
            error = await failure_of(stranger, PLAIN)
            for each in (transport, stranger):
                await each.aclose()
        assert error.code == "proxy"
        assert str(error).startswith(f"The certificate of the proxy {proxy.shown} cannot be verif")

    @pytest.mark.parametrize("url", [PLAIN, SECURE])
    async def test_that_a_kept_connection_that_was_let_go_of_costs_nothing(
        self, through: Callable[[str], HttpTransport], url: str
    ) -> None:
        secure = tls(EXAMPLE_CERTIFICATE) if url == SECURE else None
        replies = json_reply({"n": 1}), RESET, json_reply({"n": 2})
        async with Loopback(*replies, tls=secure) as server, HttpProxy(server.port) as proxy:
            transport = through(proxy.url)
            assert await ask(transport, url) == b'{"n": 1}'
            assert await ask(transport, url) == b'{"n": 2}'

    async def test_that_a_slow_server_behind_a_proxy_has_the_time_it_needs(self) -> None:
        slow = json_reply({}).but(delay=0.9)
        async with (
            Loopback(slow, tls=tls(EXAMPLE_CERTIFICATE)) as secure,
            Loopback(slow) as plain,
            HttpProxy(secure.port) as tunnel,
            HttpProxy(plain.port) as forward,
            Socks5Proxy(plain.port) as socks,
        ):
            ways = (tunnel, SECURE), (forward, PLAIN), (socks, PLAIN)
            await asyncio.gather(*(ask_twice_through(proxy.url, url) for proxy, url in ways))


async def ask_twice_through(proxy: str, url: str) -> None:
    """Ask on a new connection, then on the kept one, where connecting may take less than that."""
    transport = HttpTransport(
        proxy=proxy, extra_certificates=EXAMPLE_CERTIFICATE, connect_timeout=0.7
    )
    for _ in range(2):
        assert await ask(transport, url) == b"{}"
    await transport.aclose()


class TestWhoIsToBlame:
    @pytest.mark.parametrize("scheme", ["http", "socks5"])
    @pytest.mark.parametrize("url", [PLAIN, SECURE])
    async def test_that_a_proxy_that_is_down_is_named(
        self, through: Callable[[str], HttpTransport], scheme: str, url: str
    ) -> None:
        port = closed_port()
        error = await failure_of(through(f"{scheme}://u:canary@127.0.0.1:{port}"), url)
        assert (error.kind, error.code, error.detail) == (ErrorKind.NETWORK, "proxy", "refused")
        assert str(error) == (f"The proxy 127.0.0.1:{port} is not running. Example was not asked.")

    async def test_that_a_proxy_that_nobody_knows_is_named(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        error = await failure_of(through("http://proxy.invalid:1"), PLAIN)
        assert error.code in {"proxy", "unknown_host"}  # EAI_AGAIN stands for being offline

    @pytest.mark.parametrize("url", [PLAIN, SECURE])
    async def test_that_a_login_that_is_missing_or_wrong_is_told_without_it(
        self,
        through: Callable[[str], HttpTransport],
        proxied: tuple[type[HttpProxy | Socks5Proxy], str],
        url: str,
    ) -> None:
        kind, login = proxied
        async with Loopback() as server, kind(server.port, login="ann:right") as proxy:
            error = await failure_of(through(proxy.address(login and "ann:canary")), url)
            assert server.requests == []
        assert (error.kind, error.code, error.status) == (ErrorKind.NETWORK, "proxy_login", 407)
        wants = "does not take the login it was given" if login else "wants a login"
        assert str(error) == f"Example was not reached: the proxy {proxy.shown} {wants}."

    async def test_that_a_proxy_that_does_not_connect_is_named_with_its_answer(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        async with HttpProxy(1, refuses="502 canary") as proxy:
            error = await failure_of(through(proxy.url), SECURE)
        assert (error.kind, error.code, error.status) == (ErrorKind.NETWORK, "proxy", None)
        assert str(error) == f"The proxy {proxy.shown} did not connect to Example (502)."

    async def test_that_a_socks_proxy_that_does_not_connect_is_named(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        async with Socks5Proxy(1, refuses=4) as proxy:
            error = await failure_of(through(proxy.url), SECURE)
        assert str(error) == f"The proxy {proxy.shown} did not connect to Example."

    @pytest.mark.parametrize("kind", [HttpProxy, Socks5Proxy])
    async def test_that_a_proxy_that_is_silent_is_given_up_and_named(
        self, kind: type[HttpProxy | Socks5Proxy]
    ) -> None:
        async with kind(1, silent=True) as proxy:
            transport = HttpTransport(proxy=proxy.url, connect_timeout=0.2)
            error = await failure_of(transport, SECURE)
            await transport.aclose()
        assert str(error) == f"The proxy {proxy.shown} did not connect to Example in time."

    @pytest.mark.parametrize(
        "said", [b"", b"\x05", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x05\x00\x05", bytes(300)]
    )
    async def test_that_what_speaks_no_socks_is_named(
        self, through: Callable[[str], HttpTransport], said: bytes
    ) -> None:
        async def play(line: Line) -> None:
            await line.some()
            await line.send(said)

        async with RawServer(play) as server:
            error = await failure_of(through(f"socks5://127.0.0.1:{server.port}"), PLAIN)
            await server.hung_up()
        assert error.code == "proxy"
        assert str(error) == (
            f"The proxy 127.0.0.1:{server.port} does not speak SOCKS. Example was not asked."
        )

    async def test_that_a_proxy_that_hangs_up_is_named(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        async def play(line: Line) -> None:
            await line.request()

        async with RawServer(play) as server:
            for url in (PLAIN, SECURE):
                error = await failure_of(through(f"http://127.0.0.1:{server.port}"), url)
                assert str(error).startswith(f"The proxy 127.0.0.1:{server.port} hung up")
                assert str(error).endswith("Example was not asked.")

    async def test_that_a_407_of_the_server_itself_is_the_servers(
        self, transport: HttpTransport
    ) -> None:
        async with Loopback(Reply(407, (), framing="length")) as server:
            answer = await transport.fetch(server.url + "/x", method="POST")
        assert answer.status == 407

    async def test_that_a_request_that_cannot_be_sent_is_no_fault_of_the_proxy(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        async with Loopback() as server, HttpProxy(server.port) as proxy:
            error = await failure_of(through(proxy.url), PLAIN, {"authorization": "Bearer a\nb"})
        assert (error.kind, str(error)) == (
            ErrorKind.BAD_REQUEST,
            "The request to Example cannot be sent.",
        )

    async def test_that_an_exception_of_the_programs_own_is_not_blamed_on_a_proxy(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        with pytest.raises(TypeError):
            await ask(through("http://127.0.0.1:1"), PLAIN, {"x": object()})  # type: ignore[dict-item]

    async def test_that_cancelling_hangs_up_on_a_proxy_too(
        self, through: Callable[[str], HttpTransport]
    ) -> None:
        async def play(line: Line) -> None:
            await line.wait()

        for scheme in ("http", "socks5"):
            async with RawServer(play) as server:
                transport = through(f"{scheme}://127.0.0.1:{server.port}")
                task = asyncio.create_task(ask(transport, SECURE))
                await server.came.wait()
                task.cancel()
                await server.hung_up()
                with pytest.raises(asyncio.CancelledError):
                    await task


def test_that_a_proxy_that_no_network_leads_to_means_being_offline() -> None:
    proxy = Proxy("http://h:1", "h:1", "The proxy in the settings")
    error = httpx.ConnectError("x")
    error.__cause__ = OSError(101, "Network is unreachable")
    offline = proxy_error(error, "Example", proxy)
    assert (offline.kind, str(offline)) == (
        ErrorKind.OFFLINE,
        "This computer is offline: Example was not asked.",
    )
    error.__cause__ = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]")
    assert str(proxy_error(error, "Example", proxy)) == (
        "No secure connection to the proxy h:1: is it https at that port? Example was not asked."
    )

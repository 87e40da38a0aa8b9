"""Who is let in: programs that know the token, by this computer's own names, and no web page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.providers import provider
from helpers.serving import TOKEN, ask, router_with, serving
from understudy.serve import guard
from understudy.serve.failures import ApiError

CHAT = "/v1/chat/completions"
PATHS = (CHAT, "/v1/embeddings", "/v1/models", "/v1/models/understudy", "/elsewhere")
OWN_HOSTS = ("127.0.0.1", "127.0.0.1:8484", "localhost", "LOCALHOST:80", "[::1]", "[::1]:8484")
OTHER_HOSTS = (
    "",
    "attacker.example",
    "attacker.example:8484",
    "127.0.0.1.attacker.example",
    "localhost.attacker.example:8484",
    "127.0.0.1:8484.attacker.example",
    "attacker.example#127.0.0.1",
    "localhost.",
    "127.1",
    "0.0.0.0:8484",
    "[::1",
    "::1",
    "[::1]:",
    "127.0.0.1:8484\n",
    "127.0.0.1:٨",
    " localhost",
)


def headers(**given: str) -> list[tuple[bytes, bytes]]:
    """Write headers as ASGI has them."""
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]


def verdict(path: str = CHAT, **given: str) -> int:
    """Give the status of the refusal; 200 for none."""
    try:
        guard.check(path, headers(**{"host": "localhost", **given}), TOKEN)
    except ApiError as error:
        return error.status
    return 200


KNOWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize("path", PATHS)
def test_that_nothing_is_answered_without_the_token(path: str) -> None:
    assert verdict(path) == 401
    assert verdict(path, **KNOWN) == 200


@pytest.mark.parametrize(
    "given",
    [
        "",
        TOKEN,
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN} {TOKEN}",
        f"Bearer {TOKEN.upper()}",
        "Bearer é",
    ],
)
def test_that_a_token_that_is_not_quite_right_is_wrong(given: str) -> None:
    assert verdict(authorization=given) == 401


def test_that_two_tokens_are_none() -> None:
    twice = [*headers(host="localhost", **KNOWN), *headers(**KNOWN)]
    with pytest.raises(ApiError):
        guard.check(CHAT, twice, TOKEN)


def test_that_how_bearer_is_written_does_not_matter() -> None:
    assert verdict(authorization=f"bearer   {TOKEN} ") == 200


def test_that_whether_somebody_is_here_may_be_asked_without() -> None:
    assert verdict("/healthz") == 200
    assert verdict("/healthz/") == 401


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_that_this_computers_own_names_are_answered(host: str) -> None:
    assert verdict(host=host, **KNOWN) == 200
    assert verdict("/healthz", host=host) == 200


@pytest.mark.parametrize("host", OTHER_HOSTS)
@pytest.mark.parametrize("path", [CHAT, "/healthz"])
def test_that_a_name_that_only_points_here_is_refused_whatever_it_knows(
    path: str, host: str
) -> None:
    assert verdict(path, host=host, **KNOWN) == 403


@given(
    st.one_of(
        st.text(max_size=30),
        st.builds(str.__add__, st.sampled_from(OWN_HOSTS), st.text(":.0123456789", max_size=7)),
    )
)
def test_that_no_other_name_ever_gets_in(host: str) -> None:
    name, colon, port = host.rpartition(":")
    has_port = colon and port.isascii() and port.isdigit() and len(port) <= 5
    own = (name if has_port else host).lower() in {"127.0.0.1", "localhost", "[::1]"}
    assert verdict(host=host, **KNOWN) == (200 if own else 403)


def test_that_no_host_and_two_hosts_are_refused() -> None:
    for given_headers in (
        headers(**KNOWN),
        [*headers(host="localhost"), *headers(host="localhost")],
    ):
        with pytest.raises(ApiError) as caught:
            guard.check(CHAT, given_headers, TOKEN)
        assert caught.value.status == 403


@pytest.mark.parametrize(
    "origin",
    [
        "https://attacker.example",
        "null",
        "",
        "file://",
        "http://localhost:3000",
        "https://localhost:8484",
        "http://127.0.0.1:8484",
        "chrome-extension://abc",
    ],
)
def test_that_a_page_of_another_origin_is_refused_whatever_it_knows(origin: str) -> None:
    assert verdict(host="localhost:8484", origin=origin, **KNOWN) == 403
    assert verdict("/healthz", host="localhost:8484", origin=origin) == 403


def test_that_the_same_origin_is_none_but_its_own() -> None:
    assert verdict(host="localhost:8484", origin="http://localhost:8484", **KNOWN) == 200


@pytest.mark.parametrize(
    ("site", "status"),
    [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)],
)
def test_that_what_a_browser_says_of_where_it_comes_from_counts(site: str, status: int) -> None:
    assert verdict("/healthz", sec_fetch_site=site) == status


@pytest.mark.anyio
async def test_that_a_refusal_asks_nobody_and_shows_nothing_to_a_page() -> None:
    a = provider("a")
    async with serving(router_with(a)) as api:
        answers = [
            await api.client.post(CHAT, json=ask(), headers=more)
            for more in (
                {"host": "attacker.example"},
                {"origin": "https://attacker.example"},
                {"authorization": "Bearer wrong"},
            )
        ]
        preflight = await api.client.options(
            CHAT,
            headers={
                "origin": "https://attacker.example",
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization",
            },
        )
        allowed = await api.client.get("/v1/models")
    assert [answer.status_code for answer in answers] == [403, 403, 401]
    assert preflight.status_code == 403
    assert answers[2].headers["www-authenticate"] == "Bearer"
    assert a.asked == []
    for answer in (*answers, preflight, allowed):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert TOKEN not in answer.text
        assert "server" not in answer.headers

"""What comes from before the provider: pages of web servers, proxies and networks; and noise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K
from understudy.wire.failures import error_from_event, error_from_response

CHALLENGE = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title><meta http-equiv='
    '"Content-Type" content="text/html; charset=UTF-8"></head><body>Enable JavaScript</body></html>'
)
BANNED = (
    "<!DOCTYPE html>\n<head><title>Access denied | api.example.com used Cloudflare to restrict"
    " access</title></head><body>The owner of this website has banned the country or region your IP"
    " address is in (XX) from accessing this website.</body>"
)
NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n<hr>"
    "<center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)

# developers.cloudflare.com/support/troubleshooting/http-status-codes; nginx.org; RFC 6585 section 6
PAGES = [
    Refusal(
        "challenge",
        403,
        CHALLENGE,
        K.NETWORK,
        code="web_page",
        said="A web page answered in place of Example (403).",
    ),
    Refusal("forbidden", 403, NGINX.format("403 Forbidden"), K.NETWORK),
    Refusal("nowhere", 404, NGINX.format("404 Not Found"), K.NETWORK),
    Refusal("not so", 405, NGINX.format("405 Not Allowed"), K.NETWORK),
    Refusal(
        "odd", 400, NGINX.format("400 The plain HTTP request was sent to HTTPS port"), K.NETWORK
    ),
    Refusal("large", 413, NGINX.format("413 Request Entity Too Large"), K.CONTEXT),
    Refusal("often", 429, NGINX.format("429 Too Many Requests"), K.RATE_LIMIT),
    Refusal("law", 451, NGINX.format("451 Unavailable"), K.REGION),
    Refusal("country", 403, BANNED, K.REGION),
    Refusal("country, for short", 403, "error code: 1009", K.REGION),
    Refusal("blocked, for short", 403, "error code: 1020\n", K.NETWORK),
    Refusal("too fast, for short", 429, "error code: 1015", K.RATE_LIMIT),
    *(
        Refusal(f"gateway {status}", status, NGINX.format(f"{status} x"), K.TRANSIENT)
        for status in (500, 502, 503, 504, 520, 521, 522, 523, 524, 530)
    ),
    Refusal(
        "proxy",
        407,
        NGINX.format("407 Proxy Authentication Required"),
        K.NETWORK,
        said="Example was not reached: the proxy wants a login (407).",
    ),
    Refusal(
        "network's login",
        511,
        '<html><head><title>Network Authentication Required</title><meta http-equiv="refresh"'
        ' content="0; url=https://login.example.net/"></head></html>',
        K.OFFLINE,
        said="This network wants a login before it lets Example be reached (511).",
    ),
    Refusal("with a mark before it", 403, b"\xef\xbb\xbf\r\n <html><title>No</title>", K.NETWORK),
    Refusal(
        "of words that mislead", 403, "<p>insufficient balance, invalid api key</p>", K.NETWORK
    ),
]


@each(PAGES)
def test_that_a_web_page_is_no_providers_word(refusal: Refusal) -> None:
    refusal.check()


def test_that_of_a_web_page_only_the_title_is_kept() -> None:
    page = b"<html><head><title>502 Bad Gateway</title></head><body>lots</body></html>"
    assert error_from_response(502, {}, page).detail == "502 Bad Gateway"
    assert error_from_response(502, {}, b"<html>lots</html>").detail == ""
    assert error_from_response(502, {}, b"upstream is down").detail == "upstream is down"
    assert error_from_response(403, {}, b"error code: 1020").detail == "error code: 1020"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, K.BAD_REQUEST),
        (401, K.AUTH),
        (402, K.QUOTA),
        (403, K.AUTH),
        (404, K.MODEL_GONE),
        (405, K.BAD_REQUEST),
        (407, K.NETWORK),
        (408, K.TRANSIENT),
        (409, K.TRANSIENT),
        (410, K.MODEL_GONE),
        (412, K.QUOTA),
        (413, K.CONTEXT),
        (422, K.BAD_REQUEST),
        (424, K.TRANSIENT),
        (425, K.TRANSIENT),
        (429, K.RATE_LIMIT),
        (451, K.REGION),
        (498, K.TRANSIENT),
        (499, K.TRANSIENT),
        (500, K.TRANSIENT),
        (501, K.BAD_REQUEST),
        (502, K.TRANSIENT),
        (503, K.TRANSIENT),
        (504, K.TRANSIENT),
        (511, K.OFFLINE),
        (522, K.TRANSIENT),
        (529, K.TRANSIENT),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n",
        b"Nope",
        b"\xff\xfe\x00",
        "余额".encode("gbk"),
        b"{",
        b"[]",
        b"null",
        b"7",
        b"true",
        b'{"error": {}}',
        b'{"error": null, "code": 0, "type": "error"}',
        b'{"error": {"code": 400, "status": 400}}',
        b"[" * 9_999,
        b'{"error":' * 9_999,
        b'{"error": {"details": [' + b"{}," * 20_000 + b"{}]}}",
        b'{"message": "' + b"long " * 200_000 + b'"}',
    ],
    ids=lambda body: repr(body[:18]),
)
def test_that_the_status_decides_where_the_body_says_nothing(
    status: int, kind: K, body: bytes
) -> None:
    assert error_from_response(status, {}, body).kind is kind


def test_that_nested_errors_end_somewhere() -> None:
    body: dict[str, Any] = {"message": "deep", "code": "insufficient_quota"}
    for _ in range(50):
        body = {"error": body}
    assert error_from_response(400, {}, json.dumps(body).encode()).kind is K.BAD_REQUEST
    wide = {"details": [{"details": [{"code": "x"}] * 50}] * 50}
    assert error_from_response(400, {}, json.dumps(wide).encode()).kind is K.BAD_REQUEST


def test_that_json_in_a_string_that_is_none_is_taken_as_words() -> None:
    error = error_from_event('{"error": {"message": "{Rate limit} reached"}}')
    assert (error.kind, error.detail) == (K.RATE_LIMIT, "{Rate limit} reached")

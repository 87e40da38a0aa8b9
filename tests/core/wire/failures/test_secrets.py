"""No key that a server writes back, in whatever form and place, is left in an error."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.canary import forms_of
from understudy.wire.failures import error_from_event, error_from_response

if TYPE_CHECKING:
    from understudy.errors import ProviderError

HERE = "@@"
TEMPLATES = [
    '{"error": {"message": "Incorrect API key provided: @@. You can find yours", "code": "x"}}',
    '{"error": {"message": "x", "type": "@@", "code": null}}',
    '{"error": {"message": "x", "code": "@@"}}',
    '{"error": {"message": "Unknown parameter: \'@@\'", "param": "@@"}}',
    '{"error": "@@"}',
    '{"error": {"message": "x", "innererror": {"code": "@@", "message": "@@"}}}',
    '{"type": "error", "error": {"type": "authentication_error", "message": "invalid key @@"}}',
    '{"type": "error", "error": {"type": "x", "message": "x", "details": {"error_code": "@@"}}}',
    '[{"error": {"code": 400, "message": "@@", "status": "@@", "details": [{"reason": "@@"}]}}]',
    '{"error": {"code": 401, "message": "x", "metadata": {"raw": "{\\"key\\": \\"@@\\"}"}}}',
    '{"error": {"message": "x", "metadata": {"raw": {"headers": ["Bearer @@"]}}}}',
    '{"error": {"message": "x", "metadata": {"reason": "@@", "limit_source": "@@"}}}',
    '{"error": {"message": "{\\"error\\": {\\"message\\": \\"@@\\", \\"code\\": \\"@@\\"}}"}}',
    '{"detail": "@@"}',
    '{"detail": [{"type": "extra_forbidden", "loc": ["body", "@@"], "msg": "@@"}]}',
    '{"object": "error", "message": {"detail": [{"loc": ["@@"], "msg": "Extra inputs: @@"}]}}',
    '{"code": "@@", "error": "Incorrect API key provided: @@"}',
    '{"message": "invalid api token @@", "id": "@@"}',
    '{"status": 401, "title": "@@", "detail": "@@"}',
    '{"code": "InvalidApiKey", "message": "@@", "request_id": "@@"}',
    '{"base_resp": {"status_code": 1004, "status_msg": "@@"}}',
    '{"errors": {"message": "@@"}}',
    '{"__type": "@@", "message": "@@"}',
    '{"type": "response.failed", "response": {"error": {"code": "@@", "message": "@@"}}}',
    '{"promptFeedback": {"blockReason": "@@"}}',
    '"@@"',
    "Unauthorized: @@",
    "<html><head><title>@@</title></head><body>@@</body></html>",
    "GET https://example.com/v1/models?key=@@&alt=sse failed",
    "GET https://user:@@@example.com/v1 failed",
    "authorization: Bearer @@",
    'data: {"error": {"message": "@@"}}',
]

ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
TAILS = st.text(ALPHABET, min_size=24, max_size=60)
PREFIXES = [
    "sk-",
    "sk-proj-",
    "sk-ant-api03-",
    "sk-or-v1-",
    "gsk_",
    "csk-",
    "xai-",
    "hf_",
    "nvapi-",
    "pplx-",
    "tgp_v1_",
    "fw_",
    "ak-",
    "AIza",
    "AKIA",
    "ABSK",
]


def made(prefix: str, tail: str) -> str:
    return f"{prefix}Q7{tail}"


KEYS = st.builds(made, st.sampled_from(["", *PREFIXES]), TAILS)


def masked(key: str, mask: str = "************") -> str:
    return f"{key[:6]}{mask}{key[-4:]}"


def shown(error: ProviderError) -> str:
    """Give everything of an error that could be written anywhere."""
    return " ".join([str(error), repr(error), repr(vars(error)), repr(error.args)])


def errors(text: str, secrets: tuple[str, ...]) -> list[ProviderError]:
    refused = [
        error_from_response(status, {"x-amzn-errortype": "x"}, text.encode(), secrets=secrets)
        for status in (400, 401)
    ]
    return [*refused, error_from_event(text, secrets=secrets)]


KEY = "sk-canary-0123456789abcdefghijABCDEFGHIJ"


@pytest.mark.parametrize("template", TEMPLATES)
def test_that_a_key_is_gone_from_every_place(template: str) -> None:
    for form in (KEY, masked(KEY)):
        for error in errors(template.replace(HERE, form), ()):
            assert "canary" not in shown(error)
            assert "GHIJ" not in shown(error)


@settings(max_examples=200)
@given(template=st.sampled_from(TEMPLATES), key=KEYS, told=st.booleans())
@example(template='"@@"', key="AKIAQ7222222222222a22222222222", told=False)
def test_that_a_whole_key_is_gone_from_wherever_it_stood(
    template: str, key: str, told: bool
) -> None:
    for error in errors(template.replace(HERE, key), (key,) if told else ()):
        assert key.lower() not in shown(error).lower()
        assert key[-12:].lower() not in shown(error).lower()


@settings(max_examples=200)
@given(template=st.sampled_from(TEMPLATES), key=KEYS, mask=st.sampled_from(["*" * 12, "...", "…"]))
@example(template=TEMPLATES[3], key="tgp_v1_Q7222222222222222222222222", mask="***")
@example(template=TEMPLATES[3], key="tgp_v1_Q7222222222222222222222222", mask="...")
def test_that_what_is_left_of_a_masked_key_is_gone(template: str, key: str, mask: str) -> None:
    for error in errors(template.replace(HERE, masked(key, mask)), (key,)):
        assert key[:6].lower() not in shown(error).lower()
        assert key[-4:].lower() not in shown(error).lower()


@settings(max_examples=200)
@given(template=st.sampled_from(TEMPLATES), key=KEYS)
def test_that_a_known_key_is_gone_in_every_form(template: str, key: str) -> None:
    basic = b64encode(f"user:{key}".encode()).decode()
    for form in (quote(key, safe=""), key.encode().hex(), f"Basic {basic}", key.upper()):
        for error in errors(template.replace(HERE, form), (key,)):
            left = shown(error).encode()
            assert not any(each in left for each in forms_of(key) if len(each) > 12)
            assert form not in shown(error)


def test_that_a_key_of_no_known_shape_is_gone_where_it_is_known() -> None:
    for error in errors(
        '{"error": {"message": "hunter-two", "code": "Hunter-Two"}}', ("Hunter-two",)
    ):
        assert "hunter" not in shown(error).lower()


def test_that_a_key_in_another_language_does_not_stop_anything() -> None:
    for error in errors(json.dumps({"error": "열쇠-열쇠 \udc80"}), ("열쇠-열쇠",)):
        assert "열쇠" not in shown(error)

"""What a refusal means, and in what order it is read. Each provider's own answers: ``failures``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import ErrorKind
from understudy.wire.failure_tables import KIND_OF_CODE, SENTENCES, STATUS_OF_CODE
from understudy.wire.failures import error_from_event, error_from_response

K = ErrorKind

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "type", "detail", "metadata", "raw", "loc", "param"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def body(message: str = "x", code: object = None) -> bytes:
    return json.dumps({"error": {"message": message, "type": None, "code": code}}).encode()


SIGNALS: list[tuple[ErrorKind, int, bytes]] = [
    (K.OFFLINE, 511, b"<html><title>Network Authentication Required</title>"),
    (K.TRANSIENT, 500, b""),
    (K.TRANSIENT, 502, b""),
    (K.TRANSIENT, 503, b""),
    (K.TRANSIENT, 504, b""),
    (K.TRANSIENT, 529, b""),
    (K.TRANSIENT, 498, b""),
    (K.TRANSIENT, 408, b""),
    (K.TRANSIENT, 409, b""),
    (K.TRANSIENT, 200, body("Overloaded", "overloaded_error")),
    (K.RATE_LIMIT, 429, b""),
    (K.RATE_LIMIT, 429, body(code="slow_down")),
    (K.RATE_LIMIT, 503, body(code="slow_down")),
    (K.RATE_LIMIT, 429, body(code="1302")),
    (K.RATE_LIMIT, 429, body(code="1303")),
    (K.RATE_LIMIT, 429, body(code="1305")),
    (K.RATE_LIMIT, 429, body(code="1312")),
    (K.QUOTA, 402, b""),
    (K.QUOTA, 429, body(code="insufficient_quota")),
    (K.QUOTA, 429, body(code="credit_balance_exhausted")),
    (K.QUOTA, 429, body(code="project_spend_limit_exceeded")),
    (K.QUOTA, 429, body(code="enforced_spend_limit_reached")),
    (K.QUOTA, 400, body("Your credit balance is too low")),
    (K.QUOTA, 429, body(code="1113")),
    (K.QUOTA, 429, body(code="1304")),
    (K.QUOTA, 429, body(code="1308")),
    (K.QUOTA, 429, body(code="1309")),
    (K.QUOTA, 429, body(code="1310")),
    (K.QUOTA, 429, b'[{"violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}]'),
    (K.QUOTA, 402, body("Insufficient Balance")),
    (K.AUTH, 401, b""),
    (K.AUTH, 403, body("No.")),
    (K.AUTH, 400, body("API key not valid. Please pass a valid API key.")),
    *((K.AUTH, 401, body(code=str(code))) for code in range(1000, 1005)),
    (K.MODEL_GONE, 404, b""),
    (K.MODEL_GONE, 410, b""),
    (K.MODEL_GONE, 400, body(code="model_decommissioned")),
    (K.MODEL_GONE, 400, body(code="model_not_found")),
    (K.MODEL_GONE, 400, body(code="1211")),
    (K.REGION, 403, body(code="unsupported_country_region_territory")),
    (K.CONTEXT, 400, body(code="context_length_exceeded")),
    (K.CONTEXT, 400, body(code="exceed_context_size_error")),
    (K.CONTEXT, 400, body("prompt is too long: 9 tokens > 8 maximum")),
    (K.CONTEXT, 400, body(code="1261")),
    (K.CONTEXT, 413, b""),
    (K.CONTENT_POLICY, 400, body(code="content_filter")),
    (K.CONTENT_POLICY, 200, b'{"promptFeedback": {"blockReason": "SAFETY"}}'),
    (K.CONTENT_POLICY, 400, body(code="1301")),
    (K.CONTENT_POLICY, 403, b'{"error": {"code": 403, "metadata": {"reasons": ["violence"]}}}'),
    (K.BAD_REQUEST, 400, b""),
    (K.BAD_REQUEST, 422, b""),
]
"""Every signal of the decision table's rows that a server can send."""


@pytest.mark.parametrize(("kind", "status", "sent"), SIGNALS)
def test_that_each_signal_of_the_decision_table_is_understood(
    kind: ErrorKind, status: int, sent: bytes
) -> None:
    assert error_from_response(status, {}, sent).kind is kind


def test_that_the_code_comes_before_the_words_and_the_words_before_the_status() -> None:
    assert error_from_response(429, {}, b"").kind is K.RATE_LIMIT
    assert error_from_response(429, {}, body("insufficient balance")).kind is K.QUOTA
    told = body("insufficient balance", "model_not_found")
    assert error_from_response(429, {}, told).kind is K.MODEL_GONE


def test_that_a_number_means_what_its_own_provider_says() -> None:
    at_zhipu = {"error": {"code": "1002", "message": "x"}}
    at_minimax = {"base_resp": {"status_code": 1002, "status_msg": "x"}}
    at_mistral = {"object": "error", "message": "x", "code": "1002"}
    kinds = [error_from_event(told).kind for told in (at_zhipu, at_minimax, at_mistral)]
    assert kinds == [K.AUTH, K.RATE_LIMIT, K.TRANSIENT]


def test_that_codes_are_looked_for_as_they_are_read() -> None:
    assert all(code == code.lower() for code in [*KIND_OF_CODE, *STATUS_OF_CODE])


def test_that_every_kind_that_a_server_can_cause_has_a_sentence() -> None:
    said = {
        error_from_response(status, {}, b"", name="Example", model="m-1").happened
        for status in (400, 401, 402, 404, 407, 413, 429, 451, 503, 511)
    }
    page = error_from_response(403, {}, b"<html>", name="Example").happened
    policy = error_from_response(400, {}, body(code="content_filter"), name="Example").happened
    assert said | {page, policy} == {
        "A web page answered in place of Example (403).",
        "Example declined to answer (400).",
        "Example did not accept the request (400).",
        "Example rejected the key (401).",
        "Example has no credit left (402).",
        "Example does not have the model m-1 (404).",
        "Example was not reached: the proxy wants a login (407).",
        "This conversation is too long for Example (413).",
        "Example was rate limited (429).",
        "Example does not serve this country or region (451).",
        "Example could not answer (503).",
        "This network wants a login before it lets Example be reached (511).",
    }
    assert set(KIND_OF_CODE.values()) | {K.OFFLINE, K.NETWORK} == set(SENTENCES)


def test_that_a_model_without_a_name_is_this_model() -> None:
    assert str(error_from_response(404, {}, b"", name="A")) == "A does not have this model (404)."


def test_that_the_providers_own_code_and_words_are_kept_for_the_trace() -> None:
    error = error_from_response(400, {}, body("The model\n is   gone", "Model_Decommissioned"))
    assert (error.code, error.detail) == ("model_decommissioned", "The model is gone")


def test_that_words_of_the_upstream_behind_a_gateway_are_kept() -> None:
    told = {"message": "Provider returned error", "metadata": {"raw": {"why": "too many requests"}}}
    error = error_from_response(429, {}, json.dumps({"error": told}).encode())
    assert error.detail == 'Provider returned error · {"why": "too many requests"}'


def test_that_a_detail_is_short_however_long_the_body() -> None:
    assert len(error_from_response(400, {}, body("long " * 100_000)).detail) == 500


def test_that_an_error_in_a_stream_without_a_status_is_transient() -> None:
    error = error_from_event({"error": {"message": "Something"}}, name="Example")
    assert (error.kind, error.status, str(error)) == (
        K.TRANSIENT,
        None,
        "Example could not answer.",
    )


@pytest.mark.parametrize("payload", [None, "", "{", "words", 7, [], {}, {"error": True}])
def test_that_an_event_that_says_nothing_is_a_failure_all_the_same(payload: object) -> None:
    assert error_from_event(payload).kind is K.TRANSIENT


def test_that_a_wait_is_read_from_headers_of_any_case_and_from_a_stream() -> None:
    assert error_from_response(429, {"Retry-After": "7"}, b"").retry_after == 7
    told: dict[str, Any] = {"error": {"code": 429, "message": "Please try again in 5.289s"}}
    assert error_from_event(told).retry_after == pytest.approx(5.289)
    until = {"error": {"message": "Your limit will reset at 2026-11-07 05:20:30"}}
    assert error_from_event(until).retry_after is None
    assert error_from_event(until, now=1_794_000_000.0).retry_after == 30


@given(st.binary(max_size=60) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_that_no_body_breaks_what_reads_it(sent: bytes) -> None:
    for status in (403, 500):
        error = error_from_response(status, {"retry-after": sent.decode("latin-1")}, sent)
        assert "he provider" in error.happened
        assert error.retry_after is None or error.retry_after >= 0
    assert error_from_event(sent.decode("latin-1")).happened

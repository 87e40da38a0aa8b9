"""An error of the router, in OpenAI's shape."""

from __future__ import annotations

from understudy.errors import ErrorKind, NobodyAnswered, ProviderError, UsageError
from understudy.routing.trace import Trace
from understudy.serve.failures import Unasked, as_api_error


def test_that_what_the_router_cannot_mean_is_the_callers_fault() -> None:
    error = as_api_error(UsageError('There is no route "X".', can_do="Routes: none."))
    assert error.status == 400
    assert error.body() == {
        "error": {
            "message": 'There is no route "X". Routes: none.',
            "type": "invalid_request_error",
            "code": None,
            "param": None,
        }
    }


def test_that_a_time_in_the_past_is_as_soon_as_can_be() -> None:
    nobody = NobodyAnswered(None, Trace(""), ("A rests.",))
    for seconds, header in ((-5.0, "1"), (0.2, "1"), (41.2, "42")):
        error = as_api_error(nobody, Unasked(frozenset({ErrorKind.RATE_LIMIT}), seconds))
        assert error.headers == {"retry-after": header}


def test_that_a_refused_request_is_not_to_be_sent_again() -> None:
    first = ProviderError(ErrorKind.CONTEXT, "Too long.")
    error = as_api_error(
        NobodyAnswered(first, Trace(""), ()), Unasked(frozenset({ErrorKind.CONTEXT}), 42.0)
    )
    assert (error.status, error.headers) == (400, {})

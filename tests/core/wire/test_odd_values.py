"""Values that no server means to send, each as small as the fuzzer made it."""

from __future__ import annotations

import pytest

from understudy.errors import ErrorKind
from understudy.providers.wires import WIRES, wire_format
from understudy.requests import Usage
from understudy.wire.failures import error_from_event, error_from_response
from understudy.wire.openai_lists import read_models, read_vectors
from understudy.wire.openai_usage import read_usage

HUGE = "1" + "0" * 400


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": [{"index": [0], "embedding": [1]}, {"index": 1, "embedding": [1]}]}',
        b'{"data": [{"index": true, "embedding": [1]}, {"index": 0, "embedding": [1]}]}',
        b'{"data": [{"embedding": [%b]}]}' % HUGE.encode(),
    ],
)
def test_that_odd_vectors_are_none(body: bytes) -> None:
    with pytest.raises(ValueError, match="vector"):
        read_vectors(body)


@pytest.mark.parametrize("wire", WIRES)
def test_that_the_name_of_a_listed_model_can_be_stored(wire: str) -> None:
    row = r'{"id": "m\ud83c", "name": "m\ud83c", "model": "m\ud83c"}'
    body = f'{{"data": [{row}], "models": [{row}]}}'.encode()
    (model,) = wire_format(wire).models(body)
    assert model.id == "m\ufffd"


@pytest.mark.parametrize("odd", [HUGE, "NaN", "Infinity", "1e999", '"1e999"', '"nan"'])
def test_that_a_price_that_is_no_number_is_none(odd: str) -> None:
    (model,) = read_models(f'{{"data": [{{"id": "m", "pricing": {{"prompt": {odd}}}}}]}}'.encode())
    assert model.facts.input_price is None


@pytest.mark.parametrize("odd", [10**400, float("nan"), float("inf"), -1, True, "1"])
def test_that_a_cost_that_is_no_number_is_none(odd: object) -> None:
    assert read_usage({"prompt_tokens": 7, "cost": odd}) == Usage(7)


@pytest.mark.parametrize("odd", [-1, 2**63, 10**400, True, 1.5, "7"])
def test_that_a_count_that_is_none_was_not_reported(odd: object) -> None:
    assert read_usage({"prompt_tokens": odd, "completion_tokens": 0}) == Usage(None, 0)


def test_that_half_a_character_in_a_refusal_can_be_stored() -> None:
    said = r'{"error": {"message": "no \ud83c", "code": "\udfad", "param": "x\ud83c"}}'
    for error in (error_from_response(400, {}, said.encode()), error_from_event(said)):
        assert error.kind is ErrorKind.BAD_REQUEST or error.status is None
        for text in (error.detail, error.code, error.parameter):
            text.encode()

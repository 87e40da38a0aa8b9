"""How long a context fits into the memory that is free."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.local_model.memory import (
    BATCH,
    DEFAULT_CONTEXT,
    DEFAULT_EMBEDDING_CONTEXT,
    LEAST_CONTEXT,
    fit,
)
from understudy.local_model.shape import Layer, Purpose, Shape

GB = 10**9
SIZE = 5 * GB


def model(context: int | None = 131_072, purpose: Purpose = "chat") -> Shape:
    """Something like an 8B model: 128 KiB a token."""
    return Shape(
        architecture="llama",
        name="",
        quantisation="Q4_K_M",
        purpose=purpose,
        has_template=True,
        weights=8 * GB,
        context_length=context,
        width=4096,
        hidden=14_336,
        vocabulary=128_256,
        layers=(Layer(4096),) * 32,
    )


def test_that_with_much_memory_the_context_is_as_long_as_is_sensible() -> None:
    fitted = fit(model(), SIZE, 100 * GB)
    assert fitted.context == DEFAULT_CONTEXT
    assert fitted.batch == BATCH
    assert fitted.lacking == 0


def test_that_the_models_own_limit_comes_first() -> None:
    assert fit(model(8192), SIZE, 100 * GB).context == 8192
    assert fit(model(1000), SIZE, 100 * GB).context == 1000
    assert fit(model(200), SIZE, 100 * GB).batch == 200


def test_that_the_user_may_want_more_or_less() -> None:
    assert fit(model(), SIZE, 100 * GB, wanted=65_536).context == 65_536
    assert fit(model(), SIZE, 100 * GB, wanted=4096).context == 4096
    assert fit(model(8192), SIZE, 100 * GB, wanted=65_536).context == 8192


def test_that_with_less_memory_the_context_is_shorter() -> None:
    fitted = fit(model(), SIZE, 8 * GB)
    assert LEAST_CONTEXT < fitted.context < DEFAULT_CONTEXT
    assert fitted.lacking == 0
    assert fitted.needed <= 8 * GB


def test_that_the_longest_that_fits_is_chosen() -> None:
    fitted = fit(model(), SIZE, 8 * GB)
    longer = fit(model(), SIZE, 100 * GB, wanted=fitted.context + 256)
    assert fitted.free is not None
    assert longer.needed > fitted.free


def test_that_too_little_memory_is_told_in_bytes() -> None:
    fitted = fit(model(), SIZE, 4 * GB)
    assert fitted.context == LEAST_CONTEXT
    assert fitted.free is not None
    assert fitted.lacking == fitted.needed - fitted.free > GB


def test_that_nothing_is_refused_where_the_system_does_not_tell() -> None:
    fitted = fit(model(), SIZE, None)
    assert fitted.context == DEFAULT_CONTEXT
    assert fitted.lacking == 0


def test_that_a_model_that_makes_vectors_reads_a_text_at_once() -> None:
    fitted = fit(model(8192, "embedding"), SIZE, 100 * GB)
    assert fitted.context == fitted.batch == DEFAULT_EMBEDDING_CONTEXT
    assert fit(model(512, "embedding"), SIZE, 100 * GB).batch == 512


def test_that_a_model_which_does_not_say_its_limit_gets_the_usual_context() -> None:
    assert fit(model(None), SIZE, None).context == DEFAULT_CONTEXT


@given(
    free=st.integers(0, 20 * GB),
    context=st.integers(1, 1 << 21) | st.none(),
    wanted=st.integers(1, 1 << 21) | st.none(),
)
def test_that_whatever_is_free_the_context_fits_or_is_the_least(
    free: int, context: int | None, wanted: int | None
) -> None:
    fitted = fit(model(context), SIZE, free, wanted)
    most = min(context or (1 << 21), wanted or DEFAULT_CONTEXT)
    assert min(most, LEAST_CONTEXT) <= fitted.context <= most
    assert fitted.lacking == 0 or fitted.context == min(most, LEAST_CONTEXT)


@pytest.mark.parametrize("free", [6 * GB, 7 * GB, 9 * GB, 12 * GB])
def test_that_more_memory_never_means_a_shorter_context(free: int) -> None:
    assert fit(model(), SIZE, free).context <= fit(model(), SIZE, free + GB).context

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from understudy_gui.transcript.heights import Heights

edits = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 500)), max_size=30)


@given(edits, st.integers(0, 5000))
def test_that_sums_and_places_are_those_of_a_plain_list(
    changes: list[tuple[int, int]], y: int
) -> None:
    heights, plain = Heights(20, 100), [100] * 20
    for row, height in changes:
        heights.set(row, height)
        plain[row] = height
    assert [heights.before(row) for row in range(21)] == [sum(plain[:row]) for row in range(21)]
    row, rest = heights.find(y)
    assert heights.before(row) + rest == y
    assert row == 19 or y < heights.before(row + 1)


def test_that_a_row_that_goes_takes_its_height_with_it() -> None:
    heights = Heights(3, 100)
    heights.set(2, 500)
    heights.truncate(2)
    assert heights.total == 200
    heights.append()
    assert heights.total == 300

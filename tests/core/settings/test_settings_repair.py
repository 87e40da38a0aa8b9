"""Repairing and joining settings: whatever people write, something usable comes of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from understudy.settings import Settings, SettingsFile
from understudy.settings_repair import join

if TYPE_CHECKING:
    from pathlib import Path

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(),
    st.sampled_from(["", "dark", "in-order"]),
)
NAMES = st.sampled_from(
    [
        *("version", "appearance", "theme", "text_scale", "providers", "openai", "base_url"),
        *("wire", "enabled", "models", "routes", "name", "entries", "provider", "retries", "x"),
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5)


@given(OBJECTS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_that_any_json_object_ends_in_usable_settings_and_is_never_lost(
    tmp_path: Path, data: dict[str, Any]
) -> None:
    path = tmp_path / "settings.json"
    text = json.dumps(data)
    path.write_text(text, encoding="utf-8")
    loaded = SettingsFile(path).load()
    assert Settings.model_validate(loaded.settings.model_dump()) == loaded.settings
    if loaded.notice is None:
        again = SettingsFile(path).load()
        assert again.settings == loaded.settings
    elif loaded.notice.kept is not None:
        assert loaded.notice.kept.read_text(encoding="utf-8") == text
    for aside in tmp_path.glob("settings.*-*.json"):
        aside.unlink()


FINITE = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
TREES = st.dictionaries(NAMES, FINITE, max_size=4)


@given(TREES, TREES)
def test_that_joining_with_an_unchanged_side_gives_the_other(
    base: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert join(base, changed, base) == (changed, False)
    assert join(base, base, changed) == (changed, False)
    assert join(base, changed, changed) == (changed, False)


def leaves(tree: Any, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(tree, dict):
        return {above: tree}
    found: dict[tuple[str, ...], Any] = {}
    for name, value in cast("dict[str, Any]", tree).items():
        found |= leaves(value, (*above, name))
    return found


@given(TREES, TREES, TREES)
def test_that_joining_is_silent_only_where_nothing_they_wrote_gives_way(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    joined, gave_way = join(base, ours, theirs)
    before, kept = leaves(base), leaves(joined)
    written = {
        where: value for where, value in leaves(theirs).items() if before.get(where) != value
    }
    if not gave_way:
        assert written.items() <= kept.items()
    mine = {where: value for where, value in leaves(ours).items() if before.get(where) != value}
    assert mine.items() <= kept.items(), "ours always stays"


@pytest.mark.parametrize(
    ("ours", "theirs", "joined", "gave_way"),
    [
        ({"a": 1, "b": 2}, {"a": 0, "b": 3}, {"a": 1, "b": 3}, True),
        ({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}, False),
        ({}, {"a": 5}, {}, True),
        ({"a": 5}, {}, {"a": 5}, False),
    ],
)
def test_that_ours_stays_where_both_changed(
    ours: dict[str, Any], theirs: dict[str, Any], joined: dict[str, Any], gave_way: bool
) -> None:
    base: dict[str, Any] = {"a": 9, "b": 2}
    kept = {name: value for name, value in base.items() if name == "b"}
    found, lost = join(base, kept | ours, kept | theirs)
    assert (found, lost) == (kept | joined, gave_way)

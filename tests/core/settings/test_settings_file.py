"""The settings file: what is written comes back, and nothing a person wrote is ever lost."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from helpers.disks import files_up_to, fill, only_root_may_mount, small_disk
from helpers.unprivileged import unprivileged_folder
from understudy import settings as settings_module
from understudy.errors import SettingsError
from understudy.settings import (
    EntrySettings,
    ProviderSettings,
    RouteSettings,
    Settings,
    SettingsFile,
)

if TYPE_CHECKING:
    from pathlib import Path

FULL = (
    Settings(default_route="Everyday")
    .with_appearance(theme="dark", language="ko", text_scale=1.25)
    .with_provider("openai", ProviderSettings(models=["gpt-5"], key_env="MY_KEY"))
    .with_provider(
        "desk", ProviderSettings(wire="openai-chat", base_url="http://127.0.0.1:1/v1", name="책상")
    )
    .with_route(
        RouteSettings(
            name="Everyday",
            rescue="keep",
            entries=[
                EntrySettings(provider="openai", model="gpt-5", first_token_within=4.5),
                EntrySettings(provider="desk", retries=2, enabled=False),
            ],
        )
    )
)


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "deep" / "settings.json")


def write(file: SettingsFile, data: object) -> None:
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.path.write_text(json.dumps(data), encoding="utf-8")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def asides(file: SettingsFile) -> list[Path]:
    return sorted(file.path.parent.glob("settings.*-*.json"))


def test_that_a_missing_file_means_defaults_and_no_notice(file: SettingsFile) -> None:
    loaded = file.load()
    assert loaded.settings == Settings()
    assert loaded.notice is None
    assert not file.path.parent.exists()


def test_that_what_was_saved_comes_back(file: SettingsFile) -> None:
    file.load()
    assert file.save(FULL).settings == FULL
    assert SettingsFile(file.path).load().settings == FULL


def test_that_the_file_is_made_for_reading_by_people(file: SettingsFile) -> None:
    file.load()
    file.save(FULL)
    text = file.path.read_text(encoding="utf-8")
    assert "책상" in text
    assert '"local"' not in text, "what is at its default is not named"
    assert text.startswith('{\n  "version": 1,')


def test_that_no_temporary_file_is_left(file: SettingsFile) -> None:
    file.load()
    file.save(FULL)
    left = {path.name for path in file.path.parent.iterdir() if not path.name.endswith(".lock")}
    assert left == {"settings.json"}


def test_that_a_file_from_notepad_with_a_byte_order_mark_is_read(file: SettingsFile) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(b'\xef\xbb\xbf{"appearance": {"theme": "dark"}}')
    assert file.load().settings.appearance.theme == "dark"


def test_that_a_link_to_the_file_stays_a_link(file: SettingsFile, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}", encoding="utf-8")
    file.path.parent.mkdir()
    file.path.symlink_to(real)
    file.load()
    file.save(FULL)
    assert file.path.is_symlink()
    assert read(real)["default_route"] == "Everyday"


def test_that_unknown_fields_are_kept_on_rewrite_at_every_depth(file: SettingsFile) -> None:
    data = {
        "version": 1,
        "future": {"a": [1, None]},
        "appearance": {"theme": "light", "accent": "plum"},
        "providers": {"openai": {"region": "eu"}},
        "routes": [{"name": "R", "colour": 3, "entries": [{"provider": "openai", "weight": 0.5}]}],
    }
    write(file, data)
    settings = file.load().settings
    file.save(settings.with_appearance(theme="dark"))
    written = read(file.path)
    assert written.pop("appearance") == {"theme": "dark", "accent": "plum"}
    data.pop("appearance")
    assert written == data


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"version": 1,\n "appearance": {', "line 2"),
        (b"", "line 1 column 1"),
        (b"[1, 2]", "not a JSON object"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\x00" * 64, "line 1"),
    ],
)
def test_that_a_file_that_is_no_json_is_set_aside_with_the_reason(
    file: SettingsFile, content: bytes, reason: str
) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    loaded = file.load()
    assert loaded.settings == Settings()
    assert loaded.notice is not None
    assert reason in loaded.notice.happened
    assert loaded.notice.did
    assert loaded.notice.can_do
    assert asides(file) == [loaded.notice.kept]
    assert asides(file)[0].read_bytes() == content
    file.save(FULL)
    assert SettingsFile(file.path).load().settings == FULL


def test_that_two_broken_files_within_a_second_are_both_kept(file: SettingsFile) -> None:
    file.path.parent.mkdir()
    for content in ("{one", "{two"):
        file.path.write_text(content, encoding="utf-8")
        file.load()
    assert sorted(path.read_text(encoding="utf-8") for path in asides(file)) == ["{one", "{two"]


def test_that_one_invalid_provider_does_not_lose_the_others(file: SettingsFile) -> None:
    good = {"models": ["m"], "name": "Good"}
    write(file, {"providers": {"bad": {"enabled": "perhaps"}, "good": good}})
    loaded = file.load()
    assert loaded.settings.providers["good"].name == "Good"
    assert loaded.notice is not None
    assert "providers.bad.enabled" in loaded.notice.happened


def test_that_an_invalid_provider_is_switched_off_and_not_asked_elsewhere(
    file: SettingsFile,
) -> None:
    write(file, {"providers": {"openai": {"base_url": 7, "enabled": True}}})
    assert file.load().settings.providers == {"openai": ProviderSettings(enabled=False)}


def test_that_an_endpoint_of_ones_own_needs_an_address_and_a_wire_format(
    file: SettingsFile,
) -> None:
    providers = {
        "no-wire": {"base_url": "http://127.0.0.1:1/v1"},
        "no-address": {"wire": "openai-chat"},
        "whole": {"base_url": "http://127.0.0.1:1/v1", "wire": "openai-chat"},
        "openai": {"base_url": "https://proxy.example/v1"},
        "of-a-newer-catalogue": {"models": ["m"]},
    }
    write(file, {"providers": providers})
    loaded = file.load()
    assert loaded.notice is not None
    assert "providers.no-wire: an endpoint of your own needs a wire" in loaded.notice.happened
    assert "providers.no-address: an endpoint" in loaded.notice.happened
    assert loaded.settings.providers["no-wire"] == ProviderSettings(enabled=False)
    kept = read(file.path)["providers"]
    assert {name: kept[name] for name in ("whole", "openai", "of-a-newer-catalogue")} == {
        name: providers[name] for name in ("whole", "openai", "of-a-newer-catalogue")
    }


@only_root_may_mount
def test_that_a_full_disk_is_said_and_the_file_stays_whole() -> None:
    with small_disk() as disk:
        file = SettingsFile(disk / "settings.json")
        file.load()
        file.save(FULL)
        fill(disk / "filler")
        with pytest.raises(SettingsError, match="no space left"):
            file.save(FULL.with_provider("big", ProviderSettings(models=["m" * 100_000])))
        assert SettingsFile(file.path).load().settings == FULL


def test_that_a_write_that_breaks_off_leaves_the_file_whole(file: SettingsFile) -> None:
    file.load()
    file.save(FULL)
    with files_up_to(4096), pytest.raises(SettingsError, match="file too large"):
        file.save(FULL.with_provider("big", ProviderSettings(models=["m" * 100_000])))
    assert SettingsFile(file.path).load().settings == FULL
    assert [path for path in file.path.parent.iterdir() if path.suffix == ".tmp"] == []


def test_that_invalid_values_are_set_aside_whole_and_told_once(file: SettingsFile) -> None:
    data = {"appearance": {"theme": "sepia", "language": "ko"}, "odd": 1}
    write(file, data)
    loaded = file.load()
    assert loaded.settings.appearance.language == "ko"
    assert [read(path) for path in asides(file)] == [data]
    assert read(file.path) == {"version": 1, "appearance": {"language": "ko"}, "odd": 1}
    assert SettingsFile(file.path).load().notice is None


@pytest.mark.parametrize(
    "data",
    [
        {"version": "one"},
        {"version": 0},
        {"version": None},
        {"appearance": []},
        {"appearance": {"text_scale": 99}},
        {"appearance": {"text_scale": float("nan")}},
        {"providers": ["openai"]},
        {"providers": {"x": None}},
        {"routes": {"name": "R"}},
        {"routes": [None, {"name": ""}, {}, {"name": "ok", "entries": 3}]},
        {"default_route": 4},
    ],
)
def test_that_any_wrong_shape_ends_in_usable_settings_and_a_notice(
    file: SettingsFile, data: dict[str, Any]
) -> None:
    write(file, data)
    loaded = file.load()
    assert loaded.notice is not None
    assert loaded.notice.kept is not None
    assert file.save(loaded.settings).settings == loaded.settings


def test_that_a_bad_entry_leaves_the_rest_of_its_route(file: SettingsFile) -> None:
    entries = [{"provider": "a"}, {"retries": 1}, {"provider": "b", "retries": -1}, "c"]
    write(file, {"routes": [{"name": "R", "rescue": "sometimes", "entries": entries}]})
    (route,) = file.load().settings.routes
    assert route == RouteSettings(name="R", entries=[EntrySettings(provider="a")])


def test_that_a_newer_file_is_read_and_never_written(file: SettingsFile) -> None:
    data = {"version": 2, "appearance": {"theme": "dark"}, "providers": {"x": 5}}
    write(file, data)
    loaded = file.load()
    assert loaded.read_only
    assert loaded.settings.appearance.theme == "dark"
    assert loaded.notice is not None
    assert "newer" in loaded.notice.happened
    with pytest.raises(SettingsError, match="newer"):
        file.save(FULL)
    assert read(file.path) == data
    assert asides(file) == []


def test_that_a_file_replaced_by_a_newer_one_while_running_is_not_overwritten(
    file: SettingsFile,
) -> None:
    file.load()
    write(file, {"version": 3})
    with pytest.raises(SettingsError, match="newer"):
        file.save(FULL)
    assert read(file.path) == {"version": 3}


def test_that_an_edit_by_hand_since_loading_is_joined_with_ours(file: SettingsFile) -> None:
    file.load()
    file.save(FULL)
    edited = read(file.path)
    edited["providers"]["groq"] = {"models": ["llama"]}
    edited["appearance"]["text_scale"] = 1.5
    write(file, edited)
    saved = file.save(FULL.with_appearance(theme="light"))
    assert saved.notice is None
    assert saved.settings.providers["groq"].models == ["llama"]
    assert saved.settings.appearance.text_scale == 1.5
    assert saved.settings.appearance.theme == "light"
    assert SettingsFile(file.path).load().settings == saved.settings


def test_that_what_we_removed_stays_removed_though_another_line_was_edited(
    file: SettingsFile,
) -> None:
    file.load()
    file.save(FULL)
    write(file, {**read(file.path), "note": "mine"})
    saved = file.save(FULL.without_provider("desk").without_route("Everyday"))
    assert set(saved.settings.providers) == {"openai"}
    assert read(file.path)["note"] == "mine"
    assert "routes" not in read(file.path)


def test_that_the_same_value_changed_on_both_sides_is_ours_with_theirs_kept(
    file: SettingsFile,
) -> None:
    file.load()
    file.save(FULL)
    edited = read(file.path)
    edited["default_route"] = "Theirs"
    write(file, edited)
    saved = file.save(FULL.model_copy(update={"default_route": "Ours"}))
    assert saved.settings.default_route == "Ours"
    assert saved.notice is not None
    assert saved.notice.kept is not None
    assert read(saved.notice.kept)["default_route"] == "Theirs"


def test_that_a_file_broken_by_hand_since_loading_is_set_aside_at_the_next_save(
    file: SettingsFile,
) -> None:
    file.load()
    file.save(FULL)
    file.path.write_text("{ half", encoding="utf-8")
    saved = file.save(FULL)
    assert saved.notice is not None
    assert [path.read_text(encoding="utf-8") for path in asides(file)] == ["{ half"]
    assert SettingsFile(file.path).load().settings == FULL


def test_that_a_file_deleted_since_loading_is_written_anew(file: SettingsFile) -> None:
    file.load()
    file.save(FULL)
    file.path.unlink()
    assert file.save(FULL).settings == FULL


def test_that_a_read_only_folder_is_said_clearly_and_changes_nothing() -> None:
    with unprivileged_folder() as folder:
        file = SettingsFile(folder / "settings.json")
        file.load()
        file.save(FULL)
        folder.chmod(0o500)
        with pytest.raises(SettingsError) as caught:
            file.save(FULL.with_appearance(theme="light"))
        assert "permission denied" in caught.value.happened
        assert caught.value.did
        assert str(folder) in caught.value.can_do
        assert SettingsFile(file.path).load().settings == FULL


def test_that_a_broken_file_in_a_read_only_folder_stays_where_it_is() -> None:
    with unprivileged_folder() as folder:
        file = SettingsFile(folder / "settings.json")
        file.path.write_text("{ half", encoding="utf-8")
        folder.chmod(0o500)
        loaded = file.load()
        assert loaded.settings == Settings()
        assert loaded.notice is not None
        assert "left as it is" in loaded.notice.did
        folder.chmod(0o700)
        with pytest.raises(SettingsError):
            file.save(FULL)
        assert file.path.read_text(encoding="utf-8") == "{ half"


def test_that_invalid_values_in_a_read_only_folder_are_told_and_left_alone() -> None:
    with unprivileged_folder() as folder:
        file = SettingsFile(folder / "settings.json")
        data = {"appearance": {"theme": "sepia", "language": "ko"}}
        write(file, data)
        folder.chmod(0o500)
        loaded = file.load()
        assert loaded.settings.appearance.language == "ko"
        assert loaded.notice is not None
        assert "left as it is" in loaded.notice.did
        assert read(file.path) == data


def test_that_many_faults_are_told_in_one_short_notice(file: SettingsFile) -> None:
    write(file, {"providers": {f"p{number}": 3 for number in range(9)}})
    notice = file.load().notice
    assert notice is not None
    assert "and 6 more" in str(notice)
    assert str(notice).endswith(notice.can_do)


def test_that_a_file_that_may_not_be_read_is_not_overwritten() -> None:
    with unprivileged_folder() as folder:
        file = SettingsFile(folder / "settings.json")
        file.path.write_text('{"default_route": "mine"}', encoding="utf-8")
        file.path.chmod(0)
        loaded = file.load()
        assert loaded.read_only
        assert loaded.notice is not None
        with pytest.raises(SettingsError):
            file.save(FULL)
        file.path.chmod(0o600)
        assert read(file.path) == {"default_route": "mine"}


def test_that_a_second_writer_waits_for_the_first(
    file: SettingsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_module, "LOCK_TIMEOUT", 0.05)
    file.load()
    file.save(FULL)
    with (
        FileLock(file.path.with_name(".settings.json.lock")),
        pytest.raises(SettingsError, match="Another Understudy"),
    ):
        file.save(FULL)


def test_that_many_writers_lose_nothing_of_each_other(file: SettingsFile) -> None:
    def add(name: str) -> None:
        mine = SettingsFile(file.path)
        loaded = mine.load().settings
        mine.save(loaded.with_provider(name, ProviderSettings(models=[name])))

    names = [f"p{number}" for number in range(8)]
    threads = [threading.Thread(target=add, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(file.load().settings.providers) == set(names)
    assert asides(file) == []


def test_that_routes_are_replaced_in_place_and_values_stay_frozen() -> None:
    settings = Settings().with_route(RouteSettings(name="A")).with_route(RouteSettings(name="B"))
    changed = settings.with_route(RouteSettings(name="A", rescue="keep"))
    assert [route.name for route in changed.routes] == ["A", "B"]
    assert changed.routes[0].as_route().rescue == "keep"
    assert settings.routes[0].rescue == "carry-on"


def test_that_a_setting_out_of_bounds_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="text_scale"):
        Settings().with_appearance(text_scale=9)

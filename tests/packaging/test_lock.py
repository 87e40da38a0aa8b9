"""The lock answers every requirement of the project, on every system and Python it is meant for."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}
ENVIRONMENTS = [
    {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": platform,
        "os_name": os_name,
        "platform_machine": "x86_64",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    for python, (system, (platform, os_name)) in itertools.product(PYTHONS, SYSTEMS.items())
]


def wanted() -> dict[str, list[str]]:
    """Each section's own requirements, as pyproject.toml has them."""
    project = PROJECT["project"]
    groups = PROJECT["dependency-groups"]
    extras = project["optional-dependencies"]
    return {
        **{name: groups[name] for name in ("installer", "bootstrap")},
        "base": project["dependencies"],
        "build": [*PROJECT["build-system"]["requires"], *groups["build"]],
        "desktop": extras["desktop"],
        "test": [*groups["test"], *extras["serve"]],
        **{name: groups[name] for name in ("check", "package", "fuzz", "lock")},
    }


def wanted_apart() -> dict[str, list[str]]:
    """The same of sections that are an environment of their own, with the project in it."""
    groups = PROJECT["dependency-groups"]
    of_the_project = [*PROJECT["project"]["dependencies"], *groups["build"]]
    return {"peers": [*of_the_project, *groups["peers"]]}


def sections() -> dict[str, list[Requirement]]:
    """Each section's packages, as pip reads them."""
    parts = re.split(r"^# \[(\w+)\]\n", LOCK, flags=re.MULTILINE)
    found: dict[str, list[Requirement]] = {}
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        lines = [line for line in text.splitlines() if "==" in line]
        found[name] = [Requirement(line.removesuffix("\\")) for line in lines]
    return found


def applies(requirement: Requirement, environment: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(environment)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def check_pins(
    found: Iterable[Requirement], requirements: Iterable[str], environment: dict[str, str]
) -> None:
    """Hold pins that are installed together against what they are to answer."""
    pins: dict[str, set[str]] = {}
    for pin in found:
        if applies(pin, environment):
            version = str(pin.specifier).removeprefix("==")
            pins.setdefault(canonical(pin.name), set()).add(version)
    assert all(len(versions) == 1 for versions in pins.values()), pins
    for requirement in map(Requirement, requirements):
        if applies(requirement, environment):
            versions = pins.get(canonical(requirement.name), set())
            assert versions, f"{requirement} has no pin"
            assert all(map(requirement.specifier.contains, versions)), str(requirement)


every_environment = pytest.mark.parametrize(
    "environment", ENVIRONMENTS, ids=lambda e: f"{e['sys_platform']}-{e['python_version']}"
)


@every_environment
def test_that_every_requirement_is_answered_by_exactly_one_pin(environment: dict[str, str]) -> None:
    found = sections()
    together = (pins for name, pins in found.items() if name not in wanted_apart())
    requirements = itertools.chain(*wanted().values())
    check_pins(itertools.chain(*together), requirements, environment)


@every_environment
@pytest.mark.parametrize("section", wanted_apart())
def test_that_a_section_apart_answers_all_that_its_environment_needs(
    section: str, environment: dict[str, str]
) -> None:
    check_pins(sections()[section], wanted_apart()[section], environment)


def test_that_a_section_holds_what_its_own_requirements_name() -> None:
    found = sections()
    standing_upon = {"build": ["base"], "test": ["base", "build", "desktop"]}
    for name, requirements in {**wanted(), **wanted_apart()}.items():
        reachable = [pin for part in (name, *standing_upon.get(name, [])) for pin in found[part]]
        names = {canonical(pin.name) for pin in reachable}
        assert {canonical(Requirement(text).name) for text in requirements} <= names, name


def test_that_the_base_has_no_window_in_it() -> None:
    names = {canonical(pin.name) for pin in sections()["base"]}
    assert not {name for name in names if "qt" in name or "pyside" in name or "shiboken" in name}


def test_that_every_pin_is_held_by_a_hash_and_no_address_is_written_down() -> None:
    assert "://" not in LOCK
    blocks = re.findall(r"^\S.*==.*(?:\n[ \t].*)*\n", LOCK, flags=re.MULTILINE)
    assert len(blocks) > 60
    assert all("--hash=sha256:" in block for block in blocks)


def test_that_python_3_11_never_gets_the_pyside_that_aborts_there() -> None:
    pins = [pin for pin in sections()["desktop"] if canonical(pin.name) == "pyside6-essentials"]
    chosen = {
        environment["python_version"]: {
            str(pin.specifier) for pin in pins if applies(pin, environment)
        }
        for environment in ENVIRONMENTS
    }
    assert all(version.startswith("==6.11.") for version in chosen["3.11"])
    assert all(len(versions) == 1 for versions in chosen.values())

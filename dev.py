#!/usr/bin/env python3
"""Everything you type to work on Understudy. It needs Python 3.11 with pip, and nothing else.

    python3 dev.py run              open the window (with no display: chat in the terminal)
    python3 dev.py test [ARGS]      run all the tests, or with ARGS for pytest some of them
    python3 dev.py check            lint, format, types, layers, and the lock against pyproject.toml
    python3 dev.py bench [--json]   measure, and hold the figures against their targets
    python3 dev.py shots [FOLDER]   picture every named state of the window
    python3 dev.py package          freeze the program into dist/
    python3 dev.py lock             resolve requirements.lock anew (--upgrade: newer versions)

Each command first sees to what it needs, and no more: the environment .venv, the sections of
requirements.lock that it uses, and the system's libraries. A second start finds all that in a stamp
and costs a few milliseconds.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  (other Pythons run this file too, to be told so)
    newer = [name for name in ("python3.13", "python3.12", "python3.11") if shutil.which(name)]
    sys.exit(
        f"Understudy needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
        "Nothing was done.\n"
        + (
            f"Type: {newer[0]} {' '.join(sys.argv)}"
            if newer
            else "Install Python 3.13, then again."
        )
    )

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
VENV = ROOT / ".venv"
STAMP = VENV / "understudy-dev.json"
WINDOWS = os.name == "nt"
LINUX = sys.platform == "linux"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
DEBIAN_OF_LIBRARY = ROOT / "packaging" / "linux" / "debian-of-library.json"

# Sections of the lock: what each kind of work needs.
TERMINAL = ("base", "build")
WINDOW = (*TERMINAL, "desktop")
TEST = (*WINDOW, "test")

# Program to (Debian's package, Fedora's package).
SCREEN_TOOLS = {
    "Xvfb": ("xvfb", "xorg-x11-server-Xvfb"),
    "fc-list": ("fontconfig", "fontconfig"),
}
TEST_TOOLS = {
    **SCREEN_TOOLS,
    "dbus-run-session": ("dbus-daemon", "dbus-daemon"),
    "gnome-keyring-daemon": ("gnome-keyring", "gnome-keyring"),
    "secret-tool": ("libsecret-tools", "libsecret"),
}
FREEZE_TOOLS = {"objdump": ("binutils", "binutils"), "strip": ("binutils", "binutils")}
KOREAN_FONT = ("fonts-noto-cjk", "google-noto-sans-cjk-fonts")


class SetupError(Exception):
    """What is in the way, and what to type."""


def say(text: str) -> None:
    """Tell the person what is going on, apart from a command's own output."""
    print(text, file=sys.stderr, flush=True)


def call(command: Sequence[object], env: Mapping[str, str] | None = None) -> None:
    """Run a step of the set-up; its failure ends everything."""
    words = [str(word) for word in command]
    if subprocess.run(words, cwd=ROOT, env=env, stdout=sys.stderr, check=False).returncode:
        raise SetupError(f"This failed, and the reason stands above: {' '.join(words)}")


def call_quietly(command: Sequence[str], env: Mapping[str, str]) -> None:
    """Run a step whose many words matter only when it fails."""
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if told.returncode:
        raise SetupError(f"{told.stdout[-1000:]}{told.stderr}\nThis failed: {' '.join(command)}")


# The lock


def read_sections(text: str) -> dict[str, str]:
    """Split a lock into its sections; each begins with a line like ``# [base]``."""
    parts = re.split(r"^# \[(\w+)\]\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@contextmanager
def requirements_of(names: Iterable[str]) -> Generator[str]:
    """Give the named sections as a file for pip, which reads whole files only."""
    sections = read_sections(LOCK.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text("".join(sections[name] for name in names), encoding="utf-8")
        yield str(path)


# The environment


def fingerprint() -> str:
    """Name everything that an environment was made for: another one means installing again."""
    import tomllib

    tables = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    wanted = [tables[name] for name in ("build-system", "project", "dependency-groups")]
    facts = [str(ROOT), python_series(), *map(json.dumps, [*wanted, tables["tool"]["hatch"]])]
    return hashlib.sha256("\n".join(facts).encode() + LOCK.read_bytes()).hexdigest()


def python_series() -> str:
    """Name the running Python's kind and series, such as ``cpython-3.11``."""
    return f"{sys.implementation.name}-{sys.version_info[0]}.{sys.version_info[1]}"


def read_stamp() -> dict[str, list[str]]:
    """Read what was installed and which system libraries were seen; empty when out of date."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    current = PYTHON.exists() and stamp.get("fingerprint") == fingerprint()
    return {"sections": stamp["sections"], "system": stamp["system"]} if current else {}


def write_stamp(sections: Iterable[str], system: Iterable[str]) -> None:
    """Note what is there, so that the next start need not look."""
    stamp = {
        "fingerprint": fingerprint(),
        "root": str(ROOT),
        "sections": sorted(sections),
        "system": sorted(system),
    }
    STAMP.write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def prepare(sections: Sequence[str], system: Sequence[str] = ()) -> None:
    """See to the environment and to the system's libraries, as far as the stamp leaves undone."""
    stamp = read_stamp()
    have, looked = set(stamp.get("sections", ())), set(stamp.get("system", ()))
    if have.issuperset(sections) and looked.issuperset(system):
        return
    started = time.monotonic()
    if not have.issuperset(sections):
        install([name for name in sections if name not in have], fresh=not have)
        have |= set(sections)
        write_stamp(have, looked)
    if LINUX and not looked.issuperset(system):
        provide(system)
        write_stamp(have, looked | set(system))
    if (seconds := time.monotonic() - started) > 1:
        say(f"Ready after {seconds:.0f} s.")


def install(sections: Sequence[str], *, fresh: bool) -> None:
    """Install sections of the lock, every file checked against its hash, and the project itself."""
    if fresh:
        make_environment()
    say(f"Installing {', '.join(sections)} from {LOCK.name} …")
    pip = [PYTHON, "-m", "pip", "install", "--quiet"]
    with requirements_of(sections) as path:
        call([*pip, "--require-hashes", "--no-deps", "--requirement", path])
    if fresh:
        call([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT])


def make_environment() -> None:
    """Make .venv for the running Python, by whichever way it came with, and pip in it."""
    if environment_series() != python_series():
        say(f"Making {VENV.name} for Python {sys.version.split()[0]} …")
        if find_spec("venv") and (find_spec("pip") or find_spec("ensurepip")):
            pip = ["--without-pip"] if find_spec("pip") else []
            call([sys.executable, "-m", "venv", "--clear", *pip, VENV])
        elif find_spec("pip"):
            make_with_virtualenv()
        else:
            raise SetupError(f"This Python has no pip, which everything else needs.\n{how_pip()}")
    if find_spec("pip") and sys.prefix != str(VENV):
        with requirements_of(["installer"]) as path:
            pip = [sys.executable, "-m", "pip", "--python", PYTHON]
            call([*pip, "install", "--quiet", "--require-hashes", "--requirement", path])


def environment_series() -> str:
    """Ask the Python in .venv for its series; nothing where it does not start or has moved."""
    if STAMP.exists() and f'"{ROOT}"' not in STAMP.read_text(encoding="utf-8"):
        return ""
    code = "import sys; v = sys.version_info; print(f'{sys.implementation.name}-{v[0]}.{v[1]}')"
    try:
        told = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return told.stdout.strip()


def make_with_virtualenv() -> None:
    """For a Python whose distribution leaves out venv: pip brings virtualenv, which does it."""
    with requirements_of(["bootstrap"]) as path, tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        call([*pip, "--target", folder, "--requirement", path])
        env = {**os.environ, "PYTHONPATH": folder}
        call([sys.executable, "-m", "virtualenv", "--quiet", "--clear", VENV], env)


def how_pip() -> str:
    """Name the one command that brings pip to this Python."""
    sudo = "" if is_root() else "sudo "
    for tool in ("apt-get", "dnf"):
        if sys.prefix == "/usr" and shutil.which(tool):
            return f"Type: {sudo}{tool} install python3-pip"
    return "Install pip for it, or take the Python of python.org, which has it."


# The system's libraries and tools


def provide(features: Sequence[str]) -> None:
    """Look for what ``features`` need of the system; install it as root, else say how."""
    libraries, tools = missing_libraries(features), missing_tools(features)
    if not libraries and not tools:
        return
    table = json.loads(DEBIAN_OF_LIBRARY.read_text(encoding="utf-8"))
    debian = {table[name] for name in libraries if name in table} | {deb for deb, _ in tools}
    if shutil.which("apt-get") and is_root():
        install_with_apt(sorted(debian))
        libraries, tools = missing_libraries(features), missing_tools(features)
    if libraries or tools:
        fedora = {f"'{name}()(64bit)'" for name in libraries} | {rpm for _, rpm in tools}
        known = debian if libraries <= table.keys() else ()
        raise SetupError(how_libraries(sorted(known), sorted(fedora), sorted(libraries)))


def install_with_apt(packages: Sequence[str]) -> None:
    """Install Debian packages, which needs root."""
    say(f"Installing from the system's packages: {' '.join(packages)} …")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    call_quietly(["apt-get", "update"], env)
    call_quietly(["apt-get", "install", "-y", "--no-install-recommends", *packages], env)


def how_libraries(debian: Sequence[str], fedora: Sequence[str], missing: Sequence[str]) -> str:
    """Put what the system lacks into one command to type, where its installer is known."""
    sudo = "" if is_root() else "sudo "
    lacks = f"This system lacks {', '.join(missing or fedora)}."
    if shutil.which("dnf"):
        return f"{lacks}\nType: {sudo}dnf install {' '.join(fedora)}"
    if shutil.which("apt-get") and debian:
        return f"{lacks}\nType: {sudo}apt-get install {' '.join(debian)}"
    return f"{lacks}\nInstall what holds them, then again."


def missing_libraries(features: Sequence[str]) -> set[str]:
    """Ask the linker which libraries it does not find for what was installed."""
    qt = "PySide6/Qt"
    patterns = {
        "desktop": [f"{qt}/plugins/platforms/libqxcb.so", f"{qt}/lib/libQt6Network.so.6"],
        "test": ["xllamacpp/*.so"],
    }
    if os.environ.get("WAYLAND_DISPLAY"):
        patterns["desktop"].append(f"{qt}/plugins/platforms/libqwayland*.so")
    wanted = [pattern for feature in features for pattern in patterns.get(feature, ())]
    files = [path for pattern in wanted for path in VENV.glob(f"lib/*/site-packages/{pattern}")]
    if not files or not shutil.which("ldd"):
        return set()
    told = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False).stdout
    return set(re.findall(r"^\s*(\S+) => not found", told, flags=re.MULTILINE))


def missing_tools(features: Sequence[str]) -> set[tuple[str, str]]:
    """Name the programs and fonts that are not there, as (Debian's, Fedora's) packages."""
    tools = {"test": TEST_TOOLS, "screen": SCREEN_TOOLS, "package": FREEZE_TOOLS}
    lacking = {
        packages
        for feature in features
        for tool, packages in tools.get(feature, {}).items()
        if not shutil.which(tool)
    }
    if {"test", "screen"}.intersection(features) and not korean_font():
        lacking.add(KOREAN_FONT)
    if "package" in features and not shared_python():
        lacking.add((f"libpython{sys.version_info[0]}.{sys.version_info[1]}", "python3-libs"))
    return lacking


def shared_python() -> bool:
    """Whether the system's Python has its library, which a frozen program takes along."""
    folder, name = (sysconfig.get_config_var(key) for key in ("LIBDIR", "INSTSONAME"))
    return sys.prefix != "/usr" or (Path(folder) / name).exists()


def korean_font() -> bool:
    """Whether some font has Hangul: the tests and pictures show Korean."""
    if not shutil.which("fc-list"):
        return False
    told = subprocess.run(["fc-list", ":lang=ko"], capture_output=True, text=True, check=False)
    return bool(told.stdout.strip())


def is_root() -> bool:
    """Whether packages can be installed without asking."""
    return not WINDOWS and os.geteuid() == 0


# The commands


def become(*command: object, env: Mapping[str, str] | None = None) -> int:
    """Let a program of the environment take over; the same process where that is possible."""
    words = [str(word) for word in command]
    full = {**os.environ, **(env or {}), "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(words[0], words, full)
    return subprocess.run(words, env=full, check=False).returncode


def run(arguments: Sequence[str]) -> int:
    """Open the window; with no display hold the conversation in the terminal."""
    shown = not LINUX or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    if shown:
        prepare(WINDOW, ["desktop"])
    else:
        prepare(TERMINAL)
        if not arguments:
            say("There is no display to open a window on: the conversation is held here.")
            arguments = ["chat"]
    return become(PYTHON, "-m", "understudy", *arguments)


def test(arguments: Sequence[str]) -> int:
    """Run the tests on screens of their own; all of them, two at a time, when none is named."""
    prepare(TEST, ["desktop", "test"])
    if LINUX:
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            os.environ.pop(name, None)
    if arguments:
        chosen = [] if "-m" in arguments else ["-m", "not frozen"]
        return become(PYTHON, "-m", "pytest", *chosen, *arguments)
    prepare((*TEST, "package"), ["package"])
    return become(PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadscope")


def check(_arguments: Sequence[str]) -> int:
    """Run every check to its end, so that one run shows all there is to mend."""
    prepare((*TEST, "check"))
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    checks = {
        "ruff check": [PYTHON, "-m", "ruff", "check"],
        "ruff format": [PYTHON, "-m", "ruff", "format", "--check"],
        "pyright": [PYTHON, "-m", "pyright"],
        "layers": [BIN / "lint-imports"],
        "lock": [PYTHON, "-m", "pytest", "-q", "tests/packaging/test_lock.py"],
    }
    failed: list[str] = []
    for name, command in checks.items():
        print(f"── {name}", flush=True)
        if subprocess.run([str(word) for word in command], cwd=ROOT, check=False).returncode:
            failed.append(name)
    print(f"── failed: {', '.join(failed)}" if failed else "── all checks passed", flush=True)
    return 1 if failed else 0


def bench(arguments: Sequence[str]) -> int:
    """Measure on a screen that nobody watches."""
    prepare(TEST, ["desktop", "test"])
    return on_screen("bench", arguments)


def shots(arguments: Sequence[str]) -> int:
    """Picture the window's states into a folder, ``shots`` by default."""
    prepare(TEST, ["desktop", "screen"])
    return on_screen("shots", arguments)


def on_screen(module: str, arguments: Sequence[str]) -> int:
    """Run a module of tests/ on a screen of its own."""
    env = {"PYTHONPATH": str(ROOT / "tests")}
    words = [PYTHON, "-m", module, *arguments]
    return become(PYTHON, "-m", "helpers.screen", *words, env=env) if LINUX else become(*words)


def package(_arguments: Sequence[str]) -> int:
    """Freeze the program into a folder that runs where there is no Python."""
    prepare((*WINDOW, "package"), ["desktop", "package"])
    freeze = [PYTHON, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    return become(*freeze, ROOT / "packaging" / "understudy.spec")


def lock(arguments: Sequence[str]) -> int:
    """Resolve the lock anew; versions stay as they are unless --upgrade is said."""
    prepare((*TERMINAL, "lock"))
    return become(PYTHON, ROOT / "packaging" / "lock.py", *arguments)


COMMANDS = {
    command.__name__: command for command in (run, test, check, bench, shots, package, lock)
}


def main() -> int:
    """Run the command that was typed."""
    name, *arguments = sys.argv[1:] or ["help"]
    if name not in COMMANDS:
        say(__doc__ or "")
        return 0 if name in ("help", "-h", "--help") else 2
    os.environ.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_ROOT_USER_ACTION="ignore")
    if name not in ("run", "shots"):  # these two know files by where the person stands
        os.chdir(ROOT)
    try:
        return COMMANDS[name](arguments)
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Everything you type to work on Understudy. It needs Python 3.11 with pip, and nothing else.

    python3 dev.py run              open the window (with no display: chat in the terminal)
    python3 dev.py test [ARGS]      run all the tests, or with ARGS for pytest some of them
    python3 dev.py check            lint, format, types, layers, and the lock against pyproject.toml
    python3 dev.py bench [--json]   measure, and hold the figures against their targets
    python3 dev.py bench --peers    measure the same of other libraries (--json for programs)
    python3 dev.py bench --soak [SECONDS]     ask a hundred times at once, with faults, for long
    python3 dev.py bench --streams N          ask the router N times at once
    python3 dev.py peers [ARGS]     hold the formats against the vendors' own libraries and servers
    python3 dev.py fuzz [SECONDS] [NAME...]   throw damaged bytes at everything that parses
    python3 dev.py shots [FOLDER]   picture every named state of the window
    python3 dev.py package          freeze the program into dist/
    python3 dev.py lock             resolve requirements.lock anew (--upgrade: newer versions)

Each command first sees to what it needs, and no more: an environment (.venv, and .venv-peers for
other people's libraries), the sections of requirements.lock that it uses, and the system's
libraries. A second start finds all that in a stamp and costs a few milliseconds.
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
WINDOWS = os.name == "nt"
LINUX = sys.platform == "linux"
TESTS_ON_PATH = {"PYTHONPATH": str(ROOT / "tests")}
LOCK_TEST = ROOT / "tests" / "packaging" / "test_lock.py"
LOCK_TEST_INI = LOCK_TEST.with_name("lock.ini")
DEBIAN_OF_LIBRARY = ROOT / "packaging" / "linux" / "debian-of-library.json"

# Sections of the lock: what each kind of work needs.
TERMINAL = ("base", "build")
WINDOW = (*TERMINAL, "desktop")
TEST = (*WINDOW, "test")
FUZZ = (*TERMINAL, "fuzz")

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


# The environments


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


class Environment:
    """A folder in which the project is installed with sections of the lock, and a note of them."""

    def __init__(self, name: str) -> None:
        self.folder = ROOT / name
        self.stamp = self.folder / "understudy-dev.json"
        self.bin = self.folder / ("Scripts" if WINDOWS else "bin")
        self.python = self.bin / ("python.exe" if WINDOWS else "python")

    def read_stamp(self) -> dict[str, list[str]]:
        """Read what was installed and which system libraries were seen; empty when out of date."""
        try:
            stamp = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        current = self.python.exists() and stamp.get("fingerprint") == fingerprint()
        return {"sections": stamp["sections"], "system": stamp["system"]} if current else {}

    def write_stamp(self, sections: Iterable[str], system: Iterable[str]) -> None:
        """Note what is there, so that the next start need not look."""
        stamp = {
            "fingerprint": fingerprint(),
            "root": str(ROOT),
            "sections": sorted(sections),
            "system": sorted(system),
        }
        self.stamp.write_text(json.dumps(stamp, indent=1), encoding="utf-8")

    def prepare(self, sections: Sequence[str], system: Sequence[str] = ()) -> None:
        """See to what is installed and to the system's libraries, as the stamp leaves undone."""
        stamp = self.read_stamp()
        have, looked = set(stamp.get("sections", ())), set(stamp.get("system", ()))
        if have.issuperset(sections) and looked.issuperset(system):
            return
        started = time.monotonic()
        if not have.issuperset(sections):
            self.install([name for name in sections if name not in have], fresh=not have)
            have |= set(sections)
            self.write_stamp(have, looked)
        if LINUX and not looked.issuperset(system):
            provide(system, self.folder)
            self.write_stamp(have, looked | set(system))
        if (seconds := time.monotonic() - started) > 1:
            say(f"Ready after {seconds:.0f} s.")

    def install(self, sections: Sequence[str], *, fresh: bool) -> None:
        """Install sections of the lock, every file held by its hash, and the project itself."""
        if fresh:
            self.make()
        say(f"Installing {', '.join(sections)} from {LOCK.name} …")
        pip = [self.python, "-m", "pip", "install", "--quiet"]
        with requirements_of(sections) as path:
            call([*pip, "--require-hashes", "--no-deps", "--requirement", path])
        if fresh:
            call([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT])

    def make(self) -> None:
        """Make it for the running Python, by whichever way that came with, and pip in it."""
        if self.series() != python_series():
            say(f"Making {self.folder.name} for Python {sys.version.split()[0]} …")
            if find_spec("venv") and (find_spec("pip") or find_spec("ensurepip")):
                pip = ["--without-pip"] if find_spec("pip") else []
                call([sys.executable, "-m", "venv", "--clear", *pip, self.folder])
            elif find_spec("pip"):
                self.make_with_virtualenv()
            else:
                lacks = "This Python has no pip, which everything else needs."
                raise SetupError(f"{lacks}\n{how_pip()}")
        if find_spec("pip") and sys.prefix != str(self.folder):
            with requirements_of(["installer"]) as path:
                pip = [sys.executable, "-m", "pip", "--python", self.python]
                call([*pip, "install", "--quiet", "--require-hashes", "--requirement", path])

    def series(self) -> str:
        """Ask its Python for its series; nothing where it does not start or has moved."""
        if self.stamp.exists() and f'"{ROOT}"' not in self.stamp.read_text(encoding="utf-8"):
            return ""
        code = "import sys; v = sys.version_info; print(f'{sys.implementation.name}-{v[0]}.{v[1]}')"
        words = [self.python, "-c", code]
        try:
            told = subprocess.run(words, capture_output=True, text=True, check=False)
        except OSError:
            return ""
        return told.stdout.strip()

    def make_with_virtualenv(self) -> None:
        """For a Python whose distribution leaves out venv: pip brings virtualenv, which does it."""
        with requirements_of(["bootstrap"]) as path, tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
            call([*pip, "--target", folder, "--requirement", path])
            env = {**os.environ, "PYTHONPATH": folder}
            words = [sys.executable, "-m", "virtualenv", "--quiet", "--clear", self.folder]
            call(words, env)

    def become(self, *arguments: object, env: Mapping[str, str] | None = None) -> int:
        """Let its Python take over; the same process where that is possible."""
        words = [str(self.python), *map(str, arguments)]
        full = {**os.environ, **(env or {}), "PATH": self.path()}
        sys.stdout.flush()
        if not WINDOWS:
            os.execve(words[0], words, full)
        return subprocess.run(words, env=full, check=False).returncode

    def path(self) -> str:
        """Give the search path on which its programs come first."""
        return f"{self.bin}{os.pathsep}{os.environ.get('PATH', '')}"


VENV = Environment(".venv")
PEERS = Environment(".venv-peers")


def how_pip() -> str:
    """Name the one command that brings pip to this Python."""
    sudo = "" if is_root() else "sudo "
    for tool in ("apt-get", "dnf"):
        if sys.prefix == "/usr" and shutil.which(tool):
            return f"Type: {sudo}{tool} install python3-pip"
    return "Install pip for it, or take the Python of python.org, which has it."


# The system's libraries and tools


def provide(features: Sequence[str], folder: Path) -> None:
    """Look for what ``features`` need of the system; install it as root, else say how."""
    libraries, tools = missing_libraries(features, folder), missing_tools(features)
    if not libraries and not tools:
        return
    table = json.loads(DEBIAN_OF_LIBRARY.read_text(encoding="utf-8"))
    debian = {table[name] for name in libraries if name in table} | {deb for deb, _ in tools}
    if shutil.which("apt-get") and is_root():
        install_with_apt(sorted(debian))
        libraries, tools = missing_libraries(features, folder), missing_tools(features)
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


def missing_libraries(features: Sequence[str], folder: Path) -> set[str]:
    """Ask the linker which libraries it does not find for what was installed in ``folder``."""
    qt = "PySide6/Qt"
    patterns = {
        "desktop": [f"{qt}/plugins/platforms/libqxcb.so", f"{qt}/lib/libQt6Network.so.6"],
        "test": ["xllamacpp/*.so"],
        "peers": ["xllamacpp/*.so"],
    }
    if os.environ.get("WAYLAND_DISPLAY"):
        patterns["desktop"].append(f"{qt}/plugins/platforms/libqwayland*.so")
    wanted = [pattern for feature in features for pattern in patterns.get(feature, ())]
    files = [path for pattern in wanted for path in folder.glob(f"lib/*/site-packages/{pattern}")]
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


def run(arguments: Sequence[str]) -> int:
    """Open the window; with no display hold the conversation in the terminal."""
    shown = not LINUX or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    if shown:
        VENV.prepare(WINDOW, ["desktop"])
    else:
        VENV.prepare(TERMINAL)
        if not arguments:
            say("There is no display to open a window on: the conversation is held here.")
            arguments = ["chat"]
    return VENV.become("-m", "understudy", *arguments)


def test(arguments: Sequence[str]) -> int:
    """Run the tests on screens of their own; all of them, two at a time, when none is named."""
    VENV.prepare(TEST, ["desktop", "test"])
    if LINUX:
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            os.environ.pop(name, None)
    if arguments:
        chosen = [] if "-m" in arguments else ["-m", "not frozen"]
        return VENV.become("-m", "pytest", *chosen, *arguments)
    VENV.prepare((*TEST, "package"), ["package"])
    return VENV.become("-m", "pytest", "-n", "2", "--dist", "loadscope")


def check(_arguments: Sequence[str]) -> int:
    """Run every check to its end, so that one run shows all there is to mend."""
    VENV.prepare((*TEST, "check"))
    os.environ["PATH"] = VENV.path()
    checks = {
        "ruff check": [VENV.python, "-m", "ruff", "check"],
        "ruff format": [VENV.python, "-m", "ruff", "format", "--check"],
        "pyright": [VENV.python, "-m", "pyright"],
        "layers": [VENV.bin / "lint-imports"],
        "lock": [VENV.python, "-m", "pytest", "-q", "-c", LOCK_TEST_INI, LOCK_TEST],
    }
    failed: list[str] = []
    for name, command in checks.items():
        print(f"── {name}", flush=True)
        if subprocess.run([str(word) for word in command], cwd=ROOT, check=False).returncode:
            failed.append(name)
    print(f"── failed: {', '.join(failed)}" if failed else "── all checks passed", flush=True)
    return 1 if failed else 0


def bench(arguments: Sequence[str]) -> int:
    """Measure on a screen that nobody watches; or other people's libraries, which need none."""
    if "--peers" in arguments:
        PEERS.prepare(["peers"])
        rest = [word for word in arguments if word != "--peers"]
        return PEERS.become("-m", "bench.peers", *rest, env=TESTS_ON_PATH)
    VENV.prepare(TEST, ["desktop", "test"])
    if {"--soak", "--streams"}.intersection(arguments):
        return VENV.become("-m", "bench", *arguments, env=TESTS_ON_PATH)
    return on_screen("bench", arguments)


def peers(arguments: Sequence[str]) -> int:
    """Run the tests against the vendors' libraries and servers, in an environment of their own."""
    PEERS.prepare(["peers"], ["peers"])
    folder = ROOT / "tests" / "peers"
    named = any(Path(word.partition("::")[0]).exists() for word in arguments)
    words = [*arguments] if named else [*arguments, folder]
    return PEERS.become("-m", "pytest", "-c", folder / "pytest.ini", *words)


def fuzz(arguments: Sequence[str]) -> int:
    """Throw damaged bytes at the decoders, SECONDS each."""
    VENV.prepare(FUZZ)
    return VENV.become("-m", "fuzz", *arguments, env=TESTS_ON_PATH)


def shots(arguments: Sequence[str]) -> int:
    """Picture the window's states into a folder, ``shots`` by default."""
    VENV.prepare(TEST, ["desktop", "screen"])
    return on_screen("shots", arguments)


def on_screen(module: str, arguments: Sequence[str]) -> int:
    """Run a module of tests/ on a screen of its own."""
    on = ["-m", "helpers.screen", VENV.python] if LINUX else []
    return VENV.become(*on, "-m", module, *arguments, env=TESTS_ON_PATH)


def package(_arguments: Sequence[str]) -> int:
    """Freeze the program into a folder that runs where there is no Python."""
    VENV.prepare((*WINDOW, "package"), ["desktop", "package"])
    freeze = ["-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    return VENV.become(*freeze, ROOT / "packaging" / "understudy.spec")


def lock(arguments: Sequence[str]) -> int:
    """Resolve the lock anew; versions stay as they are unless --upgrade is said."""
    VENV.prepare((*TERMINAL, "lock"))
    return VENV.become(ROOT / "packaging" / "lock.py", *arguments)


COMMANDS = {
    command.__name__: command
    for command in (run, test, check, bench, peers, fuzz, shots, package, lock)
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

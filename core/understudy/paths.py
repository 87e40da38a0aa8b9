"""Where things are kept: each system's own folders, or one folder that the user named."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME_VARIABLE = "UNDERSTUDY_HOME"
"""The environment variable that moves everything under one folder."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one user. None is created here: whoever writes makes its own."""

    settings_folder: Path
    data: Path
    cache: Path
    logs: Path

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.settings_folder / "settings.json"

    @property
    def models(self) -> Path:
        """What the user knows better about models: windows, prices, abilities."""
        return self.settings_folder / "models.json"

    @property
    def history(self) -> Path:
        """The database of conversations."""
        return self.data / "history.db"

    @property
    def window_log(self) -> Path:
        """What went wrong in the window."""
        return self.logs / "understudy.log"

    @property
    def command_log(self) -> Path:
        """What went wrong in commands, apart: two processes cannot rotate one file."""
        return self.logs / "commands.log"

    @classmethod
    def under(cls, home: Path) -> Paths:
        """Everything under one folder."""
        return cls(home, home / "data", home / "cache", home / "logs")

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ) -> Paths:
        """Take the folder that ``UNDERSTUDY_HOME`` names, else the system's own ones."""
        home = environ.get(HOME_VARIABLE, "").strip()
        return cls.under(Path(home).expanduser().absolute()) if home else cls._of_the_system()

    @classmethod
    def _of_the_system(cls) -> Paths:
        from platformdirs import PlatformDirs

        name = "understudy" if sys.platform == "linux" else "Understudy"
        folders = PlatformDirs(name, appauthor=False)
        return cls(
            folders.user_config_path,
            folders.user_data_path,
            folders.user_cache_path,
            folders.user_log_path,
        )

"""LiteLLM's proxy in a process of its own, in front of a practice server.

    with litellm_proxy(server.url) as proxy:
        ...     # model "anthropic/calls": asks the server's scene ``calls`` in Anthropic's format

Its start takes some ten seconds.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.loopback import closed_port
from helpers.practice_server import SCENES

if TYPE_CHECKING:
    from collections.abc import Generator

UPSTREAMS = {"openai": "/v1", "anthropic": "", "gemini": "/v1beta"}
"""Whose format it speaks to the practice server, and where that stands there."""

STARTS_WITHIN = 90.0


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it listens, and the key that it was given for this run."""

    url: str
    key: str


@contextmanager
def litellm_proxy(server_url: str) -> Generator[Proxy]:
    """Start it on a free port of this computer, and end it."""
    proxy = Proxy(f"http://127.0.0.1:{closed_port()}", f"sk-{secrets.token_hex(32)}")
    with tempfile.TemporaryDirectory() as folder:
        config, log = Path(folder) / "config.yaml", Path(folder) / "log.txt"
        config.write_text(json.dumps(_config(server_url, proxy.key)))  # JSON is YAML, too
        command = [str(Path(sys.executable).with_name("litellm")), "--config", str(config)]
        where = ["--host", "127.0.0.1", "--port", proxy.url.rpartition(":")[2]]
        with (
            log.open("w") as told,
            subprocess.Popen(
                [*command, *where, "--telemetry", "False"],
                cwd=folder,
                env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
                stdout=told,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            try:
                if not _is_up(proxy.url, process):
                    raise RuntimeError(f"LiteLLM's proxy did not start: {log.read_text()[-2000:]}")
                yield proxy
            finally:
                process.kill()


def _config(server_url: str, key: str) -> dict[str, object]:
    """Each scene by each upstream; it tries nothing twice and keeps nobody waiting."""
    models = [
        {
            "model_name": f"{upstream}/{scene}",
            "litellm_params": {
                "model": f"{upstream}/{scene}",
                "api_base": f"{server_url}{base}",
                "api_key": "a-key",
                "max_retries": 0,
            },
        }
        for upstream, base in UPSTREAMS.items()
        for scene in SCENES
    ]
    return {
        "model_list": models,
        "general_settings": {"master_key": key},
        "litellm_settings": {"num_retries": 0, "drop_params": True},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }


def _is_up(url: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/liveliness", timeout=5):
                return True
        except OSError:  # nobody listens yet
            time.sleep(0.2)
    return False

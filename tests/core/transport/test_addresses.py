"""Which host an address names."""

from __future__ import annotations

import pytest

from understudy.transport.addresses import host_of, is_loopback


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.example.com/v1", "api.example.com"),
        ("http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("https://user:secret@example.com/", "example.com"),
        ("nonsense", ""),
        ("http://[broken", ""),
        ("http://host:99999", ""),
    ],
)
def test_that_a_host_is_named_without_any_secret(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:1234/v1", True),
        ("http://LOCALHOST.", True),
        ("http://models.localhost", True),
        ("http://127.0.0.1", True),
        ("http://127.8.8.8:1", True),
        ("http://[::1]:11434", True),
        ("http://0.0.0.0:11434", True),
        ("https://api.example.com", False),
        ("http://192.168.1.5:8080", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_that_only_this_computer_is_this_computer(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected

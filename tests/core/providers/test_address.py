"""Addresses as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import UsageError
from understudy.providers.address import (
    base_of_format,
    check_base_url,
    endpoint_from_environment,
    ollama_base_url,
)
from understudy.providers.catalog import CATALOG

ROWS = {row.id: row for row in CATALOG}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        ("  https://api.example.com/v1/  ", "https://api.example.com/v1"),
        ("HTTPS://API.Example.com/V1//", "https://api.example.com/V1"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://example.com/models-for-all/v1", "https://example.com/models-for-all/v1"),
    ],
)
def test_that_an_address_is_tidied(text: str, address: str) -> None:
    assert check_base_url(text) == address


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("api.example.com/v1", "must begin with https:// or http://"),
        ("localhost:8000", "must begin with https:// or http://"),
        ("ftp://example.com", "must begin with https:// or http://"),
        ("https:/example.com", "must begin with https:// or http://"),
        ("https://", "names no server"),
        ("https:///v1", "names no server"),
        ("https://:8000/v1", "names no server"),
        ("https://exa mple.com", "a space or a line break"),
        ("https://example.com/v1\nx", "a space or a line break"),
        ("https://example.com:99999", "a port or a host that cannot be"),
        ("https://example.com:port", "a port or a host that cannot be"),
        ("https://[broken/v1", "a port or a host that cannot be"),
        ("https://user:hunter2@example.com/v1", "a user name or a password"),
        ("https://example.com/v1?key=hunter2", "after a ? or #"),
        ("https://example.com/v1#hunter2", "after a ? or #"),
        ("https://example.com/v1/chat/completions", "too far: it ends in /chat/completions"),
        ("https://example.com/v1/chat/completions/", "too far: it ends in /chat/completions"),
        ("https://example.com/v1/models", "too far: it ends in /models"),
        ("https://example.com/v1/Embeddings", "too far: it ends in /embeddings"),
        ("https://example.com/v1/messages", "too far: it ends in /messages"),
        ("http://localhost:11434/api/chat", "too far: it ends in /api/chat"),
    ],
)
def test_that_an_address_that_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_base_url(text)
    assert said in caught.value.happened
    assert caught.value.did == "Nothing was changed."
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=30) | st.text("htps:/[]@?#.-1a ", max_size=30).map(lambda t: "http://" + t))
def test_that_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = check_base_url(text)
    except UsageError:
        return
    assert check_base_url(address) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", "http://127.0.0.1:11434"),
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000"),
        (":8000", "http://127.0.0.1:8000"),
        ("box.lan", "http://box.lan:11434"),
        ("box.lan:1", "http://box.lan:1"),
        ("[::]:8000", "http://[::1]:8000"),
        ("http://box.lan", "http://box.lan:80"),
        ("https://box.lan", "https://box.lan:443"),
        ("https://box.lan:8000/ollama/", "https://box.lan:8000/ollama"),
        ("http://box.lan:1/v1", "http://box.lan:1"),
        ("http://box.lan:1/api/", "http://box.lan:1"),
        ("ollama.com", "https://ollama.com:443"),
        (' "box.lan" ', "http://box.lan:11434"),
    ],
)
def test_that_ollama_host_is_read_as_ollama_reads_it(text: str, address: str) -> None:
    assert ollama_base_url(text) == address
    assert endpoint_from_environment(ROWS["ollama"], text) == address


@pytest.mark.parametrize("text", ["box:port", "gopher://box", "[broken", "a b"])
def test_that_an_ollama_host_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        ollama_base_url(text)


@pytest.mark.parametrize(
    ("wire", "given", "base"),
    [
        ("ollama", "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434"),
        ("ollama", "https://ollama.com/api", "https://ollama.com"),
        ("ollama", "http://box.lan/ollama", "http://box.lan/ollama"),
        ("ollama", "http://box.lan/apiv1", "http://box.lan/apiv1"),
        ("anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com"),
        ("openai-chat", "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
        ("openai-chat", "http://box.lan/api", "http://box.lan/api"),
    ],
)
def test_that_a_format_adds_its_own_beginning_once(wire: str, given: str, base: str) -> None:
    assert base_of_format(wire, given) == base


def test_that_no_row_ends_where_its_format_begins() -> None:
    for row in CATALOG:
        assert base_of_format(row.wire, row.base_url) == row.base_url


def test_that_other_endpoints_of_the_environment_are_addresses() -> None:
    assert endpoint_from_environment(ROWS["openai"], "http://h/v1/") == "http://h/v1"
    with pytest.raises(UsageError):
        endpoint_from_environment(ROWS["openai"], "h:8000")

from collections.abc import Iterator

import pytest

from understudy.errors import UsageError
from understudy.phrases import Phrase
from understudy.providers.address import check_base_url
from understudy_gui import i18n
from understudy_gui.i18n import tr
from understudy_gui.korean import with_particle


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.set_language("en")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("OpenAI", "OpenAI가"),
        ("Claude", "Claude가"),
        ("Mistral", "Mistral이"),
        ("Groq", "Groq이"),
        ("DeepSeek", "DeepSeek가"),
        ("Anthropic", "Anthropic이"),
        ("OpenRouter", "OpenRouter가"),
        ("GLM", "GLM이"),
        ("LM Studio", "LM Studio가"),
        ("llama.cpp", "llama.cpp가"),
        ("Gemini 2.5", "Gemini 2.5가"),
        ("Llama 3", "Llama 3이"),
        ("연습", "연습이"),
        ("올라마", "올라마가"),
        ("", "가"),
    ],
)
def test_that_a_subject_gets_the_particle_of_its_last_sound(word: str, said: str) -> None:
    assert with_particle(word, "이/가") == said


@pytest.mark.parametrize(
    ("word", "said"),
    [("Mistral", "Mistral로"), ("GLM", "GLM으로"), ("서울", "서울로"), ("Claude", "Claude로")],
)
def test_that_a_word_ending_in_rieul_takes_ro(word: str, said: str) -> None:
    assert with_particle(word, "으로/로") == said


def test_that_english_text_is_its_own_translation() -> None:
    assert tr("{name} is on", name="OpenAI") == "OpenAI is on"


def test_that_a_sentence_without_translation_is_shown_in_english() -> None:
    i18n.set_language("ko")
    assert tr("No such sentence {n}", n=3) == "No such sentence 3"


def test_that_listeners_hear_of_a_new_language_once() -> None:
    heard: list[str] = []

    def listen() -> None:
        heard.append(i18n.language())

    i18n.on_change.append(listen)
    try:
        i18n.set_language("ko")
        i18n.set_language("ko")
    finally:
        i18n.on_change.remove(listen)
    assert heard == ["ko"]


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        (
            Phrase("This is no key: it has {fault}.", fault=Phrase("a space inside")),
            "키가 아닙니다. 중간에 공백이 있습니다.",
        ),
        (Phrase("{name} is locked.", name="GNOME Keyring"), "GNOME Keyring이 잠겨 있습니다."),
        ("The address is empty.", "주소가 비어 있습니다."),
    ],
)
def test_that_a_finished_sentence_of_the_router_is_translated(english: str, korean: str) -> None:
    assert i18n.said_by_router(english) == english
    i18n.set_language("ko")
    assert i18n.said_by_router(english) == korean


def test_that_an_error_of_the_router_is_said_in_korean_with_its_values() -> None:
    i18n.set_language("ko")
    with pytest.raises(UsageError) as caught:
        check_base_url("https://example.com/v1/models")
    assert "/models" in i18n.said(caught.value)
    assert "Understudy adds" not in i18n.said(caught.value)
    assert str(caught.value).startswith("The address goes too far: it ends in /models.")


def test_that_braces_without_values_stay_as_they_are() -> None:
    assert tr('{"json": true}') == '{"json": true}'

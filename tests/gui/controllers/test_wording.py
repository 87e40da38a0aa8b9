"""The sentences of failures, in both languages, as the design's table has them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import ErrorKind
from understudy.requests import Usage
from understudy.routing.policy import SkipReason
from understudy.routing.trace import Attempt
from understudy_gui.controllers import failures, items, trail, wording
from understudy_gui.i18n import set_language

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")


def attempt(kind: ErrorKind | None, name: str = "Anthropic", **fields: Any) -> Attempt:
    base = Attempt(name.lower(), name, "model-1", 0.0, 8.0, "failed", "next", kind)
    return replace(base, **fields)


CASES = [
    (attempt(ErrorKind.RATE_LIMIT, status=429), "Anthropic was rate limited (429)."),
    (attempt(ErrorKind.QUOTA, "OpenAI", status=402), "OpenAI has no credit left (402)."),
    (attempt(ErrorKind.AUTH, "Mistral", status=401), "Mistral rejected the key (401)."),
    (attempt(ErrorKind.TRANSIENT, status=529), "Anthropic is overloaded (529)."),
    (attempt(ErrorKind.TRANSIENT, status=500), "Anthropic had a fault (500)."),
    (attempt(ErrorKind.NETWORK, "Ollama"), "Ollama is not running."),
    (attempt(ErrorKind.NETWORK), "Anthropic could not be reached."),
    (
        attempt(ErrorKind.NETWORK, code="certificate"),
        (
            "The certificate of Anthropic is not trusted: "
            "if it is your company's, add it to the system's."
        ),
    ),
    (
        attempt(ErrorKind.NETWORK, code="moved", status=301),
        "Anthropic has moved (301): its address has to be changed.",
    ),
    (
        attempt(ErrorKind.NETWORK, code="no_api", status=200),
        "Anthropic did not answer as a model does: check its address.",
    ),
    (
        attempt(ErrorKind.NETWORK, code="unknown_host"),
        "Anthropic was not found: check its address.",
    ),
    (
        attempt(ErrorKind.NETWORK, "Ollama", code="tls"),
        "Ollama made no secure connection: is it https at that port?",
    ),
    (
        attempt(ErrorKind.NETWORK, code="ProxyError"),
        "The proxy did not connect to Anthropic.",
    ),
    (
        attempt(ErrorKind.NETWORK, status=407),
        "Anthropic was not reached: the proxy wants a login (407).",
    ),
    (
        attempt(ErrorKind.NETWORK, code="proxy", detail="502"),
        "The proxy did not connect to Anthropic (502).",
    ),
    (
        attempt(ErrorKind.NETWORK, code="proxy", detail="refused"),
        "Anthropic was not asked: its proxy cannot be reached.",
    ),
    (
        attempt(ErrorKind.NETWORK, code="certificate_file"),
        "Anthropic was not asked: correct or unset SSL_CERT_FILE and SSL_CERT_DIR.",
    ),
    (
        attempt(ErrorKind.NETWORK, code="head_too_long"),
        "Anthropic sent headers without end: check its address.",
    ),
    (
        attempt(ErrorKind.NETWORK, code="web_page", status=403),
        "A web page answered in place of Anthropic (403): check its address.",
    ),
    (
        attempt(ErrorKind.MALFORMED_CHUNK, code="compressed"),
        "Anthropic sent compressed data that cannot be read.",
    ),
    (
        attempt(ErrorKind.OFFLINE, status=511),
        "This network wants a login before Anthropic can be reached.",
    ),
    (
        attempt(ErrorKind.TRANSIENT, "Qwen", code="no_memory"),
        "Qwen needs more memory than is free: close other programs.",
    ),
    (
        attempt(ErrorKind.MODEL_GONE, "Qwen", code="cut_short"),
        "Qwen cannot be loaded: its file is cut short. Download it again.",
    ),
    (
        attempt(ErrorKind.MODEL_GONE, code="forbidden", status=403),
        "Anthropic does not have model-1 (403).",
    ),
    (attempt(ErrorKind.CANCELLED, code="lost_race"), "Anthropic was slower."),
    (attempt(ErrorKind.OFFLINE), "This computer is offline."),
    (
        attempt(ErrorKind.FIRST_TOKEN_TIMEOUT, duration=8.04),
        "Anthropic sent nothing for 8\u00a0s.",
    ),
    (
        attempt(ErrorKind.FIRST_TOKEN_TIMEOUT, duration=0.503),
        "Anthropic sent nothing for 0.5\u00a0s.",
    ),
    (attempt(ErrorKind.FIRST_TOKEN_TIMEOUT, "Gemini"), "Gemini sent nothing for 8\u00a0s."),
    (attempt(ErrorKind.MODEL_GONE, status=404), "Anthropic does not have model-1 (404)."),
    (attempt(ErrorKind.CONTENT_POLICY), "Anthropic declined to answer."),
    (attempt(ErrorKind.IDLE_TIMEOUT), "Anthropic fell silent in mid-answer."),
    (attempt(ErrorKind.INTERRUPTED), "Anthropic broke off."),
]


@pytest.mark.parametrize(("failed", "sentence"), CASES)
def test_that_a_failure_reads_as_a_sentence(failed: Attempt, sentence: str) -> None:
    assert wording.happened(failed, {"ollama"}) == sentence


@pytest.mark.parametrize("kind", list(ErrorKind))
@pytest.mark.parametrize("language", ["en", "ko"])
def test_that_every_kind_has_words_in_every_language(kind: ErrorKind, language: str) -> None:
    set_language("ko" if language == "ko" else "en")
    said = wording.happened(attempt(kind, status=418))
    assert said.endswith(".")
    assert "{" not in said
    korean = any("가" <= letter <= "힣" for letter in said)
    assert korean == (language == "ko")


FILE_CODES = """no_file no_model cut_short damaged forbidden unreadable old_format new_format
    other_machine later_part unknown_kind not_installed not_loaded embeds converses"""
PROCESS_CODES = "no_memory load_timeout not_started crashed killed hung ended"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_that_every_failure_of_a_model_in_a_file_has_words_of_its_own(
    language: Literal["en", "ko"],
) -> None:
    set_language(language)
    generic = {wording.happened(attempt(kind)) for kind in ErrorKind}
    for kind, codes in ((ErrorKind.MODEL_GONE, FILE_CODES), (ErrorKind.TRANSIENT, PROCESS_CODES)):
        for code in codes.split():
            said = wording.happened(attempt(kind, code=code))
            assert said not in generic, code
            assert any("가" <= letter <= "힣" for letter in said) == (language == "ko"), code


def test_that_a_file_is_looked_at_again_soon() -> None:
    gone = attempt(ErrorKind.MODEL_GONE, "Qwen", code="no_file", retry_after=30.0)
    assert wording.stood_in([gone], "OpenAI") == (
        "Qwen cannot be loaded: its file is not there any more. OpenAI stood in. "
        "Qwen is looked at again in 30\u00a0s."
    )


def test_that_a_model_whose_process_crashed_broke_off_for_that() -> None:
    crashed = attempt(ErrorKind.INTERRUPTED, "Qwen", code="crashed")
    title, detail, end, pause = wording.seam_words(crashed, "OpenAI", 1.3)
    assert (title, detail, end) == ("Qwen broke off", "(crashed)", "OpenAI carries on")
    assert pause == "1.3\u00a0s pause, no words lost"


def test_that_one_who_starts_again_is_not_said_to_carry_on() -> None:
    words = wording.seam_words(attempt(ErrorKind.INTERRUPTED), "Gemini", 2.0, anew=True)
    assert words[2:] == ("Gemini starts again", "2\u00a0s pause, the part above is kept")


@pytest.mark.parametrize("reason", get_args(SkipReason))
@pytest.mark.parametrize("language", ["en", "ko"])
def test_that_every_reason_not_to_ask_has_words(
    reason: SkipReason, language: Literal["en", "ko"]
) -> None:
    set_language(language)
    said = wording.not_asked(reason, "OpenAI", "gpt", 42.0)
    assert said.endswith(".")
    assert any("가" <= letter <= "힣" for letter in said) == (language == "ko")


def test_that_a_reason_of_a_newer_version_is_passed_over() -> None:
    skipped = [
        {"provider": "a", "name": "A", "model": "", "reason": "lazy", "rests": None},
        {"provider": "b", "name": "B", "model": "", "reason": "cooling", "rests": 42.0},
    ]
    shown = failures.failure({"case": "nobody", "skipped": skipped}, (), has_text=False)
    assert shown.text == "B rests for 42\u00a0s. Your question is kept."


def test_that_costs_are_set_as_the_design_sets_them() -> None:
    assert [wording.cost(each) for each in (0.00612, 1.236, 0.00004)] == [
        "$0.0061",
        "$1.24",
        "<$0.0001",
    ]
    assert wording.cost(0.00612, estimated=True) == "≈\u00a0$0.0061"


def test_that_one_asked_as_well_is_no_reason_for_another_to_stand_in() -> None:
    slower = attempt(
        ErrorKind.CANCELLED, "B", outcome="cancelled", code="lost_race", started_at=2.0
    )
    answered = attempt(None, "A", outcome="answered", decision="done", characters=9)
    assert items.standin([slower, answered], ()) == ("", ())
    line, rows = items.standin([replace(slower, started_at=-1.0), answered], ())
    assert line == "B was slower. A stood in."
    assert rows[0].what == "B was slower."
    assert rows[0].why == "Two were asked at once: the faster one answers."


def test_that_a_stand_in_names_everyone_who_failed_and_what_follows() -> None:
    failed = [
        attempt(ErrorKind.RATE_LIMIT, status=429, retry_after=42.0),
        attempt(ErrorKind.AUTH, "Mistral", status=401),
    ]
    assert wording.stood_in(failed, "OpenAI") == (
        "Anthropic was rate limited (429). Mistral rejected the key (401). OpenAI stood in. "
        "Anthropic rests for 42\u00a0s. Mistral is skipped until the key is replaced."
    )


def test_that_korean_chooses_the_particle_by_the_last_sound() -> None:
    set_language("ko")
    assert wording.stood_in([attempt(ErrorKind.RATE_LIMIT, status=429)], "OpenAI") == (
        "Anthropic 요청 한도 초과 (429). OpenAI가 대신 답했습니다."
    )
    assert wording.stood_in([], "Mistral").startswith("Mistral이 ")


def test_that_figures_are_set_as_the_design_sets_them() -> None:
    assert wording.first_token(0.61) == "0.6\u00a0s to first token"
    assert wording.speed(84.3) == "84\u00a0tok/s"
    assert wording.tokens(1204) == "1\u2009204 tokens"
    assert wording.waiting("Claude", 3.2, 8.0) == "Waiting for Claude, 3.2 of 8\u00a0s"
    assert [wording.span(each) for each in (0.3, 42, 600, 9000)] == [
        "0.3\u00a0s",
        "42\u00a0s",
        "10\u00a0min",
        "2\u00a0h",
    ]


def test_that_a_retry_at_the_same_provider_is_no_stand_in() -> None:
    again = attempt(ErrorKind.TRANSIENT, decision="again")
    answered = attempt(None, outcome="answered", decision="done", characters=9)
    assert items.standin([again, answered], ()) == ("", ())


def test_that_a_trail_tells_what_happened_and_why_the_next_was_asked() -> None:
    rows = trail.rows(
        [
            attempt(
                ErrorKind.TRANSIENT,
                status=529,
                characters=1212,
                detail="overloaded_error",
                decision="carry_on",
            ),
            attempt(None, "OpenAI", outcome="answered", decision="done", first_token=0.42),
        ]
    )
    assert [(row.provider, row.code, row.tone) for row in rows] == [
        ("Anthropic", "529", "danger"),
        ("OpenAI", "ok", "ok"),
    ]
    assert rows[0].what == "Sent 1\u2009212 characters, then: overloaded_error"
    assert rows[0].why == "In mid-answer: the next carries on with all that was there."
    assert rows[1].what.startswith("First token after 0.4\u00a0s")


def test_that_the_trace_tells_where_a_server_has_moved_to() -> None:
    place = "https://new.example/v1"
    moved = attempt(ErrorKind.NETWORK, code="moved", status=301, detail=place)
    assert trail.rows([moved])[0].what.endswith(f"has to be changed. {place}")


def test_that_what_can_be_done_fits_what_happened() -> None:
    def actions(kind: ErrorKind, *, has_text: bool = False) -> list[str]:
        failed = [attempt(kind, "Ollama")]
        shown = failures.failure({"case": "nobody"}, failed, {"ollama"}, has_text=has_text)
        return [action for action, _ in shown.actions]

    assert actions(ErrorKind.AUTH) == ["try_again", "fix:ollama", "trace"]
    assert actions(ErrorKind.NETWORK) == ["try_again", "fix:ollama", "trace"]
    assert actions(ErrorKind.FIRST_TOKEN_TIMEOUT) == ["try_again", "deadline", "trace"]
    assert actions(ErrorKind.TRANSIENT) == ["try_again", "trace"]
    assert actions(ErrorKind.INTERRUPTED, has_text=True) == ["continue", "try_again", "trace"]


def test_that_an_answer_left_behind_by_a_crash_can_be_continued() -> None:
    shown = failures.failure(None, (), has_text=True)
    assert shown.title == "The answer was interrupted"
    assert [action for action, _ in shown.actions] == ["continue", "try_again"]


values = st.none() | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False)


@given(
    st.dictionaries(
        st.sampled_from(["provider_name", "kind", "usage", "status", "from_a_newer_version"]),
        st.one_of(st.text(max_size=9), st.none(), st.dictionaries(st.text(max_size=3), values)),
    )
)
def test_that_a_stored_attempt_of_any_version_can_be_read(stored: dict[str, object]) -> None:
    read = trail.attempt_from(stored)
    assert read.kind is None or isinstance(read.kind, ErrorKind)


def test_that_an_attempt_survives_storage() -> None:
    kept = attempt(ErrorKind.RATE_LIMIT, usage=Usage(1, 2), status=429)
    assert trail.attempt_from(asdict(kept)) == kept

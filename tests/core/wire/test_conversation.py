"""A conversation in a form that every server takes, whatever happened in it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.messages import (
    FilePart,
    ImagePart,
    Message,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.wire.attachments import FILE_TYPES, IMAGE_TYPES
from understudy.wire.conversation import (
    Turn,
    apart_from_system,
    arguments_of,
    in_strict_order,
    turns_of,
)
from understudy.wire.format import Target
from understudy.wire.values import sound

TARGET = Target("ours", "m")
OURS = "ours/m"
PICTURE = ImagePart(b"\x89PNG", "image/png", "cat.png")
PAPER = FilePart(b"%PDF", "application/pdf", "paper.pdf")


def turns(*conversation: Message, target: Target = TARGET) -> list[Turn]:
    return turns_of(conversation, target)


def said(role: str, text: str) -> Turn:
    return Turn(role, (TextPart(text),))  # type: ignore[arg-type] - one of the roles


def answer(*parts: Part) -> Message:
    return Message("assistant", parts)


def called(*ids: str) -> Message:
    return answer(*(ToolCallPart(each, "find", "{}") for each in ids))


def results(*ids: str) -> Message:
    return Message("tool", tuple(ToolResultPart(each, f"found {each}") for each in ids))


def test_that_a_plain_conversation_stays_as_it_is() -> None:
    conversation = [Message.system("Be brief."), Message.user("Hi"), Message.assistant(" Yes. ")]
    assert turns(*conversation) == [Turn(each.role, each.parts) for each in conversation]


def test_that_neighbours_of_one_role_are_joined_a_blank_line_apart() -> None:
    joined = turns(Message.user("One"), Message.user("Two"), Message.assistant("Three"))
    assert [(turn.role, turn.text) for turn in joined] == [
        ("user", "One\n\nTwo"),
        ("assistant", "Three"),
    ]
    attached = turns(Message("user", (PICTURE,)), Message.user("What is it?"))
    assert attached == [Turn("user", (PICTURE, TextPart("What is it?")))]


@pytest.mark.parametrize("nothing", ["", " ", "\n\t"])
def test_that_whoever_says_nothing_has_no_turn(nothing: str) -> None:
    silent = Message.assistant(nothing, interrupted=True)
    joined = turns(Message.system(nothing), Message.user("One"), silent, Message.user("Two"))
    assert [(turn.role, turn.text) for turn in joined] == [("user", "One\n\nTwo")]


def test_that_a_bare_thought_is_no_turn() -> None:
    assert turns(answer(ReasoningPart("Hm", "seal", OURS), TextPart(" "))) == []


def test_that_a_thought_goes_to_whoever_thought_it_and_to_nobody_else() -> None:
    mine, another = ReasoningPart("Hm", "seal", OURS), ReasoningPart("Hm", "seal", "other/m")
    unknown = ReasoningPart("Hm", "seal")
    (turn,) = turns(answer(mine, another, unknown, TextPart("Yes.")))
    assert turn.parts == (mine, TextPart("Yes."))


def test_that_a_call_keeps_its_seal_only_for_whoever_sealed_it() -> None:
    mine = ToolCallPart("a", "find", "{}", "seal", OURS)
    another = replace(mine, id="b", made_by="other/m")
    turn, _results = turns(answer(mine, another), results("a", "b"))
    assert turn.calls == (mine, ToolCallPart("b", "find", "{}"))


def test_that_calls_are_followed_by_a_result_each_in_their_order() -> None:
    one_by_one = [results("b"), results("a")]
    assert turns(Message.user("Find"), called("a", "b"), *one_by_one)[2] == Turn(
        "tool", (ToolResultPart("a", "found a"), ToolResultPart("b", "found b"))
    )


def test_that_a_call_that_nobody_answered_is_left_out() -> None:
    cut = answer(TextPart("Let me look."), ToolCallPart("a", "find", '{"q'))
    assert turns(cut, Message.user("Well?")) == [
        said("assistant", "Let me look."),
        said("user", "Well?"),
    ]
    assert [turn.role for turn in turns(called("a", "b"), results("b"))] == ["assistant", "tool"]
    assert turns(called("a", "b"), results("b"))[0].calls == called("b").parts


@pytest.mark.parametrize(
    "conversation",
    [
        [results("a")],
        [called("b"), results("a")],
        [called("a"), Message.user("Hi"), results("a")],
        [Message("user", results("a").parts)],
    ],
)
def test_that_a_result_without_its_call_before_it_is_left_out(conversation: list[Message]) -> None:
    assert not [turn for turn in turns(*conversation) if turn.role == "tool"]


@pytest.mark.parametrize("arguments", ["", '{"q', "[]", "null", "7", "[" * 100_000])
def test_that_arguments_that_are_no_object_become_an_empty_one(arguments: str) -> None:
    broken = ToolCallPart("a", "find", arguments)
    assert turns(answer(broken), results("a"))[0].calls == (ToolCallPart("a", "find", "{}"),)
    assert arguments_of(broken) == {}
    assert arguments_of(replace(broken, arguments='{"q": [1]}')) == {"q": [1]}


@pytest.mark.parametrize(
    "illegal", ["", "x" * 41, "functions.find:0", "id with spaces", "호출", "\ud83d"]
)
def test_that_an_id_that_a_server_refuses_is_replaced_in_call_and_result(illegal: str) -> None:
    turn, answered = turns(called(illegal), results(illegal))
    (call,), (result,) = turn.calls, answered.parts
    assert isinstance(result, ToolResultPart)
    assert re.fullmatch(r"[A-Za-z0-9]{9}", call.id)
    assert (result.call_id, result.text) == (call.id, f"found {sound(illegal)}")


def test_that_no_two_calls_have_one_id() -> None:
    twice = turns(called("a", "a"), results("a"), Message.user("Again"), called("a"), results("a"))
    first, again = (turn.calls for turn in twice if turn.calls)
    assert [call.id for call in first] == ["a"]
    assert again[0].id != "a"
    assert twice[-1].parts == (ToolResultPart(again[0].id, "found a"),)


@pytest.mark.parametrize(
    "target",
    [
        Target("mistral", "labs-model"),
        Target("together", "mistralai/Ministral-8B-Instruct"),
        Target("ollama", "devstral:24b"),
        Target("vllm", "mistralai/Mixtral-8x7B"),
    ],
)
def test_that_mistrals_models_get_ids_as_they_want_them(target: Target) -> None:
    turn, answered = turns(called("call_1", "abcDEF123"), results("call_1", "abcDEF123"))
    assert [call.id for call in turn.calls] == ["call_1", "abcDEF123"]
    turn, answered = turns(
        called("call_1", "abcDEF123"), results("call_1", "abcDEF123"), target=target
    )
    ids = [call.id for call in turn.calls]
    assert re.fullmatch(r"[A-Za-z0-9]{9}", ids[0])
    assert ids[1] == "abcDEF123"
    assert [part.call_id for part in answered.parts if isinstance(part, ToolResultPart)] == ids


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("find_it-2", "find_it-2"),
        ("functions.find", "functions_find"),
        ("찾기", "__"),
        ("", "tool"),
        ("x" * 65, "x" * 64),
    ],
)
def test_that_a_name_that_a_model_made_up_is_one_that_servers_take(name: str, taken: str) -> None:
    turn, _answered = turns(answer(ToolCallPart("a", name, "{}")), results("a"))
    assert turn.calls[0].name == taken


def test_that_pictures_and_papers_are_said_to_whoever_cannot_see_or_read() -> None:
    blind = replace(TARGET, sees_images=False, reads_files=False)
    assert turns(Message.user("Look", PICTURE, PAPER))[0].parts[:2] == (PICTURE, PAPER)
    (turn,) = turns(Message.user("Look", PICTURE, PAPER), target=blind)
    assert turn.text == (
        '[An image "cat.png" was attached, which you cannot see.]\n'
        '[A file "paper.pdf" was attached, which you cannot read.]\nLook'
    )


@pytest.mark.parametrize(
    "part",
    [
        ImagePart(b"x", "image/tiff"),
        ImagePart(b"", "image/png"),
        FilePart(b"x", "application/zip"),
        FilePart(b"", "application/pdf"),
        FilePart(b"\xff", "text/plain"),
    ],
)
def test_that_what_no_server_takes_is_said_in_words(part: ImagePart | FilePart) -> None:
    (turn,) = turns(Message.user("Look", part))
    assert "was attached, which you cannot" in turn.text


@pytest.mark.parametrize("role", ["system", "assistant"])
def test_that_people_alone_attach(role: str) -> None:
    (turn,) = turns(Message(role, (PICTURE, PAPER)))  # type: ignore[arg-type] - one of the roles
    assert {type(part) for part in turn.parts} == {TextPart}


def test_that_a_file_of_text_goes_along_as_words() -> None:
    (turn,) = turns(Message.user("Read", FilePart(b"a = 1\n", "text/x-python", "a.py")))
    assert turn.text == "a.py:\n```\na = 1\n\n```\nRead"


@pytest.mark.parametrize("role", ["system", "user"])
def test_that_models_alone_think_and_call(role: str) -> None:
    parts = (ReasoningPart("Hm", "seal", OURS), ToolCallPart("a", "find", "{}"), TextPart("Hi"))
    conversation = Message(role, parts), results("a")  # type: ignore[arg-type] - one of the roles
    assert turns(*conversation) == [said(role, "Hi")]


def test_that_half_characters_are_made_whole_or_replaced() -> None:
    call = ToolCallPart("a", "find", '{"q": "\ud83d\ude00"}')
    half = Message("tool", (ToolResultPart("a", "\ud83d"),))
    turn, answered = turns(answer(TextPart("\ud83d\ude00 \udc80"), call), half)
    assert turn.text == "😀 \ufffd"
    assert turn.calls[0].arguments == '{"q": "😀"}'
    assert answered.parts == (ToolResultPart("a", "\ufffd"),)


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ('{"a": [1, NaN, -1e999]}', {"a": [1, None, None]}),
        ('{"\\ud83d": "\\ud83d\\ude00"}', {"\ufffd": "😀"}),
        ('{"a": ' + "[" * 900 + "]" * 900 + "}", None),
        ('{"a": 1.0}', {"a": 1.0}),
    ],
)
def test_that_arguments_are_json_that_everybody_reads(arguments: str, sent: object) -> None:
    (call,) = turns(answer(ToolCallPart("a", "find", arguments)), results("a"))[0].calls
    assert sent is None or json.loads(call.arguments) == arguments_of(call) == sent
    json.dumps(json.loads(call.arguments), allow_nan=False).encode()
    assert call.arguments == arguments or json.loads(arguments) != arguments_of(call)


def test_that_a_tool_that_failed_without_a_word_is_said_to_have_failed() -> None:
    failed = Message("tool", (ToolResultPart("a", " ", is_error=True), ToolResultPart("b", " ")))
    _turn, answered = turns(called("a", "b"), failed)
    said = [part.text for part in answered.parts if isinstance(part, ToolResultPart)]
    assert said == ["It failed without a word.", " "]


def strictly(*conversation: Message, target: Target = TARGET) -> list[tuple[str, str]]:
    ordered = in_strict_order(turns(*conversation, target=target), target)
    return [(turn.role, turn.text) for turn in ordered]


def test_that_a_strict_order_has_instructions_first_and_a_question_last() -> None:
    asked = (Message.user("One"), Message.system("A"), Message.user("Two"))
    assert strictly(*asked) == [("system", "A"), ("user", "One\n\nTwo")]
    assert strictly() == [("user", "Please go on.")]
    assert strictly(Message.system("A"), Message.assistant("Hello!")) == [
        ("system", "A"),
        ("user", "(The conversation goes on from here.)"),
        ("assistant", "Hello!"),
        ("user", "Please go on."),
    ]


def test_that_mistrals_models_hear_an_answer_between_a_result_and_a_person() -> None:
    asked = (Message.user("Find"), called("a"), results("a"), Message.user("Well?"))
    assert [role for role, _text in strictly(*asked)] == ["user", "assistant", "tool", "user"]
    ordered = strictly(*asked, target=Target("mistral", "mistral-large"))
    assert ordered[3:] == [("assistant", "(I was interrupted here.)"), ("user", "Well?")]


def test_that_instructions_are_parted_from_the_talk() -> None:
    talk = [Message.user("One"), Message.system("B"), Message.user("Two"), Message.assistant("3")]
    system, rest = apart_from_system(turns(Message.system("A"), *talk))
    assert system == "A\n\nB"
    assert [(turn.role, turn.text) for turn in rest] == [
        ("user", "One\n\nTwo"),
        ("assistant", "3"),
    ]


def test_that_the_talk_begins_with_the_user() -> None:
    _system, talk = apart_from_system(turns(Message.system("A"), Message.assistant("Hello!")))
    assert [turn.role for turn in talk] == ["user", "assistant"]
    assert talk[0].text == "(The conversation goes on from here.)"
    assert apart_from_system(turns(Message.system("A"))) == ("A", [])
    assert apart_from_system([]) == ("", [])


WORDS = st.sampled_from(
    ["", " ", "\n", "words", "more words", "한국어", "half \ud83d", "\ude00 it"]
)
IDS = st.sampled_from(["a", "b", "", "call_1", "functions.find:0", "x" * 90])
MAKERS = st.sampled_from(["", OURS, "other/m"])
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.builds(TextPart, WORDS),
    st.builds(
        ImagePart, st.sampled_from([b"", b"x"]), st.sampled_from(["image/png", "image/tiff"])
    ),
    st.builds(
        FilePart,
        st.sampled_from([b"", b"x", b"\xff```"]),
        st.sampled_from(["application/pdf", "text/plain", "application/zip"]),
        WORDS,
    ),
    st.builds(ReasoningPart, WORDS, st.sampled_from(["", "seal"]), MAKERS, st.booleans()),
    st.builds(
        ToolCallPart,
        IDS,
        st.sampled_from(["find", "", "a.b", "찾기"]),
        st.sampled_from(["", "{}", '{"a": 1}', '{"a', "[]", '{"a": "\ud83d\ude00"}']),
        st.sampled_from(["", "seal"]),
        MAKERS,
    ),
    st.builds(ToolResultPart, IDS, WORDS, st.booleans()),
)
CONVERSATIONS = st.lists(
    st.builds(
        Message,
        st.sampled_from(["system", "user", "assistant", "tool"]),
        st.lists(PARTS, max_size=5).map(tuple),
        st.booleans(),
    ),
    max_size=8,
)
TARGETS = st.builds(
    Target,
    st.just("ours"),
    st.sampled_from(["m", "mistral-small"]),
    sees_images=st.booleans(),
    reads_files=st.booleans(),
)
ALLOWED = {
    "system": (TextPart,),
    "user": (TextPart, ImagePart, FilePart),
    "assistant": (TextPart, ReasoningPart, ToolCallPart),
    "tool": (ToolResultPart,),
}


def check_part(part: Part, target: Target) -> None:
    """Check that a part is one that the target takes."""
    match part:
        case TextPart(text):
            assert text
            text.encode()
        case ReasoningPart():
            assert target.made(part)
        case ToolCallPart():
            assert isinstance(arguments_of(part), dict)
            assert part.arguments.lstrip().startswith("{")
            part.arguments.encode()
            assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", part.name)
            assert target.made(part) or not (part.signature or part.made_by)
        case ToolResultPart():
            part.text.encode()
        case ImagePart():
            assert target.sees_images
            assert part.data
            assert part.media_type in IMAGE_TYPES
        case FilePart():
            assert target.reads_files
            assert part.data
            assert part.media_type in FILE_TYPES


def check_turns(found: list[Turn], target: Target) -> None:
    """Check that the roles take turns, that calls are answered, and that nobody says nothing."""
    legal = r"[A-Za-z0-9]{9}" if "mistral" in target.model else r"[A-Za-z0-9_-]{1,40}"
    ids = [call.id for turn in found for call in turn.calls]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(legal, each) for each in ids)
    for turn, after in pairwise([Turn("user", ()), *found, Turn("user", ())]):
        assert all(isinstance(part, ALLOWED[turn.role]) for part in turn.parts)
        assert (after.role == "tool") is bool(turn.calls)
        answered = [part.call_id for part in after.parts if isinstance(part, ToolResultPart)]
        assert answered == [call.id for call in turn.calls]
    for turn, after in pairwise(found):
        assert turn.role != after.role
    for turn in found:
        speaks = any(not isinstance(part, TextPart | ReasoningPart) for part in turn.parts)
        assert speaks or turn.text.strip()
        for part in turn.parts:
            check_part(part, target)


@given(CONVERSATIONS, TARGETS)
def test_that_every_conversation_becomes_one_that_servers_take(
    conversation: list[Message], target: Target
) -> None:
    found = turns_of(conversation, target)
    check_turns(found, target)
    again = turns_of([Message(turn.role, turn.parts) for turn in found], target)
    assert again == found


@given(CONVERSATIONS, TARGETS)
def test_that_no_words_are_lost(conversation: list[Message], target: Target) -> None:
    rest = "".join(turn.text for turn in turns_of(conversation, target))
    for message in conversation:
        if message.role != "tool" and message.text.strip():
            for part in message.parts:
                if isinstance(part, TextPart) and part.text:
                    _before, found, rest = rest.partition(sound(part.text))
                    assert found == sound(part.text)


@given(CONVERSATIONS, TARGETS)
def test_that_the_talk_is_between_the_user_and_the_model(
    conversation: list[Message], target: Target
) -> None:
    found = turns_of(conversation, target)
    system, talk = apart_from_system(found)
    assert "system" not in {turn.role for turn in talk}
    assert not talk or talk[0].role == "user"
    check_turns(talk, target)
    assert system == "\n\n".join(turn.text for turn in found if turn.role == "system")

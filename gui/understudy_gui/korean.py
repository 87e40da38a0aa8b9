"""Korean particles after any word, by the sound that the word ends with.

Hangul carries the answer in its code point. Latin names are read the Korean way: letter names for
abbreviations (OpenAI ends in "아이"), else the usual transcription, in which l, m, n, ng
and a stop after a short vowel close the last syllable (Mistral "미스트랄", Groq "그록") and
everything else leaves it open (Claude "클로드").
"""

from typing import Final

_RIEUL: Final = "ㄹ"
_OPEN: Final = ""
_CLOSED: Final = "·"

# 영 일 이 삼 사 오 육 칠 팔 구
_DIGITS: Final = dict(zip("0123456789", "·ㄹ ·  ·ㄹㄹ ", strict=True))
# The names of the letters that end in a consonant: 엘, 엠, 엔, 알.
_LETTER_NAMES: Final = {"L": _RIEUL, "M": _CLOSED, "N": _CLOSED, "R": _RIEUL}
_VOWELS: Final = frozenset("aeiouy")


def with_particle(word: str, pair: str) -> str:
    """Return the word with the fitting one of `pair`: the form after a consonant stands first.

    "으로/로" also knows that a word ending in ㄹ takes the second form ("서울로").
    """
    after_consonant, after_vowel = pair.split("/", 1)
    ending = _ending(word)
    closed = ending != _OPEN and not (ending == _RIEUL and after_consonant.startswith("으"))
    return word + (after_consonant if closed else after_vowel)


def _ending(word: str) -> str:
    """Return what closes the last syllable: nothing, ㄹ, or some other consonant."""
    sounded = word.rstrip("\"'”’)]}>.,!?… ")
    if not sounded:
        return _OPEN
    last = sounded[-1]
    if "가" <= last <= "힣":
        return _hangul_ending(last)
    if last in _DIGITS:
        return _DIGITS[last].strip()
    return _latin_ending(_last_latin_word(sounded))


def _hangul_ending(syllable: str) -> str:
    final = (ord(syllable) - ord("가")) % 28
    if final == 0:
        return _OPEN
    return _RIEUL if final == 8 else _CLOSED


def _last_latin_word(text: str) -> str:
    start = len(text)
    while start and text[start - 1].isascii() and text[start - 1].isalpha():
        start -= 1
    return text[start:]


def _latin_ending(word: str) -> str:
    if not word:
        return _OPEN
    if word[-1].isupper():
        return _LETTER_NAMES.get(word[-1], _OPEN)
    return _spelled_ending(word.lower())


def _spelled_ending(word: str) -> str:
    if word.endswith(("l", "le")):
        return _RIEUL
    if word.endswith(("m", "n", "ng", "me", "ne")):
        return _CLOSED
    # A stop closes the syllable after a short vowel only: 그록, but 딥시크.
    short_vowel = word[-2:-1] in _VOWELS and word[-3:-2] not in _VOWELS
    if word.endswith("ck") or (word[-1] in "bckpqt" and short_vowel):
        return _CLOSED
    return _OPEN

"""Conversations for tests and pictures of the transcript."""

from __future__ import annotations

from understudy_gui.models.transcript import Failure, Item, Meta, Seam, Segment, TraceRow, Waiting

TRACE = (
    TraceRow("21:14:02.1", "Anthropic", "Claude Sonnet 4.5", "529", "danger",
             "Sent 212 tokens, then overloaded_error",
             "Breaks off mid-answer: carry on with next. Resting 1 min."),
    TraceRow("21:14:07.4", "OpenAI", "GPT-5.1", "429", "warn", "Asked us to retry in 0.8 s",
             "Rate limited under 5 s: waited."),
    TraceRow("21:14:08.3", "OpenAI", "GPT-5.1", "200", "ok",
             "First token after 0.4 s, streaming now",
             "Given your question and all 212 tokens to continue from."),
)  # fmt: skip
SEAM = Seam("Anthropic broke off", "(529 overloaded)", "OpenAI carries on",
            "1.3 s pause, no words lost", TRACE, "Everyday, in order")  # fmt: skip


def question(key: int, text: str) -> Item:
    return Item(key, "user", [Segment("", "", text)])


def answer(
    key: int, text: str, provider: str = "Anthropic", model: str = "Claude Haiku 4.5"
) -> Item:
    meta = Meta(provider, model, ("0.6 s to first token", "84 tok/s", "1 204 tokens", "$0.0061"))
    return Item(key, "assistant", [Segment(provider, model, text)], meta=meta)


CAFFEINE = """## About a third of it

Caffeine leaves by half-lives, so what remains is *C*(*t*). With a typical `h = 5 h`, a 200 mg \
coffee at 15:00 still acts like a small espresso at 23:00.

- **Slower** if you take oral contraceptives or are pregnant
- **Faster** if you smoke; expect three to four hours
- **Unchanged** by water, food or a walk, whatever the label says

| Clock | Hours since | Left in you | Share |
|---|---:|---:|---:|
| 18:00 | 3 | 132 mg | 66 % |
| 20:00 | 5 | 100 mg | 50 % |
| 23:00 | 8 | 66 mg | 33 % |

```python
def remaining(dose_mg, hours, half_life=5.0):
    \"\"\"Caffeine still in the body, in mg.\"\"\"
    return dose_mg * 2 ** (-hours / half_life)

print(round(remaining(200, 8)))   # 66
```
"""


def caffeine() -> list[Item]:
    return [
        question(1, "If I have a 200 mg coffee at three, how much is left at eleven?"),
        answer(2, CAFFEINE),
    ]


def tides(*, streaming: bool = True) -> list[Item]:
    first = (
        "## Why the sea rises twice a day\n\nThe Moon does not lift the ocean like a crane. It "
        "pulls every part of the Earth, but not equally: the side facing it is closer and feels a "
        "stronger tug, while the far side feels a weaker one. Take away the average pull and what "
        "is left is a gentle stretch along the line to the Moon, so the water"
    )
    second = (
        " gathers into two bulges: one under the Moon and one directly opposite. As the Earth "
        "turns, your harbour passes through both, which is why high water comes about every 12 "
        "hours and 25 minutes.\n\nFor a sailor the useful part is that this stretch fades "
        "quickly with distance, *F* ∝ 1/*r*³, so the Sun, though far heavier,"
    )
    meta = Meta("OpenAI", "GPT-5.1", ("carrying on from Claude Sonnet 4.5", "61 tok/s",
                                      "318 tokens so far"))  # fmt: skip
    return [
        question(1, "Explain the tides, first plainly and then the way a sailor would want it."),
        Item(
            2,
            "assistant",
            [
                Segment("Anthropic", "Claude Sonnet 4.5", first),
                Segment("OpenAI", "GPT-5.1", second, SEAM),
            ],
            state="streaming" if streaming else "complete",
            meta=meta,
        ),
    ]


KIMCHI = """## 배추 여덟 포기면 넉넉합니다

절임배추 20 kg 한 상자는 보통 일고여덟 포기입니다. 네 식구가 봄까지 먹는다면 \
한 상자로 시작하고, 손님이 잦으면 **10 kg**을 더하세요. \
양념은 배추 무게를 기준으로 잡으면 실패가 적습니다.

| 재료 | 20 kg 기준 | 10 kg 추가 | 메모 |
|---|---:|---:|---|
| 고춧가루 | 1.0 kg | + 0.5 kg | 굵은 것과 고운 것을 3 : 1로 |
| 다진 마늘 | 600 g | + 300 g | 전날 미리 다져 두기 |
| 새우젓 | 400 g | + 200 g | 간은 마지막에 맞추기 |

1. 절임배추는 물기를 **세 시간 이상** 뺍니다.
2. 찹쌀풀을 식힌 뒤 고춧가루를 먼저 불립니다.
3. 버무린 김치는 하루 실온에 두었다가 냉장합니다.
"""


def kimchi() -> list[Item]:
    first = answer(2, KIMCHI, "OpenAI", "GPT-5.1")
    first.standin = "Anthropic 요청 한도 초과(429) — OpenAI가 대신 답했습니다"
    first.standin_trace = TRACE
    first.meta = Meta(
        "OpenAI", "GPT-5.1", ("첫 토큰 0.7초", "초당 79토큰", "토큰 986개", "$0.0102")
    )
    text = (
        "배추 무게의 10~12%가 알맞습니다. 20 kg이면 굵은소금 2.0~2.4 kg을 준비해 "
        "절반은 물에 녹이고, 나머지는 줄기 쪽에 켜켜이 뿌려 여덟 시간 둡니다."
    )
    second = answer(4, text, "OpenAI", "GPT-5.1")
    return [
        question(1, "네 식구가 먹을 김장인데 배추를 몇 포기나 해야 할까? 양념 양도 알려 줘."),
        first,
        question(3, "배추를 직접 절이면 소금은 얼마나 쓸까?"),
        second,
    ]


EVERYTHING = """# A heading of the first kind

Text with **bold**, *italic*, ***both***, ~~gone~~, `inline code` and [a link](https://example.org/a).
An image: ![the cat](https://example.org/cat.png), raw <b>HTML</b>, and https://example.org/bare.

1. First
   - inner one
   - inner two, which is long enough to be wrapped somewhere near its end when the column is narrow
     1. deep
2. Second

   with a second paragraph

- [ ] open task
- [x] done task

> Quoted text, with a list:
>
> - one
> - two
>
> > and a quote inside it

---

### A heading of the third kind

```javascript
/* a comment
   over two lines */
export const answer = async (question) => { return await ask(`${question}?`, { deadline: 8 }) }
```

| Name | A wide column | Number |
|:--|:-:|--:|
| `code` | text that is long and long and has to be wrapped, as the column is narrow | 1 204 |
| **bold** | [link](https://example.org) | 7 |

Done. 🎉
"""


def everything() -> list[Item]:
    done = answer(2, EVERYTHING)
    done.versions = (2, 3)
    return [question(1, "Everything, please.\nOn two lines."), done]


def trouble() -> list[Item]:
    stopped = answer(2, "The Moon pulls, and the water")
    stopped.state, stopped.note = "stopped", "Stopped by you"
    stopped.note_actions = (("continue", "Continue"),)
    failed = Item(4, "assistant", [], state="failed")
    failed.failure = Failure(
        "Nobody in the line-up could answer",
        "Anthropic is overloaded, OpenAI has no credit left, Ollama is not running. "
        "Your question is kept.",
        (("try_again", "Try again"), ("start", "Start Ollama"), ("show_trace", "Show trace")),
    )
    warned = answer(6, "Half an answer")
    warned.failure = Failure(
        "Mistral rejected the key (401)",
        "Mistral is skipped until the key is replaced.",
        (("replace_key", "Replace key"),),
        "warn",
    )
    waiting = Item(8, "assistant", [Segment("Anthropic", "Claude", "")], state="streaming")
    waiting.waiting = Waiting("Waiting for Claude, 3.2 of 8 s", 0.4, "Anthropic")
    return [
        question(1, "Why tides?"),
        stopped,
        question(3, "And now?"),
        failed,
        question(5, "Still?"),
        warned,
        question(7, "Anyone?"),
        waiting,
    ]


LONG_CODE = "```python\n" + "".join(
    f"def function_{n}(value: int) -> str:\n    return f'{{value}} and {n}'  # comment {n}\n"
    for n in range(300)
)


def long_code() -> list[Item]:
    broken = Item(
        2,
        "assistant",
        [
            Segment("Groq", "llama", "Here it is:\n\n```python\nfor n in range(10):\n    print("),
            Segment("Mistral", "large", "n)\nprint('done')\n```\n\nThat was it.", SEAM),
        ],
        meta=Meta("Mistral", "large", ("carrying on from llama",)),
    )
    growing = Item(4, "assistant", [Segment("Groq", "llama", LONG_CODE)], state="streaming")
    return [question(1, "Short code"), broken, question(3, "Long code"), growing]


SAMPLES = {
    "caffeine": caffeine,
    "tides": tides,
    "kimchi": kimchi,
    "everything": everything,
    "trouble": trouble,
    "long_code": long_code,
}

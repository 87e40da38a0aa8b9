"""The words of the sample conversations."""

from __future__ import annotations

from typing import Final

TITLES: Final = {
    "en": (
        ("House style for release notes", 12, True),
        ("Kitchen budget, second draft", 20, True),
        ("Caffeine at bedtime", 0, False),
        ("Why tides come twice a day", 0, False),
        ("Toast for Nadia’s birthday", 0, False),
        ("Postgres 14 to 17, step by step", 1, False),
        ("Letter to the landlord", 1, False),
        ("Lisbon in four days", 4, False),
        ("Regex for Korean names", 6, False),
        ("Home-office tax rules", 9, False),
        ("Borrow checker, once more", 11, False),
    ),
    "ko": (
        ("릴리스 노트 문체 가이드", 12, True),
        ("주방 공사 예산", 20, True),
        ("김장 재료 계산", 0, False),
        ("하루에 밀물이 두 번 오는 이유", 0, False),
        ("나영이 생일 축하 인사말", 0, False),
        ("Postgres 14에서 17로 옮기기", 1, False),
        ("집주인에게 보낼 편지", 1, False),
        ("리스본 나흘 일정", 4, False),
        ("한글 이름 정규식", 6, False),
        ("재택근무 소득공제", 9, False),
        ("빌림 검사기 다시 보기", 11, False),
    ),
}
"""Title, days ago, pinned."""

_CAFFEINE = '''\
## About a third of it

Caffeine leaves by half-lives. With a typical half-life of five hours, a 200 mg coffee at 15:00 \
still acts like a small espresso at 23:00.

- **Slower** if you take oral contraceptives or are pregnant
- **Faster** if you smoke; expect three to four hours
- **Unchanged** by water, food or a walk, whatever the label says

| Clock | Hours since | Left in you | Share |
|---|--:|--:|--:|
| 18:00 | 3 | 132 mg | 66 % |
| 20:00 | 5 | 100 mg | 50 % |
| 23:00 | 8 | 66 mg | 33 % |

```python
def remaining(dose_mg, hours, half_life=5.0):
    """Caffeine still in the body, in mg."""
    return dose_mg * 2 ** (-hours / half_life)

print(round(remaining(200, 8)))   # 66
```
'''

_KIMJANG = """\
## 배추 여덟 포기면 넉넉합니다

절임배추 20 kg 한 상자는 보통 일고여덟 포기입니다. 네 식구가 봄까지 먹는다면 한 상자로 시작하고, \
손님이 잦으면 **10 kg**을 더하세요. 양념은 배추 무게를 기준으로 잡으면 실패가 적습니다.

| 재료 | 20 kg 기준 | 10 kg 추가 | 메모 |
|---|--:|--:|---|
| 고춧가루 | 1.0 kg | + 0.5 kg | 굵은 것과 고운 것을 3 : 1로 |
| 다진 마늘 | 600 g | + 300 g | 전날 미리 다져 두기 |
| 새우젓 | 400 g | + 200 g | 간은 마지막에 맞추기 |

1. 절임배추는 물기를 **세 시간 이상** 뺍니다.
2. 찹쌀풀을 식힌 뒤 고춧가루를 먼저 불립니다.
3. 버무린 김치는 하루 실온에 두었다가 냉장합니다.
"""

ANSWERED: Final = {
    "en": ("If I have a 200 mg coffee at three, how much is left at eleven?", _CAFFEINE),
    "ko": ("네 식구가 먹을 김장인데 배추를 몇 포기나 해야 할까? 양념 양도 알려 줘.", _KIMJANG),
}
"""Question and answer."""

_TIDES = """\
## Why the sea rises twice a day

The Moon does not lift the ocean like a crane. It pulls every part of the Earth, but not equally: \
the side facing it is closer and feels a stronger tug, while the far side feels a weaker one. Take \
away the average pull and what is left is a gentle stretch along the line to the Moon, so the \
water"""

_TIDES_END = """\
 gathers into two bulges: one under the Moon and one directly opposite. As the Earth turns, your \
harbour passes through both, which is why high water comes about every 12 hours and 25 minutes.

For a sailor the useful part is that this stretch fades quickly with distance, so the Sun, though \
far heavier,"""

_TIDES_KO = """\
## 바다가 하루에 두 번 차오르는 까닭

달은 기중기처럼 바다를 들어 올리지 않습니다. 지구의 모든 곳을 당기지만 똑같이 당기지는 않습니다. \
달을 마주 보는 쪽은 가까워서 더 세게, 반대쪽은 더 약하게 끌립니다. 평균을 빼고 나면 달 쪽으로 길게 \
늘어난 힘만 남아서 바닷물은"""

_TIDES_END_KO = """\
 두 군데로 모입니다. 한쪽은 달 아래, 다른 한쪽은 정반대편입니다. 지구가 돌면서 항구는 두 곳을 모두 \
지나므로 만조는 약 12시간 25분마다 옵니다.

뱃사람에게 중요한 점은 이 힘이 거리에 따라 빠르게 줄어든다는 것입니다. 그래서 훨씬 무거운 태양도"""

_TIDES_AGAIN = """\
The Moon pulls the near side of the Earth more than its middle, and the middle more than the far \
side, so the sea gathers into two bulges. The Earth turns below them once a day, which is why most \
coasts have high water twice."""

_TIDES_AGAIN_KO = """\
달은 지구의 가까운 쪽을 중심보다, 중심을 먼 쪽보다 더 세게 당기므로 바닷물이 두 군데로 모입니다. \
지구가 그 아래에서 하루에 한 바퀴 돌기 때문에 대부분의 해안에는 하루 두 번 밀물이 옵니다."""

RESTART: Final = {
    "en": (
        "Explain the tides in two sentences.",
        "Tides come from the Moon, which pulls the near side of the",
        _TIDES_AGAIN,
    ),
    "ko": (
        "밀물과 썰물을 두 문장으로 설명해 줘.",
        "조석은 달 때문에 생기는데, 달은 지구의 가까운 쪽을",
        _TIDES_AGAIN_KO,
    ),
}
"""Question, what the first began, and what the next wrote instead."""

SEAM: Final = {
    "en": (
        "Explain the tides, first plainly and then the way a sailor would want it.",
        _TIDES,
        _TIDES_END,
    ),
    "ko": (
        "밀물과 썰물을 먼저 쉽게, 그다음 뱃사람에게 필요한 만큼 설명해 줘.",
        _TIDES_KO,
        _TIDES_END_KO,
    ),
}
"""Question, what the first wrote, and what the next carried on with."""

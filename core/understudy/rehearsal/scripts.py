"""What the practice provider says: answers about the program itself, in English and Korean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Topic: TypeAlias = Literal["general", "fallback", "keys", "providers"]
Language: TypeAlias = Literal["en", "ko"]

_TOPICS: Final[tuple[tuple[Topic, str, str], ...]] = (
    ("keys", "key keyring secret token password privacy", "키 열쇠 비밀 보안"),
    ("providers", "add provider connect ollama endpoint studio", "추가 제공자 연결 주소 공급자"),
    ("fallback", "fallback fall fail route break carry", "대체 실패 순서 경로 끊 이어"),
)
"""Topics with their English words, whole ones in any form, and Korean ones, which take endings."""


def answer_to(question: str) -> str:
    """Choose the answer whose topic the question's words name, in the question's language."""
    for topic, english, korean in _TOPICS:
        words = "|".join(english.split())
        if re.search(
            rf"\b({words})(s|ing|ed)?\b|{'|'.join(korean.split())}", question, re.IGNORECASE
        ):
            return ANSWERS[language_of(question), topic]
    return ANSWERS[language_of(question), "general"]


def language_of(text: str) -> Language:
    """Korean where there is Hangul, syllables or single letters; English otherwise."""
    korean = any("가" <= char <= "힣" or "ㄱ" <= char <= "ㆎ" for char in text)
    return "ko" if korean else "en"


CARRIED_ON: Final[Mapping[Language, str]] = {
    "en": (
        " … here the model before me broke off, and the **practice provider** carries on.\n\n"
        "I am no language model: I cannot know how the sentence was meant to end. What you see is "
        "the seam itself. The words above it were kept, and whoever stands next in your line-up "
        "was asked to go on from the last one.\n\n"
        "With a real model in my place, the answer would simply continue."
    ),
    "ko": (
        " … 여기서 앞의 모델이 끊겼고, **연습용 제공자**가 이어받았습니다.\n\n"
        "저는 언어 모델이 아니므로 문장이 어떻게 끝날 예정이었는지 알 수 없습니다. 지금 보시는 "
        "것은 이음매입니다. 앞의 글은 그대로 남고, 다음 순서의 제공자가 마지막 낱말부터 이어 "
        "쓰도록 요청받았습니다.\n\n"
        "제 자리에 실제 모델이 있었다면 답변이 자연스럽게 계속되었을 것입니다."
    ),
}

_GENERAL_EN = """\
I am the **practice provider**: no language model, but a part of Understudy that needs no key and \
no network. I can show you how the program works, and I answer until a real model stands in your \
line-up.

## What Understudy does

You ask once. Understudy asks the first provider in your order, and when that one cannot answer, \
the next carries on, in plain sight.

1. **You set the order.** Drag providers into the line-up; the first one is asked first.
2. **Each brings its own model.** Every place in the order names the model that this provider knows.
3. **Nothing is lost.** Words that were shown stay, even when the connection breaks in mid-sentence.

## What you can do now

| You want to | Where |
|---|---|
| Talk to a model in the cloud | Settings, Providers: add a key |
| Use a model on this computer | Start Ollama, LM Studio or llama.cpp |
| Change who is asked first | Settings, Routing: drag the rows |
| See why somebody was skipped | Open the trace under an answer |

The same line-up works in a terminal:

```sh
understudy ask "What is a circuit breaker?"
understudy plan      # who would be asked, and why the others would not
```

Ask me *how does fallback work*, *where do my keys live* or *how do I add a provider*, and I will \
tell you more.
"""

_FALLBACK_EN = """\
This is the **practice provider** speaking, no language model. Here is how fallback works.

## The order is yours

A route is a list of places, each with a provider and its model. Understudy asks the first. If it \
cannot answer, the next one is asked, with its own model:

```python
route = Route("Everyday", (
    RouteEntry("openai", "gpt-5.4-mini", first_token_within=8),
    RouteEntry("ollama", "llama3.2"),
    RouteEntry("practice", "steady"),
))
```

## What follows from each failure

| What happened | The same one again? | The next? | Rest |
|---|---|---|---|
| Refused, reset, no such host | if you allow retries | yes | after two in a row |
| Overloaded (503, 529) | if you allow retries | yes | after two in a row |
| Rate limited (429) | if it is a matter of 3 s | yes | until its reset time |
| No credit left (402) | no | yes | a day, or until it resets |
| Key rejected (401) | no | yes | until the key is replaced |
| Nothing said in time | no | yes | after two in a row |
| It declined to answer | no | **no** | none |

## When an answer breaks off

- What you have read stays where it is.
- The next in line gets the conversation *and* the part that was shown, and is asked to go on.
- Words that it repeats are removed, and a thin seam marks the place.
- After a tool was called, nobody carries on: a tool must not run twice.

> Resting providers are passed by. When the rest is over, one single request tries them again.

To watch it happen, put `practice/breaks-off` above `practice/steady` and ask me this once more.
"""

_KEYS_EN = """\
I am the **practice provider**: no language model, and the only one here that needs no key. This \
is where the others' keys live.

## Three places, in this order

1. **The keyring of your operating system.** Keychain on macOS, Credential Manager on Windows, \
GNOME Keyring or KWallet on Linux. One entry per provider.
2. **An environment variable.** Each provider has its usual one, such as `OPENAI_API_KEY`.
3. **The memory of this session.** When there is no keyring, a key that you type is kept until you \
close the program, and the program says so.

Never in the settings file, never in the history, never in the log.

## When the keyring does not open

| State | What it means | What you can do |
|---|---|---|
| Locked | It is there, but closed | Unlock it, then try again |
| Absent | This system has none | Use an environment variable |
| Refused | It said no to Understudy | Allow access, or use a variable |

## From a terminal

A key is read from standard input, so it never shows in your shell's history:

```sh
understudy keys set openai < key.txt
understudy keys list
understudy keys remove openai
```

When a provider rejects a key, it is skipped until you replace the key; the others carry on.
"""

_PROVIDERS_EN = """\
The **practice provider** here, no language model. You add a real one in a minute.

## In the window

1. Open **Settings**, then **Providers**.
2. Choose one from the list and paste its key, or pick *Endpoint of one's own* and enter its \
address.
3. Press **Test**. It asks for one short answer and shows how long the first word took.
4. Open **Routing** and drag the provider to its place. The next message follows the new order.

## On this computer

Models that run here are found by themselves:

| Program | Address | Key |
|---|---|---|
| Ollama | `http://localhost:11434/v1` | none |
| LM Studio | `http://127.0.0.1:1234/v1` | none |
| llama.cpp | `http://127.0.0.1:8080/v1` | none |

## From a terminal

```sh
understudy providers add lab --wire openai-chat --base-url http://10.0.0.7:8000/v1
understudy providers test lab
understudy routes set Everyday lab/my-model practice/steady
```

- The address ends before `/chat/completions`: Understudy adds that itself.
- A provider can be added, changed and removed while the program runs.
"""

_GENERAL_KO = """\
저는 **연습용 제공자**입니다. 언어 모델이 아니라 Understudy에 들어 있는 일부이며, 키도 네트워크도 \
필요하지 않습니다. 실제 모델이 순서에 들어올 때까지 프로그램이 어떻게 움직이는지 보여 드립니다.

## Understudy가 하는 일

질문은 한 번만 하시면 됩니다. Understudy는 정해 둔 순서의 첫 제공자에게 묻고, 답할 수 없으면 다음 \
제공자가 눈에 보이게 이어받습니다.

1. **순서는 직접 정합니다.** 제공자를 끌어 놓으면 맨 위부터 차례로 묻습니다.
2. **모델은 자리마다 다릅니다.** 각 제공자가 아는 모델의 이름을 따로 적습니다.
3. **글은 사라지지 않습니다.** 문장 중간에 연결이 끊겨도 이미 보인 글은 그대로 남습니다.

## 지금 할 수 있는 일

| 하고 싶은 일 | 방법 |
|---|---|
| 클라우드 모델과 대화 | 설정, 제공자에서 키 추가 |
| 이 컴퓨터의 모델 사용 | Ollama, LM Studio, llama.cpp 실행 |
| 묻는 순서 바꾸기 | 설정, 라우팅에서 행 끌기 |
| 건너뛴 까닭 보기 | 답변 아래의 추적 열기 |

터미널에서도 같은 순서를 씁니다.

```sh
understudy ask "회로 차단기란?"
understudy plan      # 누구에게 묻고, 누구를 왜 건너뛰는지
```

*대체는 어떻게 하나요*, *키는 어디에 저장되나요*, *제공자는 어떻게 추가하나요*라고 물어보시면 더 \
알려 드립니다.
"""

_FALLBACK_KO = """\
언어 모델이 아닌 **연습용 제공자**가 답합니다. 대체는 이렇게 이루어집니다.

## 순서는 직접 정합니다

경로는 자리의 목록이고, 자리마다 제공자와 모델이 하나씩 있습니다. 첫째가 답할 수 없으면 둘째에게 \
그 제공자의 모델로 묻습니다.

```python
route = Route("일상", (
    RouteEntry("openai", "gpt-5.4-mini", first_token_within=8),
    RouteEntry("ollama", "llama3.2"),
    RouteEntry("practice", "steady"),
))
```

## 실패에 따라 달라지는 일

| 일어난 일 | 다시 묻기 | 다음으로 | 쉬는 동안 |
|---|---|---|---|
| 연결 거부, 끊김 | 재시도를 허용하면 | 예 | 두 번 잇따르면 |
| 과부하 (503, 529) | 재시도를 허용하면 | 예 | 두 번 잇따르면 |
| 사용량 제한 (429) | 3초 안이면 | 예 | 풀리는 때까지 |
| 잔액 없음 (402) | 아니요 | 예 | 하루, 또는 풀릴 때까지 |
| 키 거부 (401) | 아니요 | 예 | 키를 바꿀 때까지 |
| 제때 답이 없음 | 아니요 | 예 | 두 번 잇따르면 |
| 답변을 사양함 | 아니요 | **아니요** | 없음 |

## 답변이 끊기면

- 이미 읽은 글은 제자리에 남습니다.
- 다음 제공자는 대화와 *그때까지의 글*을 함께 받고, 이어 쓰도록 요청받습니다.
- 되풀이된 낱말은 지우고, 가는 이음매로 자리를 표시합니다.
- 도구를 부른 뒤에는 아무도 이어받지 않습니다. 도구가 두 번 움직이면 안 되기 때문입니다.

> 쉬는 제공자는 건너뜁니다. 쉬는 시간이 끝나면 요청 하나만 먼저 보내 봅니다.

직접 보시려면 `practice/breaks-off`를 `practice/steady` 위에 두고 같은 질문을 다시 해 보세요.
"""

_KEYS_KO = """\
저는 **연습용 제공자**입니다. 언어 모델이 아니고, 여기서 유일하게 키가 필요 없습니다. 다른 \
제공자의 키는 이렇게 보관됩니다.

## 세 곳을 차례로 봅니다

1. **운영 체제의 키링.** macOS는 키체인, Windows는 자격 증명 관리자, Linux는 GNOME Keyring이나 \
KWallet입니다. 제공자마다 항목이 하나씩 있습니다.
2. **환경 변수.** 제공자마다 흔히 쓰는 이름이 있습니다. 예: `OPENAI_API_KEY`.
3. **이번 실행의 메모리.** 키링이 없으면 프로그램을 닫을 때까지만 기억하고, 그렇다고 알려 드립니다.

설정 파일에도, 대화 기록에도, 로그에도 남지 않습니다.

## 키링이 열리지 않을 때

| 상태 | 뜻 | 할 수 있는 일 |
|---|---|---|
| 잠김 | 있지만 닫혀 있음 | 잠금을 풀고 다시 시도 |
| 없음 | 이 시스템에 없음 | 환경 변수 사용 |
| 거부됨 | 접근을 허락하지 않음 | 접근을 허용하거나 환경 변수 사용 |

## 터미널에서

키는 표준 입력으로 읽으므로 셸 기록에 남지 않습니다.

```sh
understudy keys set openai < key.txt
understudy keys list
understudy keys remove openai
```

제공자가 키를 거부하면 키를 바꿀 때까지 건너뛰고, 다른 제공자가 이어받습니다.
"""

_PROVIDERS_KO = """\
언어 모델이 아닌 **연습용 제공자**입니다. 실제 제공자는 금방 추가할 수 있습니다.

## 창에서

1. **설정**을 열고 **제공자**로 갑니다.
2. 목록에서 하나를 골라 키를 붙여 넣거나, 직접 쓰는 주소를 입력합니다.
3. **시험**을 누릅니다. 짧은 답변을 하나 받아 첫 낱말까지 걸린 시간을 보여 줍니다.
4. **라우팅**에서 제공자를 제자리로 끌어 놓습니다. 다음 메시지부터 새 순서를 따릅니다.

## 이 컴퓨터에서

여기서 실행되는 모델은 저절로 찾아냅니다.

| 프로그램 | 주소 | 키 |
|---|---|---|
| Ollama | `http://localhost:11434/v1` | 없음 |
| LM Studio | `http://127.0.0.1:1234/v1` | 없음 |
| llama.cpp | `http://127.0.0.1:8080/v1` | 없음 |

## 터미널에서

```sh
understudy providers add lab --wire openai-chat --base-url http://10.0.0.7:8000/v1
understudy providers test lab
understudy routes set 일상 lab/my-model practice/steady
```

- 주소는 `/chat/completions` 앞에서 끝납니다. 그 뒤는 Understudy가 붙입니다.
- 프로그램이 실행되는 동안에도 제공자를 추가하고, 바꾸고, 지울 수 있습니다.
"""

ANSWERS: Final[Mapping[tuple[Language, Topic], str]] = {
    ("en", "general"): _GENERAL_EN,
    ("en", "fallback"): _FALLBACK_EN,
    ("en", "keys"): _KEYS_EN,
    ("en", "providers"): _PROVIDERS_EN,
    ("ko", "general"): _GENERAL_KO,
    ("ko", "fallback"): _FALLBACK_KO,
    ("ko", "keys"): _KEYS_KO,
    ("ko", "providers"): _PROVIDERS_KO,
}

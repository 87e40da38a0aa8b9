"""What is known of models by themselves: the snapshot that ships, and a user's own file over it.

``models.json`` stands beside this module. It names its date and its sources, and lists for each
provider's id what is known of its models, in the fields of ``ModelFacts``; what is not documented
is left out. A user's file has the same shape and needs to hold only what differs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias, cast

from understudy.model_facts import ModelFacts
from understudy.settings_repair import Fault, Location

_SHIPPED = Path(__file__).with_name("models.json")

_ENDING = re.compile(r"(-\d{4}-\d{2}-\d{2}|-\d{8}|-latest|:latest|@[\w.-]+)$")
"""What tells one snapshot of a model from the next: OpenAI's and Anthropic's dates, Ollama's tag,
Vertex' version."""

_VARIANT = re.compile(r":([a-z][\w-]*)$")
"""A way of serving: OpenRouter's and Hugging Face's (openrouter.ai/docs, model variants)."""

_UNKNOWN = ModelFacts()
_FREE = ModelFacts(input_price=0, output_price=0, cached_price=0, cache_write_price=0)

_Table: TypeAlias = Mapping[str, Mapping[str, ModelFacts]]


@dataclass(frozen=True, slots=True)
class ModelTable:
    """Facts of models by provider and model. ``date`` is the day of the snapshot.

    ``same_as`` names for a provider another one that has the same models at the same prices.
    """

    date: str
    models: _Table = field(default_factory=dict[str, Mapping[str, ModelFacts]], repr=False)
    same_as: Mapping[str, str] = field(default_factory=dict[str, str])

    def facts_of(self, provider: str, model: str) -> ModelFacts:
        """Tell what is known of ``model`` at ``provider``; all unknown where it stands nowhere.

        A dated snapshot has the facts of its model. A variant has them too, but for the prices,
        which are its own; the free one's are zero.
        """
        known = self.models.get(provider, {})
        also = self.models.get(self.same_as.get(provider, ""), {})
        model = model.removeprefix("models/")  # as Gemini lists them
        for name in (model, _ENDING.sub("", model)):
            if name in known or name in also:
                return known.get(name, _UNKNOWN).over(also.get(name, _UNKNOWN))
        variant = _VARIANT.search(model)
        if variant is None:
            return _UNKNOWN
        facts = self.facts_of(provider, model[: variant.start()])
        return _FREE.over(facts) if variant[1] == "free" else _without_prices(facts)


def facts_of(provider: str, model: str) -> ModelFacts:
    """Tell what the snapshot that ships knows of ``model`` at ``provider``."""
    return shipped().facts_of(provider, model)


def with_listed(provider: str, model: str, listed: ModelFacts) -> ModelFacts:
    """Tell what is known: what its own server listed, and where that is silent the snapshot."""
    return listed.over(facts_of(provider, model))


@cache
def shipped() -> ModelTable:
    """Read the snapshot that ships, once: 300 models in 2 ms."""
    table, _ = _read(json.loads(_SHIPPED.read_text(encoding="utf-8")))
    return table


def with_own(table: ModelTable, path: Path) -> tuple[ModelTable, tuple[Fault, ...]]:
    """Put the facts of a user's own file over ``table``, and name what in it cannot be used.

    No file is as good as an empty one. One that cannot be read leaves the table as it is; what is
    wrong in one that can be leaves the rest in force. The file is never written.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return table, ()
    except (OSError, UnicodeDecodeError) as error:
        return table, (Fault((), f"cannot be read ({type(error).__name__})"),)
    try:
        given: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        return table, (Fault((), _no_json(error)),)
    own, faults = _read(given)
    models = dict(table.models)
    for provider, named in own.models.items():
        known = models.get(provider, {})
        over = {model: facts.over(known.get(model, _UNKNOWN)) for model, facts in named.items()}
        models[provider] = {**known, **over}
    return ModelTable(table.date, models, {**table.same_as, **own.same_as}), tuple(faults)


def _no_json(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON at line {error.lineno}, column {error.colno}"
    return "nested too deeply"


def _read(given: object) -> tuple[ModelTable, list[Fault]]:
    """Take from JSON what is sound, and list what is not."""
    faults: list[Fault] = []
    top = _object(given, (), faults)
    models = {
        provider: {
            model: _facts(named, ("models", provider, model), faults)
            for model, named in _object(listed, ("models", provider), faults).items()
        }
        for provider, listed in _object(top.get("models"), ("models",), faults).items()
    }
    same_as = _object(top.get("same_as"), ("same_as",), faults)
    date = top.get("date")
    table = ModelTable(
        date if isinstance(date, str) else "",
        models,
        {provider: like for provider, like in same_as.items() if isinstance(like, str)},
    )
    return table, faults


def _object(value: object, where: Location, faults: list[Fault]) -> dict[str, object]:
    """Take an object; nothing is as good as an empty one."""
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    if value is not None:
        faults.append(Fault(where, "is no object"))
    return {}


def _facts(value: object, where: Location, faults: list[Fault]) -> ModelFacts:
    """Read one model's facts. Fields that are not known stay where they are: they may be newer."""
    sound: dict[str, Any] = {}
    for name, given in _object(value, where, faults).items():
        kind = _KINDS.get(name)
        if kind is None or given is None:
            continue
        what, is_sound = kind
        if is_sound(given):
            sound[name] = given
        else:
            faults.append(Fault((*where, name), what))
    return ModelFacts(**sound)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_price(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and isfinite(cast("float", value)) and cast("float", value) >= 0


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


_KIND_OF_TYPE: dict[str, tuple[str, Callable[[object], bool]]] = {
    "int | None": ("is no whole number above zero", _is_count),
    "float | None": ("is no price", _is_price),
    "bool | None": ("is neither true nor false", _is_flag),
}
_KINDS = {each.name: _KIND_OF_TYPE[str(each.type)] for each in fields(ModelFacts)}


def _without_prices(facts: ModelFacts) -> ModelFacts:
    return replace(
        facts, input_price=None, output_price=None, cached_price=None, cache_write_price=None
    )

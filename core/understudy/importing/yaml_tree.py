"""Reads YAML into text, lists and names, however hostile it is.

Nothing is constructed: no tag makes an object, no date or number is guessed at, every value is the
text that stands there. What aliases can make of a small file is bounded.
"""

from __future__ import annotations

from typing import TypeAlias

import yaml

from understudy.errors import FileError
from understudy.phrases import Phrase

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"

NODES = 10_000
"""Values, those counted again that an alias repeats; a file of settings has a hundred."""

_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"


def read_tree(text: str, name: str) -> Tree:
    """Read one document; ``name`` stands in the sentences. Raises ``FileError``."""
    try:
        root = _BoundedLoader(text).get_single_node()
        return None if root is None else _Tree().of(root)
    except _Fault as fault:
        raise _told(name, fault.what, fault.mark) from None
    except yaml.MarkedYAMLError as error:  # its own words may hold some of the file
        raise _told(name, Phrase("it is no YAML"), error.problem_mark) from None
    except yaml.YAMLError:
        raise _told(name, Phrase("it is no YAML"), None) from None
    except RecursionError:
        raise _told(name, Phrase("it is nested too deeply"), None) from None


class _Fault(Exception):  # noqa: N818 - a state of the file, caught in this module
    """What is wrong, and where."""

    def __init__(self, what: Phrase, mark: yaml.Mark | None) -> None:
        super().__init__(what)
        self.what = what
        self.mark = mark


class _BoundedLoader(yaml.SafeLoader):
    """Stops in a file with far too many values before they fill the memory."""

    nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose one more."""
        self.nodes += 1
        if self.nodes > NODES:
            raise _Fault(Phrase("it has far too many values"), None)
        return super().compose_node(parent, index)


class _Tree:
    """Turns nodes into values. An alias leads to the same node again, and again is counted."""

    def __init__(self) -> None:
        self._seen = 0

    def of(self, node: yaml.Node) -> Tree:
        self._seen += 1
        if self._seen > NODES:
            raise _Fault(Phrase("its aliases make far too many values"), None)
        match node:
            case yaml.ScalarNode():
                return None if node.tag == _NULL else str(node.value)
            case yaml.SequenceNode():
                return [self.of(each) for each in node.value]
            case yaml.MappingNode():
                return self._mapping(node)
            case _:
                raise _Fault(Phrase("it is no YAML"), node.start_mark)

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Tree]:
        made: dict[str, Tree] = {}
        merged: list[Tree] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Fault(Phrase("a name in it is no text"), key.start_mark)
            name = str(key.value)
            if key.tag == _MERGE:
                below = self.of(value)
                merged += below if isinstance(below, list) else [below]
            elif name in made:
                raise _Fault(Phrase("a name stands twice in one place"), key.start_mark)
            else:
                made[name] = self.of(value)
        for each in merged:
            if not isinstance(each, dict):
                raise _Fault(Phrase("something other than names is merged"), node.start_mark)
            made = {**each, **made}
        return made


def _told(name: str, what: Phrase, mark: yaml.Mark | None) -> FileError:
    did = "Nothing was changed."
    if mark is None:
        return FileError(Phrase("{name} cannot be used: {what}.", name=name, what=what), did)
    line, column = mark.line + 1, mark.column + 1
    happened = Phrase(
        "{name} cannot be used: {what} (line {line}, column {column}).",
        name=name,
        what=what,
        line=line,
        column=column,
    )
    return FileError(happened, did)

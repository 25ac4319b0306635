"""Reading the YAML itself: a strict part of the language, with the line of every key and item kept.

Only mappings, lists and plain values. Texts stay texts (a date, `40.5` and `no` are texts; their place says
what they mean); whole
numbers, true, false and null are themselves. Refused: anchors and aliases (which can blow up in memory), tags,
keys written
twice, several documents, more than MAX_BYTES, MAX_NODES or MAX_DEPTH.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml
from django.utils.translation import gettext as _
from yaml import events

from questions.constants import Path, Problem

MAX_BYTES = 1_000_000
MAX_NODES = 40_000
MAX_DEPTH = 24
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Refused(Exception):
    def __init__(self, message: str, line: int) -> None:
        self.problem = Problem((), message, line)


def read_yaml(text: str | bytes) -> tuple[dict[str, object] | None, dict[Path, int], list[Problem]]:
    """(plain data, path → line, problems). With a problem the data are None: half a file is never handed on."""
    try:
        text = _decoded(text)
        builder = _Builder()
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
        if builder.problems:
            return None, builder.lines, builder.problems
        if not isinstance(builder.root, dict):
            raise _Refused(_("The file is empty, or is not a mapping of keys and values."), 1)
        return builder.root, builder.lines, []
    except _Refused as refused:
        return None, {}, [refused.problem]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(text, str) else 1
        return None, {}, [Problem((), _("The file holds a character that YAML does not allow."), line)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, {}, [_unreadable(mark.line, mark.column) if mark else _unreadable(0, 0)]


def _unreadable(line: int, column: int) -> Problem:
    message = _("The YAML cannot be read at column %(column)s. Check the indentation and the quotation marks.")
    return Problem((), message % {"column": column + 1}, line + 1)


def _decoded(text: str | bytes) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _Refused(_("The file is larger than %(max)s kilobytes.") % {"max": MAX_BYTES // 1000}, 1)
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise _Refused(_("The file is not written in UTF-8."), line) from None


@dataclass
class _Frame:
    """A mapping or a list that is not closed yet; `key`: the one that waits for its value."""

    container: dict[str, object] | list[object]
    path: Path
    key: str | None = None


class _Builder:
    """Builds plain data from parser events, without recursion."""

    def __init__(self) -> None:
        self.root: object = None
        self.lines: dict[Path, int] = {(): 1}
        self.problems: list[Problem] = []
        self.stack: list[_Frame] = []
        self.count = 0
        self.documents = 0

    def take(self, event: events.Event) -> None:
        assert event.start_mark is not None  # the parser says where each event is
        line = event.start_mark.line + 1
        if isinstance(event, events.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Refused(_("The file holds more than one document."), line)
        elif isinstance(event, events.AliasEvent):
            raise _Refused(_("Anchors and aliases (& and *) are not accepted; write the text again."), line)
        elif isinstance(event, events.MappingEndEvent | events.SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, events.ScalarEvent | events.CollectionStartEvent):
            self.node(event, line)

    def node(self, event: events.ScalarEvent | events.CollectionStartEvent, line: int) -> None:
        self.count += 1
        if event.anchor:
            raise _Refused(_("Anchors and aliases (& and *) are not accepted; write the text again."), line)
        if event.tag is not None and event.tag != "!":
            raise _Refused(_("Tags (!) are not accepted."), line)
        if self.count > MAX_NODES or len(self.stack) >= MAX_DEPTH:
            raise _Refused(_("The file holds too many values, or is nested too deeply."), line)
        if isinstance(event, events.ScalarEvent):
            self.scalar(event, line)
        else:
            container: dict[str, object] | list[object] = {} if isinstance(event, events.MappingStartEvent) else []
            self.stack.append(_Frame(container, self.put(container, line)))

    def scalar(self, event: events.ScalarEvent, line: int) -> None:
        value = self.plain(event.value) if event.style is None and event.tag is None else event.value
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            key = event.value
            if key in frame.container:
                first = self.lines[(*frame.path, key)]
                message = _("The key “%(key)s” is written twice; first on line %(first)s.")
                self.problems.append(Problem((*frame.path, key), message % {"key": key, "first": first}, line))
            else:
                self.lines[(*frame.path, key)] = line
            frame.key = key
            return
        self.put(value, line)

    def put(self, value: object, line: int) -> Path:
        """Places a value where the parser is, and gives its path."""
        if not self.stack:
            self.root = value
            return ()
        frame = self.stack[-1]
        if isinstance(frame.container, list):
            frame.container.append(value)
            path = (*frame.path, len(frame.container) - 1)
            self.lines[path] = line
            return path
        if frame.key is None:
            raise _Refused(_("A key must be a plain text."), line)
        path = (*frame.path, frame.key)
        frame.container.setdefault(frame.key, value)
        frame.key = None
        return path

    @staticmethod
    def plain(text: str) -> str | int | bool | None:
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return int(text) if _WHOLE.fullmatch(text) else text

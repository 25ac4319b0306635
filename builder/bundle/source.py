"""Reading the YAML itself: a strict part of the language, with the line of every key and item kept.

Only mappings, lists and plain values. Texts stay texts (a date, `40.5` and `no` are texts; their place says
what they mean); whole
numbers, true, false and null are themselves. Refused: anchors and aliases (which can blow up in memory), tags,
keys written
twice, several documents, more than MAX_BYTES, MAX_NODES or MAX_DEPTH.
"""

from __future__ import annotations

import re

import yaml
from django.utils.translation import gettext as _
from yaml import events

from notifications.models import Message
from questions.constants import Problem

MAX_BYTES = 1_000_000
MAX_NODES = 40_000
MAX_DEPTH = 24
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Refused(Exception):
    def __init__(self, message: Message, line) -> None:
        self.problem = Problem((), message, line)


def read_yaml(text: str | bytes) -> tuple[object, dict[tuple, int], list[Problem]]:
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
        return None, {}, [_unreadable(mark)]


def _unreadable(mark) -> Problem:
    message = _("The YAML cannot be read at column %(column)s. Check the indentation and the quotation marks.")
    return Problem((), message % {"column": mark.column + 1 if mark else 1}, mark.line + 1 if mark else 1)


def _decoded(text: str) -> str:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _Refused(_("The file is larger than %(max)s kilobytes.") % {"max": MAX_BYTES // 1000}, 1)
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text[: error.start].count(b"\n") + 1
            raise _Refused(_("The file is not written in UTF-8."), line) from None
    return text.removeprefix("\ufeff")


class _Builder:
    """Builds plain data from parser events, without recursion."""

    def __init__(self) -> None:
        self.root = None
        self.lines: dict[tuple, int] = {(): 1}
        self.problems: list[Problem] = []
        self.stack: list = []  # [container, path, key waiting for its value or None]
        self.count = 0
        self.documents = 0

    def take(self, event) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, events.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Refused(_("The file holds more than one document."), line)
        elif isinstance(event, events.AliasEvent):
            raise _Refused(_("Anchors and aliases (& and *) are not accepted; write the text again."), line)
        elif isinstance(event, events.MappingEndEvent | events.SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, events.NodeEvent):
            self.node(event, line)

    def node(self, event, line) -> None:
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
            container: dict | list = {} if isinstance(event, events.MappingStartEvent) else []
            path = self.put(container, line)
            self.stack.append([container, path, None])

    def scalar(self, event, line) -> None:
        value = self.plain(event.value) if event.style is None and event.tag is None else event.value
        if self.stack and isinstance(self.stack[-1][0], dict) and self.stack[-1][2] is None:
            frame = self.stack[-1]
            key = event.value
            if key in frame[0]:
                first = self.lines[(*frame[1], key)]
                message = _("The key “%(key)s” is written twice; first on line %(first)s.")
                self.problems.append(Problem((*frame[1], key), message % {"key": key, "first": first}, line))
            else:
                self.lines[(*frame[1], key)] = line
            frame[2] = key
            return
        self.put(value, line)

    def put(self, value, line) -> tuple:
        """Places a value where the parser is, and gives its path."""
        if not self.stack:
            self.root = value
            return ()
        container, path, key = self.stack[-1]
        if isinstance(container, list):
            container.append(value)
            path = (*path, len(container) - 1)
            self.lines[path] = line
            return path
        if key is None:
            raise _Refused(_("A key must be a plain text."), line)
        container.setdefault(key, value)
        self.stack[-1][2] = None
        return (*path, key)

    @staticmethod
    def plain(text: str):
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return int(text) if _WHOLE.fullmatch(text) else text

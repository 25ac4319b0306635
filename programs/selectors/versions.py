"""What a call was published with, read from its versions: the policy and the rubric, each parsed once in a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeVar

from programs.models.programs import Call, Version
from programs.policy import Policy, parse_policy
from programs.rubric import Rubric, parse_rubric

T = TypeVar("T")
KEPT = 200  # versions, at most, whose reading is kept


@dataclass(frozen=True)
class _Read:
    definition: dict[str, Any]
    value: Any  # what was read of it: the reader says its type


_read: dict[tuple[object, ...], _Read] = {}


def policy_of(call: Call) -> Policy:
    """The rules of the version that the call has. BadAidRules when its aid cannot be computed."""
    assert call.rules is not None  # a call that is asked for its rules has them
    return read_once(call.rules, parse_policy)


def rubric_of(call: Call) -> Rubric:
    """The rubric of the version that the call has: what its files are scored with."""
    assert call.rubric is not None  # a call that is asked for its rubric has one
    return read_once(call.rubric, parse_rubric)


def read_once(version: Version, read: Callable[[Mapping[str, object]], T]) -> T:
    """`read(version.definition)`, kept for the next to ask.

    A published version never changes: its definition need not even be fetched again (`defer`). A draft's may: it is
    read again as soon as it says something else.
    """
    key = (type(version), version.pk, read, version.created_at, version.published_at)
    known = _read.get(key)
    if known is not None:
        fetched = "definition" in version.__dict__
        if known.definition == version.definition if fetched else version.published_at is not None:
            return known.value
    value = read(version.definition)
    if len(_read) >= KEPT:
        _read.clear()
    _read[key] = _Read(deepcopy(version.definition), value)
    return value

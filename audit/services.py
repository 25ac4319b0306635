"""What is written for ever: entries of the trail, readings, changes, duties, standings."""

from typing import Any


def record(
    subject_obj, verb, *, by, before=None, after=None, given=None, note="", personal=None, duty=""
) -> Any:
    raise NotImplementedError


def record_change(kind, public_id, *, application_id=None, gone=False) -> Any:
    raise NotImplementedError


def record_reading(by, *, application_id, subject, what) -> Any:
    raise NotImplementedError


def record_duty(application_id, *, by, duty) -> Any:
    raise NotImplementedError


def declare_standing(application_id, *, user, standing) -> Any:
    raise NotImplementedError

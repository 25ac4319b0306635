"""What an entry's digest is taken over: canonical JSON, so that the same facts always give the same bytes."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from uuid import UUID

from django.db.models import Model

from audit.models import Entry
from work.schema import Json

# A value that is a key, a code, an amount, an instant or an identifier. Anything else may be a person's words.
KEY_LIKE = re.compile(r"[\w.:/+#$%-]{0,200}")


def plain(value: object) -> Json:
    """`value` in JSON's own types: decimals, dates and ids as text; a row as its id; a refusal as its code.

    TypeError for a float (it is not the number it shows) and for what cannot be said in JSON.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Model):
        return str(getattr(value, "public_id", value.pk))
    if isinstance(value, Mapping):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(v) for v in value), key=str)
    if hasattr(value, "code") and hasattr(value, "message"):
        return str(value.code)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    raise TypeError(f"the trail cannot hold {type(value).__name__}: give keys, amounts, dates or ids")


def without_words(value: Json, texts: dict[str, str], path: str = "given") -> Json:
    """`value` (plain) with each text that is not key-like moved into `texts`, and `{"text": <name>}` left there."""
    if isinstance(value, str) and not KEY_LIKE.fullmatch(value):
        name = path[:200]
        texts[name] = value
        return {"text": name}
    if isinstance(value, dict):
        return {k: without_words(v, texts, f"{path}.{k}") for k, v in value.items()}
    if isinstance(value, list):
        return [without_words(v, texts, f"{path}.{n}") for n, v in enumerate(value)]
    return value


def canonical(value: object) -> str:
    """The one JSON text of a plain value: keys sorted, no spaces, characters as they are.

    TypeError, or ValueError for a number that is none, where it is not plain.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def personal_digest(salt: str, value: str) -> str:
    """The digest that stands in the trail for a personal text."""
    return hashlib.sha256(f"{salt}\n{value}".encode()).hexdigest()


def digest_of(entry: Entry) -> str:
    """SHA-256 of the entry's canonical JSON, everything in it but the digest itself. Hexadecimal."""
    content = {
        "seq": entry.seq,
        "subject": [entry.subject_type, entry.subject_id],
        "application": entry.application_id,
        "verb": entry.verb,
        "duty": entry.duty,
        "before": entry.before,
        "after": entry.after,
        "actor": [entry.actor_kind, entry.actor_id, entry.on_behalf_of],
        "fired_by": entry.fired_by,
        "given": entry.given,
        "personal": entry.personal,
        "at": entry.at.astimezone(UTC).isoformat(),
        "request": entry.request_id,
        "previous": entry.previous,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()

"""Rows into tables by COPY, some thousands at a time: what makes 100 000 files a matter of minutes."""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models

from applications.models import Application
from applications.search import vector_sql

Cursor = psycopg.Cursor[tuple[int, ...]]  # the only rows that are read here are keys


class Table:
    """The rows of one model that wait to be written. Columns that are not given take the model's defaults.

    `keyed`: the rows bring their own key, taken by `reserve`, because other rows name them.
    """

    def __init__(self, model: type[models.Model], *, keyed: bool = False) -> None:
        self.model, self.name = model, model._meta.db_table
        self.fields = [
            f
            for f in model._meta.concrete_fields
            if (keyed or not f.primary_key) and not isinstance(f, SearchVectorField)
        ]
        self.columns = [f.column for f in self.fields if f.column]
        self.defaults = {f.attname: _plain_default(f) for f in self.fields}
        self.json = frozenset(f.attname for f in self.fields if isinstance(f, models.JSONField))
        self.width = len(self.columns)
        self.rows: list[tuple[object, ...]] = []

    def add(self, **values: object) -> None:
        """One row. KeyError for a column that the model has not."""
        for name in self.json & values.keys():
            values[name] = json.dumps(values[name], ensure_ascii=False)
        row = {**self.defaults, **values}
        if len(row) != self.width:
            raise KeyError(f"{self.name} has no {', '.join(row.keys() - self.defaults.keys())}")
        self.rows.append(tuple(row.values()))

    def write(self, cursor: Cursor) -> int:
        """Write what waits. Returns how many rows that was."""
        rows, self.rows = self.rows, []
        if rows:
            self.copy(cursor, self.name, self.columns, rows)
        return len(rows)

    def copy(self, cursor: Cursor, name: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
        quoted = ", ".join(f'"{column}"' for column in columns)
        with cursor.copy(f'COPY "{name}" ({quoted}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    def reserve(self, cursor: Cursor, count: int) -> list[int]:
        """`count` keys of the table that nobody else will be given."""
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [self.name, count]
        )
        return [key for (key,) in cursor.fetchall()]


class Files(Table):
    """Applications: they pass by a table of their own, where the database makes their search vectors."""

    WORDS = ("words_a", "words_b", "words_c", "words_d")

    def __init__(self) -> None:
        super().__init__(Application, keyed=True)
        self.columns_in = [*self.columns, *self.WORDS]
        self.defaults |= dict.fromkeys(self.WORDS, "")
        self.width += len(self.WORDS)

    def write(self, cursor: Cursor) -> int:
        cursor.execute(f'CREATE TEMP TABLE seeded (LIKE "{self.name}" INCLUDING DEFAULTS) ON COMMIT DROP')
        cursor.execute("ALTER TABLE seeded " + ", ".join(f"ADD COLUMN {word} text" for word in self.WORDS))
        rows, self.rows = self.rows, []
        self.copy(cursor, "seeded", self.columns_in, rows)
        quoted = ", ".join(f'"{column}"' for column in self.columns)
        cursor.execute(
            f'INSERT INTO "{self.name}" ({quoted}, search) SELECT {quoted}, {vector_sql(self.WORDS)} FROM seeded'  # noqa: S608
        )
        cursor.execute("DROP TABLE seeded")  # several writes may share a transaction: a test's, for one
        return len(rows)


def _plain_default(field: "models.Field[Any, Any]") -> object:
    """What a column holds when nothing is said: the field's default, made once."""
    default = field.get_default()
    return json.dumps(default) if isinstance(field, models.JSONField) and default is not None else default


def public_id(rng: random.Random, at: datetime) -> UUID:
    """A UUIDv7 of that instant whose random part is the seed's: the same seed gives the same identifiers."""
    milliseconds = int(at.timestamp() * 1000)
    bits = rng.getrandbits(74)
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | (bits >> 62) << 64 | 2 << 62 | bits & (1 << 62) - 1
    return UUID(int=value)


def raw_cursor() -> Cursor:
    """A cursor of the driver itself, in the transaction that is open: Django's has no COPY."""
    connection.ensure_connection()
    return connection.connection.cursor()


def dollars(cents: int) -> Decimal:
    return Decimal(cents) / 100

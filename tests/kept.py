"""Files that take a second to make through the services: made once in a process, then copied back in milliseconds.

`@kept` on a function `make(cast, programme, **more)` that returns a row. The first call makes it. What it changed in
the database and in the storage is kept, and what it left to be done after the commit. A later call that finds the same
world, at the same instant, in the same language, with the same arguments and settings, gets these tables back as they
were, and the row read from them. Whatever is not the same, or cannot be compared, is made again through the services:
a copy is never a guess.

"The same world" is not asked of the tests but of PostgreSQL, which counts the rows that a transaction writes.
"""

import inspect
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import translation

from work import clock

HARMLESS = {"render_pdf"}  # patched by tests of letters: none of what is kept renders
WRITTEN = """
    SELECT relname, n_tup_ins + n_tup_upd + n_tup_del, txid_current_if_assigned() FROM pg_stat_xact_user_tables
    WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""

_kept: dict[tuple, tuple] = {}
_world = {"name": None, "written": None, "patches": None}


def begin(name, patches):
    """The rows of the world called `name` have just been put in the test's transaction; None: nothing is known."""
    _world.update(name=name, written=_written() if name else None, patches=patches)


def kept(make):
    """Keep what `make` makes; see the top of the file."""
    signature = inspect.signature(make)

    @wraps(make)
    def made(cast, programme, **more):
        return _made(_key(make, signature, more), lambda: make(cast, programme, **more))

    return made


def keep(make, *, name):
    """The same for a function without arguments, which makes what `name` says: a row, or a namespace of rows."""
    told = _told()
    return _made(told and (*told, name), make)


def _made(key, make):
    if key is None:
        return make()
    if key not in _kept:
        before, there, waiting = _world["written"], _stored(), len(connection.run_on_commit)
        thing = make()
        after = _written()
        tables = [_taken(table) for table in after if after[table] != before.get(table)]
        files = {path: content for path, content in _stored().items() if path not in there}
        nudges = [(do, robust) for _savepoints, do, robust in connection.run_on_commit[waiting:]]
        _kept[key] = (_pointer(thing), tables, files, nudges)
        _world.update(name=key, written=after)
        return thing
    pointer, tables, files, nudges = _kept[key]
    _put_back(tables, files)
    for do, robust in nudges:
        transaction.on_commit(do, robust=robust)
    _world.update(name=key, written=_written())
    return _read(pointer)


def _pointer(thing):
    """Where to read the rows again: a row as its table and key, whatever form holds the rows."""
    if isinstance(thing, models.Model):
        return type(thing)._base_manager, thing.pk
    if isinstance(thing, SimpleNamespace):
        return SimpleNamespace(**_pointer(vars(thing)))
    if isinstance(thing, dict):
        return {name: _pointer(value) for name, value in thing.items()}
    if thing is None:
        return None
    raise TypeError(f"not a row, nor a form that holds rows: {type(thing)}")


def _read(pointer):
    if isinstance(pointer, SimpleNamespace):
        return SimpleNamespace(**_read(vars(pointer)))
    if isinstance(pointer, dict):
        return {name: _read(value) for name, value in pointer.items()}
    return pointer and pointer[0].get(pk=pointer[1])


def _told():
    """What any outcome depends on, or None when it cannot be told."""
    if _world["name"] is None or _patched() or _written() != _world["written"]:
        return None
    try:
        told = tuple(sorted((name, _comparable(value)) for name, value in _overridden().items()))
    except TypeError:
        return None
    waiting = tuple(
        (getattr(do, "__qualname__", repr(do)), repr(getattr(do, "__self__", None)))
        for _savepoints, do, _robust in connection.run_on_commit
    )
    return _world["name"], told, waiting, clock._standing.get(), translation.get_language()


def _key(make, signature, more):
    """What the outcome of `make` depends on, or None when it cannot be told."""
    if _default(signature, more, "at") is None and clock._standing.get() is None:
        return None  # made at the present instant
    try:
        given = tuple(sorted((name, _comparable(value)) for name, value in more.items()))
    except TypeError:
        return None
    told = _told()
    return told and (*told, make.__module__, make.__name__, given)


def _default(signature, more, name):
    parameter = signature.parameters.get(name)
    return more.get(name, parameter.default if parameter else "its own")


def _comparable(value):
    """A text that two values share only when they are the same. TypeError for what has none."""
    if isinstance(value, models.Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, dict):
        return repr(sorted((_comparable(k), _comparable(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return repr([type(value).__name__, *map(_comparable, value)])
    if value is None or isinstance(value, str | int | float | bytes | Decimal | date | datetime | UUID | Path):
        return repr(value)
    raise TypeError(type(value))


def _overridden():
    """The settings that the test changed, but the folder of its files, which is its own in every test."""
    found, holder = {}, settings._wrapped
    while hasattr(holder, "default_settings"):
        found = {name: value for name, value in vars(holder).items() if name.isupper()} | found
        holder = holder.default_settings
    found.pop("MEDIA_ROOT", None)
    return found


def _patched():
    patches = _world["patches"]
    return patches and (patches._setitem or any(name not in HARMLESS for _target, name, _value in patches._setattr))


def _written():
    """How many rows this transaction wrote, table by table; with the transaction itself."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        rows = cursor.fetchall()
    return {table: (count, transaction_id) for table, count, transaction_id in rows}


def _taken(table):
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        columns = ", ".join(quote(name) for (name,) in cursor.fetchall())
        with cursor.copy(f"COPY (SELECT {columns} FROM {quote(table)} ORDER BY 1) TO STDOUT") as out:
            return quote(table), columns, b"".join(bytes(block) for block in out)


def _put_back(tables, files):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # as tests.cast does
        cursor.execute(";".join(f"DELETE FROM {table}" for table, _columns, _content in tables))
        for table, columns, content in tables:
            if content:
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as into:
                    into.write(content)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    root = Path(settings.MEDIA_ROOT)
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def _stored():
    """Every stored file, by its path in the storage."""
    root = Path(settings.MEDIA_ROOT)
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}

"""What the supervisor last wrote of the processes that serve the product, for the pages that tell it."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings

RECORD = "processes.json"  # in DATA_DIR; ops.serve names it too, which needs no Django


class ProcessState(StrEnum):
    """Where a process is."""

    RUNNING = "running"
    WAITING = "waiting"  # it ended, and waits to be started again


@dataclass(frozen=True)
class Process:
    """One process as its supervisor saw it.

    `name` is `web`, `worker`, `beat` or `database`; `pid` is None while it waits; instants are aware, in UTC;
    `restarts` counts since the supervisor started; `last_exit` is `exit 1`, `signal 9` or a sentence, None when it
    never ended; `next_start` is told while it waits.
    """

    name: str
    pid: int | None
    started_at: datetime | None
    restarts: int
    last_exit: str | None
    state: ProcessState
    next_start: datetime | None


def processes_here() -> tuple[Process, ...]:
    """The processes of this installation, as its supervisor last wrote; empty where none supervises them."""
    return read_processes(Path(settings.DATA_DIR) / RECORD)


def read_processes(path: Path) -> tuple[Process, ...]:
    """The processes in the order of their start; empty where nothing supervises them, or the file is damaged."""
    try:
        return tuple(read_one(row) for row in json.loads(path.read_text())["processes"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ()


def read_one(row: dict) -> Process:
    """ValueError, LookupError or TypeError when the row is not what the supervisor writes."""
    return Process(
        name=str(row["name"]),
        pid=None if row["pid"] is None else int(row["pid"]),
        started_at=instant(row["started_at"]),
        restarts=int(row["restarts"]),
        last_exit=None if row["last_exit"] is None else str(row["last_exit"]),
        state=ProcessState(row["state"]),
        next_start=instant(row["next_start"]),
    )


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

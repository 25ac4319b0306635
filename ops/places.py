"""Where things are, and how the machinery speaks and runs commands."""

import errno
import hashlib
import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "ops" / "requirements"
IS_ROOT = os.geteuid() == 0


class Stop(Exception):
    """The machinery cannot go on; its text is the one sentence the person reads."""


class Options(TypedDict, total=False):
    """Where, with what environment and as whom a command runs: `subprocess.run` says what each means."""

    cwd: str | Path
    env: Mapping[str, str]
    user: int
    group: int
    extra_groups: list[int]


def say(text: str) -> None:
    """One line for the person who typed `make`; flushed, because long work follows.

    A terminal that went away, a pipe that closed or a full disk stops nothing.
    """
    try:
        print(text, flush=True)
    except OSError as problem:
        if problem.errno in (errno.EPIPE, errno.EIO):  # nobody will ever read it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(command: Iterable[str | Path], **options: Unpack[Options]) -> str:
    """Run a command; a failure becomes a Stop that quotes the command and the end of what it printed.

    Returns all that it printed, on both outputs.
    """
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        raise Stop(f"This command failed (exit {done.returncode}): {shlex.join(words)}\n{tail}")
    return done.stdout


def works(command: Sequence[str | Path]) -> bool:
    """True when the command is there and succeeds."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    except OSError:
        return False


def keep_caches() -> None:
    """Let the tools (uv, pip, npm, fontconfig) keep their caches in var/ where the home is absent or not writable."""
    home = os.path.expanduser("~")
    if os.path.isdir(home) and os.access(home, os.W_OK | os.X_OK):
        return
    cache = VAR / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("XDG_CACHE_HOME", str(cache))
    os.environ.setdefault("NPM_CONFIG_CACHE", str(cache / "npm"))


def digest(*paths: Path) -> str:
    """A hash of the content of files and folders, and of this Python's version: the stamp of work done."""
    seen = hashlib.sha256(sys.version.encode())
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.exists():
                seen.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return seen.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    """True when the work that `value` describes was done before."""
    return stamp.exists() and stamp.read_text() == value


def instance() -> str:
    """What names this work tree, kept in var/, so that a new clone never meets an old one's data."""
    note = VAR / "instance"
    if not note.exists():
        VAR.mkdir(exist_ok=True)
        note.write_text(secrets.token_hex(5))
    return note.read_text().strip()

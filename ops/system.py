"""System packages on Debian and Ubuntu: installed as root, otherwise named in one command to paste."""

import os
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path

from ops.places import IS_ROOT, Stop, run, say

LETTERS = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")  # what WeasyPrint draws with
# A browser, two brokers, pdftoppm, and what veraPDF runs on.
SLOW_TESTS = ("chromium", "redis-server", "rabbitmq-server", "poppler-utils", "default-jdk-headless", "libjaxb-java")


def has_apt() -> bool:
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def missing(packages: Collection[str]) -> list[str]:
    """The packages of the list that are not installed."""
    if not packages:
        return []
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *packages], capture_output=True, text=True
    )
    there = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in there]


def install(packages: Collection[str], *, what_for: str) -> None:
    """Install with apt as root; raises Stop when that cannot be done."""
    wanted = missing(packages) if has_apt() else list(packages)
    if not wanted:
        return
    command = f"apt-get install --no-install-recommends -y {' '.join(wanted)}"
    if not has_apt():
        raise Stop(f"{what_for} needs {', '.join(wanted)} (Debian's names): please install them.")
    if not IS_ROOT:
        raise Stop(f"{what_for} needs one command: sudo {command}")
    say(f"Installing {' '.join(wanted)} ({what_for})")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    apt = ["apt-get", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=120"]
    arguments = ["install", "--no-install-recommends", "-y", *wanted]
    try:
        run([*apt, *arguments], env=environment)
    except Stop:  # the package lists are absent or old
        run([*apt, "update"], env=environment)
        run([*apt, *arguments], env=environment)


def provide(packages: Collection[str], *, what_for: str) -> None:
    """Install as root what a command would like to have; anybody else is told all of it in one line.

    Either way the command goes on: what lacks its package waits, or is skipped, and says so.
    """
    if has_apt() and missing(packages):
        try:
            install(packages, what_for=what_for)
        except Stop as reason:
            say(f"! {reason} (going on without)")


def quiet_postgresql() -> None:
    """Before Debian's PostgreSQL is installed: no cluster of its own on port 5432."""
    folder = Path("/etc/postgresql-common")
    folder.mkdir(exist_ok=True)
    note = folder / "createcluster.conf"
    if not note.exists():
        note.write_text("create_main_cluster = false\n")

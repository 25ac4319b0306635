"""The virtual environment, from the hashes of requirements.txt: by uv (4 s), by pip where uv cannot run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ops import installer
from ops.places import LOCKS, PYTHON, ROOT, VENV, Stop, digest, is_stamped, run, say, works

REQUIREMENTS = ROOT / "requirements.txt"


def ensure() -> None:
    """Make .venv hold what requirements.txt says; nothing is done when its stamp says so already."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever python3 is here runs this
        raise Stop(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    stamp, value = VENV / "requirements.stamp", digest(REQUIREMENTS)
    if is_stamped(stamp, value) and works([PYTHON, "-c", "import django, ruff"]):
        return
    if not can_install(VENV):
        create(VENV)
    say("Installing Python packages into .venv")
    install(VENV, REQUIREMENTS)
    stamp.write_text(value)


def can_install(folder: Path) -> bool:
    """True when there is an environment in `folder` that packages can be installed into; half of one is made again."""
    python = folder / "bin" / "python"
    return works([python, "--version"]) and bool(there_is_uv() or works([python, "-m", "pip", "--version"]))


def create(folder: Path) -> None:
    """A virtual environment with pip in it, unless a uv that is there already makes pip unnecessary."""
    make = [sys.executable, "-m", "venv", "--clear"]
    bare = there_is_uv()
    if not bare and works([*make, folder]):
        return
    done = subprocess.run([*make, "--without-pip", folder], capture_output=True, text=True)
    try:
        if done.returncode:
            raise Stop(
                "No virtual environment could be made. On Debian and Ubuntu:"
                " sudo apt-get install -y python3-venv\n" + (done.stdout + done.stderr)[-600:]
            )
        if not bare:
            installer.unpack_pip(folder)
    except Stop:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def install(folder: Path, lock: Path) -> None:
    """Install a hash-locked file into the environment in `folder`."""
    python = folder / "bin" / "python"
    uv = find_uv(folder)
    if uv:
        options = ["--quiet", "--require-hashes", "--compile-bytecode", "--python", str(python)]
        try:
            run([*uv, "pip", "install", *options, "-r", lock], env=uv_environment())
            return
        except Stop as reason:
            if not works([python, "-m", "pip", "--version"]):
                raise
            say(f"! uv could not install; trying pip. {str(reason).splitlines()[-1]}")
    run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock])


def uv_environment() -> dict[str, str]:
    """uv reads none of pip's files: it is told the index and the authorities that they name, if it has no own."""
    told, index = dict(os.environ), installer.configured_index()
    if index and not told.keys() & {"UV_DEFAULT_INDEX", "UV_INDEX_URL"}:
        told["UV_DEFAULT_INDEX"] = index.url
    if index and index.certificates:
        told.setdefault("SSL_CERT_FILE", index.certificates)
    return told


def there_is_uv() -> list[str] | None:
    """The command that runs the machine's uv, or that of .venv; None when neither is there."""
    return next(([uv] for uv in ("uv", str(VENV / "bin" / "uv")) if works([uv, "--version"])), None)


def find_uv(folder: Path) -> list[str] | None:
    """The command that runs uv: one that is there already, or one installed into the environment itself."""
    there = there_is_uv()
    if there:
        return there
    own = str(folder / "bin" / "uv")
    works([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCKS / "uv.txt"])
    return [own] if works([own, "--version"]) else None


def side_environment(name: str, folder: Path) -> Path:
    """A small environment of its own for one tool (Node, PostgreSQL), from ops/requirements/<name>.txt."""
    stamp, value = folder / "requirements.stamp", digest(LOCKS / f"{name}.txt")
    if not is_stamped(stamp, value):
        create(folder)
        install(folder, LOCKS / f"{name}.txt")
        stamp.write_text(value)
    return folder

"""The virtual environment, from the hashes of requirements.txt: by uv (4 s), by pip where uv cannot run."""

import shutil
import subprocess
import sys

from ops import system
from ops.places import IS_ROOT, LOCKS, PYTHON, ROOT, VENV, Stop, digest, is_stamped, run, say, works

REQUIREMENTS = ROOT / "requirements.txt"


def ensure():
    """Make .venv hold what requirements.txt says; nothing is done when its stamp says so already."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whatever python3 is here runs this
        raise Stop(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    stamp, value = VENV / "requirements.stamp", digest(REQUIREMENTS)
    if is_stamped(stamp, value) and works([PYTHON, "-c", "import django, ruff"]):
        return
    if not works([PYTHON, "--version"]):
        create(VENV)
    say("Installing Python packages into .venv")
    install(VENV, REQUIREMENTS)
    stamp.write_text(value)


def create(folder):
    """A virtual environment with pip in it, unless a uv on the PATH makes pip unnecessary."""
    bare = works(["uv", "--version"])
    command = [sys.executable, "-m", "venv", "--clear", *(["--without-pip"] if bare else []), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and IS_ROOT and system.has_apt():
        # Debian's python3 comes without ensurepip.
        system.install(["python3-venv"], what_for="A virtual environment")
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise Stop(
            "No virtual environment could be made. On Debian and Ubuntu:"
            " sudo apt-get install -y python3-venv\n" + (done.stdout + done.stderr)[-600:]
        )


def install(folder, lock):
    """Install a hash-locked file into the environment in `folder`."""
    python = folder / "bin" / "python"
    uv = find_uv(folder)
    if uv:
        options = ["--quiet", "--require-hashes", "--compile-bytecode", "--python", python]
        try:
            run([*uv, "pip", "install", *options, "-r", lock])
            return
        except Stop as reason:
            if not works([python, "-m", "pip", "--version"]):
                raise
            say(f"! uv could not install; trying pip. {str(reason).splitlines()[-1]}")
    run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock])


def find_uv(folder):
    """The command that runs uv: the machine's, or one installed into the environment itself."""
    if works(["uv", "--version"]):
        return ["uv"]
    own = folder / "bin" / "uv"
    if not works([own, "--version"]):
        pip = [folder / "bin" / "python", "-m", "pip"]
        works([str(word) for word in [*pip, "install", "--quiet", "--require-hashes", "-r", LOCKS / "uv.txt"]])
    return [str(own)] if works([str(own), "--version"]) else None


def side_environment(name, folder):
    """A small environment of its own for one tool (Node, PostgreSQL), from ops/requirements/<name>.txt."""
    stamp, value = folder / "requirements.stamp", digest(LOCKS / f"{name}.txt")
    if not is_stamped(stamp, value):
        create(folder)
        install(folder, LOCKS / f"{name}.txt")
        stamp.write_text(value)
    return folder

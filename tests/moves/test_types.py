"""What the type checker refuses of a move: another row, another input, other facts. A line with "no" is refused."""

import re
import sys

import pytest

from ops.places import run
from tests.house.test_imports import ROOT

CODE = """
from applications.models import Application
from applications.rules import Readiness, Signing
from audit.actors import CLOCK, Actor
from decisions.models import Decision
from decisions.rules import Issue
from moves.machine import allowed, ask_who, move, refusals
from moves.registry import Made, after, facts_of
from moves.transitions import Facts, Input, Reason


def act(application: Application, decision: Decision, signing: Signing) -> None:
    move(application, Application.submit, by=CLOCK, given=signing)
    move(application, Application.withdraw, by=CLOCK, given=Reason("why"))
    move(application, Application.reopen, by=CLOCK)
    move(application, Application.submit, by=CLOCK)  # no: without its input
    move(application, Application.submit, by=CLOCK, given=Reason("why"))  # no: with another's input
    move(decision, Application.reopen, by=CLOCK)  # no: of another row
    refusals(application, Application.submit, by=CLOCK)
    refusals(decision, Application.submit, by=CLOCK)  # no
    ask_who(application, Application.submit, by=CLOCK)
    ask_who(decision, Application.submit, by=CLOCK)  # no
    allowed(application, CLOCK, Application.submit, Application.withdraw)
    allowed(application, CLOCK, Decision.issue)  # no


@after(Decision.issue)
def its_own(row: Decision, made: Made[Issue, Input]) -> None: ...


@after(Application.withdraw)
def what_is_typed(row: Application, made: Made[Facts, Reason]) -> None: ...


@after(Application.withdraw, Application.reopen, fires=(Decision.issue,))
def several(row: Application, made: Made[Facts, Input]) -> tuple[Decision] | None: ...


@after(Decision.issue)  # no: another row
def another_row(row: Application, made: Made[Facts, Input]) -> None: ...


@after(Decision.issue)  # no: another input
def another_input(row: Decision, made: Made[Facts, Reason]) -> None: ...


@after(Decision.issue)  # no: another's facts
def another_facts(row: Decision, made: Made[Readiness, Input]) -> None: ...


@after(Application.withdraw, Application.reopen)  # no: the second is given no reason
def too_narrow(row: Application, made: Made[Facts, Reason]) -> None: ...


@after(Application.withdraw)  # no: the feed tells rows
def no_rows(row: Application, made: Made[Facts, Reason]) -> str: ...


@facts_of(Application.submit)
def readiness(row: Application, by: Actor) -> Readiness: ...


@facts_of(Application.submit)  # no: the facts of another move
def other_facts(row: Application, by: Actor) -> Issue: ...


@facts_of(Application.submit)  # no: from another row
def other_row(row: Decision, by: Actor) -> Readiness: ...
"""


@pytest.mark.slow
def test_type_checker_refuses_a_move_of_another_row_input_or_facts(tmp_path):
    place = tmp_path / "moved.py"
    place.write_text(CODE)
    options = ["--config-file", "pyproject.toml", "--disable-error-code", "empty-body", "--no-pretty"]
    said = run(["sh", "-c", '"$@" || true', "-", sys.executable, "-m", "mypy", *options, place], cwd=ROOT)
    refused = {int(line) for line in re.findall(r"moved\.py:(\d+): error", said)}
    assert refused == {n for n, line in enumerate(CODE.splitlines(), start=1) if "# no" in line}, said

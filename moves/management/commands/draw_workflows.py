"""`manage.py draw_workflows`: write docs/workflow.md from the life cycles that are installed."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model
from django.utils import translation

from moves import registry
from moves.transitions import AnyMove, nobody

if TYPE_CHECKING:
    from django_fsm import Transition

NOT_YET = "Not yet: "  # in the docstring of a move, before what will make it
PATH = Path("docs") / "workflow.md"
INTRODUCTION = """# Life cycles

Written by `manage.py draw_workflows` from the code; a test fails when it differs from it. Every move passes the
turnstile (`moves/machine.py`), which asks *who* (403), the *duty* (separation of duties and declared interests) and
*when* (409: each question is a function of the app's `rules.py`; those that read what is typed, last, are asked in
the act alone). A conflict of interest closes every move of the file to its person, but where *who* says
otherwise: there they act on their own side. *Fired by*: the move is made as a consequence of those moves. *Reactions*
are consequences, in the same transaction, in the order listed. *Not yet*: moves that nothing makes, and what will.
"""


class Command(BaseCommand):
    requires_system_checks: list = []  # it reads no page
    help = "Write docs/workflow.md from the life cycles that are installed; with --check, only say whether it is so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when the file differs")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        path = settings.BASE_DIR / PATH
        text = document()
        if check:
            if not path.exists() or path.read_text() != text:
                raise CommandError(f"{PATH} is not what the code says: run manage.py draw_workflows.")
            self.stdout.write(f"{PATH} is what the code says.")
        else:
            path.write_text(text)
            self.stdout.write(f"{PATH} written.")


def machines() -> list[type[Model]]:
    """The models that have a life cycle, lower apps first, in the order they are written."""
    order = [app.split(".")[0] for app in settings.INSTALLED_APPS]
    found = [m for m in apps.get_models() if getattr(m, "subject", "") and registry.state_field(m)]
    return sorted(found, key=lambda m: -order.index(m._meta.app_label))


def document() -> str:
    """The whole of docs/workflow.md, in English."""
    with translation.override("en"):
        return "\n".join([INTRODUCTION, *("\n".join(section(m)) for m in machines())])


def section(model: type[Model]) -> Iterator[str]:
    """One life cycle: its diagram, and its moves in a table."""
    field = registry.state_field(model)
    assert field is not None  # `machines` gives the models that have one
    title = registry.subject_name(model).replace("_", " ").capitalize()
    yield f"## {title} (`{model._meta.app_label}/workflow.py`)\n"
    yield "```mermaid\nstateDiagram-v2"
    yield f"    [*] --> {field.get_default()}"
    lines: dict[tuple[str, str], list[str]] = {}
    for name, step in registry.declared(model):
        for source, way in registry.ways(step).items():
            for target in targets(way.target, source):
                lines.setdefault((str(source), target), []).append(name)
    for (source, target), names in lines.items():
        yield f"    {'[*]' if source in '*+' else source} --> {target}: {', '.join(names)}"
    yield "```\n"
    yield "| move | from | to | who | when | duty | fired by | reactions |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, step in registry.declared(model):
        yield row(name, step)
    yield ""
    if later := [f"- `{name}`: {not_yet(step)}" for name, step in registry.declared(model) if not_yet(step)]:
        yield "\n".join(["Not yet:", "", *later, ""])


def row(name: str, step: AnyMove) -> str:
    """The table's row of one move."""
    ways = registry.ways(step)
    sources = [str(source) for source in ways]
    way = next(iter(ways.values()))
    terms = step.terms
    cells = [
        f"`{name}`",
        ", ".join("any" if s in "*+" else s for s in sources),
        ", ".join(targets(way.target, sources[0])),
        who(way) + (f" (despite a conflict: {words(terms.despite_conflict)})" if has_an_own_side(step) else ""),
        "<br>".join([*map(words, terms.when), *map(words, terms.when_given)]),
        str(terms.duty or ""),
        ", ".join(f"`{full_name(cause)}`" for cause in registry.fired_by(step)),
        "<br>".join(f"`{reaction.app}`: {words(reaction.run)}" for reaction in registry.reactions_of(step)),
    ]
    return f"| {' | '.join(cells)} |"


def not_yet(step: AnyMove) -> str:
    """What its docstring says of a move that nothing makes yet, which part of the service will; "" of any other."""
    _before, _mark, words = inspect.cleandoc(step.__doc__ or "").partition(NOT_YET)
    return " ".join(words.split())


def has_an_own_side(step: AnyMove) -> bool:
    """Whether there are people whom a conflict of interest does not stop."""
    return step.terms.despite_conflict is not nobody


def full_name(step: AnyMove) -> str:
    """A move with the name of its model: `assignment.submit`."""
    for model in machines():
        if getattr(model, step.__name__, None) is step:
            return f"{registry.subject_name(model)}.{step.__name__}"
    return step.__name__


def targets(target: object, source: str) -> list[str]:
    """The states a move may lead to; the same state when it leads nowhere else."""
    if target is None:
        return [str(source)]
    if hasattr(target, "allowed_states"):
        return [str(s) for s in target.allowed_states]
    return [str(target)]


def who(way: "Transition") -> str:
    """Who may make the move, in words; nothing when nobody may but through the move that fires it."""
    permission = way.permission
    if permission is None or isinstance(permission, str) or permission is nobody:
        return ""
    return words(permission)


def words(function: Callable[..., object]) -> str:
    """A function's name as words: `is_officer` reads "is officer"."""
    return inspect.unwrap(function).__name__.replace("_", " ")

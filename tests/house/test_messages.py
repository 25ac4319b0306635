"""Whom each message concerns is asked at the moment of telling, of the one function that knows.

`notifications.messages` says it of each kind; docs/messages.md is that table. Here each call that queues a message is
found, and where its readers come from: nobody is told because they once were concerned.
"""

import ast
from pathlib import Path

from django.utils.translation import override

from notifications.constants import Concern, MessageKind
from notifications.messages import KINDS

ROOT = Path(__file__).parents[2]
SOURCES = {
    Concern.ONESELF: {"oneself"},
    Concern.REVIEWER: {"oneself"},
    Concern.APPLICANT: {"people_of"},
    Concern.MEMBERS: {"members_of"},
    Concern.HOLDERS: {"people_of", "members_of"},
    Concern.OFFICERS: {"officers_of"},
    Concern.ASKER: {"office_of"},
    Concern.SCREENERS: {"takers_on"},
    Concern.RULERS: {"rulers_on"},
    Concern.TAKERS: {"takers_of", "officers_of"},
    Concern.RETURNED: {"concerned_by_return", "concerned_by_screening"},
    Concern.UNDONE: {"concerned_by_undoing"},
    Concern.PARTNER: {"concurrers_of"},
    Concern.PARTNERS_PEOPLE: {"concerned_by_voiding"},
}
# Functions whose readers are no list of people: an address, or one who is found by the lists of whoever calls them.
TOLD_BY_THEIR_CALLERS = {
    "applications.reactions._queue",
    "decisions.services.messages._tell",
    "decisions.services.messages._tell_return",
}
TO_AN_ADDRESS = {
    "accounts.services.invitations._invite",
    "accounts.adapter.AccountAdapter.send_mail",
    "applications.services.sponsors.invite_sponsor",
}
TOLD = {  # a content that comes by argument: what the callers of the function give
    "applications.services.changes._tell_applicant": Concern.APPLICANT,
    "applications.services.changes._tell_officer": Concern.ASKER,
    "applications.services.sponsors._answer": Concern.MEMBERS,
}


def calls():
    """Each call of `queue_message`: (the function that makes it, the call, the names of functions that its readers come
    from)."""
    for path in sorted(ROOT.glob("*/**/*.py")):
        if (
            path.relative_to(ROOT).parts[0] in ("tests", "node_modules", "var")
            or "queue_message" not in path.read_text()
        ):
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for owner, function in functions(ast.parse(path.read_text())):
            loops = [node for node in ast.walk(function) if isinstance(node, ast.For)]
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "queue_message":
                    (to,) = [keyword.value for keyword in node.keywords if keyword.arg == "to"]
                    around = [
                        one for one in loops if node in ast.walk(one) and ast.unparse(to) in ast.unparse(one.target)
                    ]
                    yield (
                        f"{module}.{owner}{function.name}",
                        node,
                        called(function, around[-1].iter) if around else set(),
                    )


def functions(tree):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.", inner) for inner in node.body if isinstance(inner, ast.FunctionDef))


def called(function, expression):
    """The functions that `expression` calls, or that the value was made by when it is a name."""
    made = [expression]
    if isinstance(expression, ast.Name):
        made = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == expression.id
        ]
    return {
        node.func.id
        for one in made
        for node in ast.walk(one)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def kind_of(name, call):
    """Whom the content of this call concerns."""
    content = call.args[0]
    if isinstance(content, ast.Call) and isinstance(content.func, ast.Attribute):
        classes = {made.__name__: made for made in KINDS.values()}
        return classes[content.func.attr].words.to
    return TOLD[name]


def test_each_message_asks_who_is_concerned_of_its_one_function():
    found, seen = [], set()
    for name, call, sources in calls():
        if name in TOLD_BY_THEIR_CALLERS | TO_AN_ADDRESS:
            seen.add(name)
            continue
        if not sources or not sources <= SOURCES[kind_of(name, call)]:
            found.append(f"{name}: {ast.unparse(call)[:80]} reads {sorted(sources)}")
    assert found == [], "ask the function of applications.selectors.people that knows; see docs/messages.md"
    assert seen == TOLD_BY_THEIR_CALLERS | TO_AN_ADDRESS, "exceptions that are none any more"


def test_docs_say_of_each_message_whom_it_concerns_and_as_long_as_what_holds():
    told = (ROOT / "docs" / "messages.md").read_text()
    rows = [line.split("|")[1:5] for line in told.splitlines() if line.startswith("| `")]
    with override("en"):
        words = {kind: KINDS[kind].words for kind in MessageKind}
        expected = [
            [f"`{kind.value}`", str(said.subject), said.to.sentence, said.holds.value] for kind, said in words.items()
        ]
    assert [[cell.strip() for cell in row] for row in rows] == expected

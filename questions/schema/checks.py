"""What is wrong between the parts of a form: keys used twice, conditions that refer forward or compare what cannot be
compared, questions that no answers can reach."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from questions import conditions
from questions.constants import Path, Problem, QuestionType, ValueKind
from questions.schema.definition import Form, Question, Section, read_form

MAX_TRIED = 20_000  # combinations of answers tried before a question is given the benefit of the doubt


def check_form(definition: object, *, path: Path = ()) -> list[Problem]:
    """Everything that keeps a form from being published, in the order of the form. Empty when it is sound."""
    form, problems = read_form(definition, path=path)
    problems = problems + _repeated_keys(form) + _bad_references(form)
    if not problems:
        problems = _unreachable(form)
    return problems


def readers_of(form: Form, key: str) -> list[Section | Question]:
    """The questions and sections whose conditions read the answer to `key`: what stands in the way of deleting it."""
    out: list[Section | Question] = []
    holders: list[Section | Question] = [*form.sections, *form.questions]
    for holder in holders:
        trees = (holder.shown_when, getattr(holder, "required_when", None))
        if any(tree and key in {name.key for name in conditions.names(tree)} for tree in trees):
            out.append(holder)
    return out


def _repeated_keys(form: Form) -> list[Problem]:
    problems, seen = [], set()
    for holder in [*form.sections]:
        if holder.key and holder.key in seen:
            problems.append(Problem((*holder.path, "key"), _("The key “%(key)s” is used twice.") % {"key": holder.key}))
        seen.add(holder.key)
    seen = set()
    for question in form.questions:
        if question.key and question.key in seen:
            problems.append(
                Problem((*question.path, "key"), _("The key “%(key)s” is used twice.") % {"key": question.key})
            )
        seen.add(question.key)
    return problems


def _bad_references(form: Form) -> list[Problem]:
    every = {question.key: question for question in form.questions}
    known: dict[str, Question] = {}
    problems = []
    for section in form.sections:
        problems += check_condition(section.shown_when, (*section.path, "shown_when"), known, every)
        for question in section.questions:
            for name in ("shown_when", "required_when"):
                problems += check_condition(getattr(question, name), (*question.path, name), known, every)
            known[question.key] = question
    return problems


def check_condition(
    tree: conditions.Node | None, path: Path, known: Mapping[str, Question], every: Collection[str]
) -> list[Problem]:
    """What a condition may not do. `known` are the questions it may read, `every` all of the form."""
    if tree is None:
        return []
    problems = []
    for name in conditions.names(tree):
        if name.key in known:
            if known[name.key].type == QuestionType.GUIDANCE:
                message = _("“%(name)s” is guidance: it has no answer to read.")
                problems.append(Problem(path, message % {"name": name.key}))
        elif name.key in every:
            message = _("“%(name)s” is not asked before this; a condition may read earlier answers only.")
            problems.append(Problem(path, message % {"name": name.key}))
        else:
            problems.append(Problem(path, _("No question has the key “%(name)s”.") % {"name": name.key}))
    if not problems:
        for comparison in conditions.comparisons(tree):
            said = _wrong_comparison(comparison, known)
            if said:
                problems.append(Problem(path, said))
    return problems


def _kind(node: conditions.Node, known: Mapping[str, Question]) -> ValueKind:
    match node:
        case conditions.Name(key=key):
            return known[key].kind
        case conditions.Call(function="count"):
            return ValueKind.NUMBER
        case conditions.Literal(value=bool()):
            return ValueKind.YES_NO
        case conditions.Literal(value=Decimal()):
            return ValueKind.NUMBER
        case conditions.Literal():
            return ValueKind.TEXT
        case conditions.Listing():
            return ValueKind.LIST
    return ValueKind.YES_NO


def _wrong_comparison(node: conditions.Compare, known: Mapping[str, Question]) -> str:
    left, right = _kind(node.left, known), _kind(node.right, known)
    shown = conditions.to_text(node)
    unequal = _("“%(comparison)s” compares two different kinds (%(left)s and %(right)s).") % {
        "comparison": shown,
        "left": left.label,
        "right": right.label,
    }
    if node.operator in ("in", "not in"):
        if isinstance(node.right, conditions.Name) and right != ValueKind.LIST:
            return unequal
        if left in (ValueKind.NONE, ValueKind.LIST):
            return unequal
    elif (
        ValueKind.NONE in (left, right)
        or ValueKind.LIST in (left, right)
        or (left != right and {left, right} != {ValueKind.TEXT, ValueKind.DATE})
    ):
        return unequal
    elif node.operator not in ("=", "!=") and left == ValueKind.YES_NO:
        return _("“%(comparison)s”: yes and no have no order.") % {"comparison": shown}
    return _unknown_choice(node, known)


def _unknown_choice(node: conditions.Compare, known: Mapping[str, Question]) -> str:
    """A comparison with a choice that the question does not offer can never hold."""
    for one, other in ((node.left, node.right), (node.right, node.left)):
        choice = (QuestionType.ONE_OF, QuestionType.MANY_OF)
        if not isinstance(one, conditions.Name) or known[one.key].type not in choice:
            continue
        values = [other] if isinstance(other, conditions.Literal) else getattr(other, "items", ())
        for literal in values:
            if literal.value not in {option.key for option in known[one.key].options}:
                return _("“%(value)s” is not one of the choices of “%(name)s”.") % {
                    "value": literal.value,
                    "name": one.key,
                }
    return ""


def _unreachable(form: Form) -> list[Problem]:
    """Questions that no combination of answers shows. The answers tried are those that can matter: each
    choice, each number a
    condition names and its neighbours, and no answer at all."""
    problems = []
    section_of = {section.key: section for section in form.sections}
    for section in form.sections:
        if section.shown_when and not _reachable(form, [section.shown_when], section_of):
            problems.append(Problem((*section.path, "shown_when"), _("No answers can ever show this section.")))
            continue
        for question in section.questions:
            trees = [tree for tree in (section.shown_when, question.shown_when) if tree]
            if question.shown_when and not _reachable(form, trees, section_of):
                problems.append(Problem((*question.path, "shown_when"), _("No answers can ever show this question.")))
    return problems


def _reachable(form: Form, trees: list[conditions.Node], section_of: Mapping[str, Section]) -> bool:
    read: list[Question] = []
    compared: dict[str, set[object]] = {}
    waiting = list(trees)
    while waiting:  # everything read, and everything that the conditions of what is read read in turn
        tree = waiting.pop()
        for key, values in conditions.literals_by_name(tree).items():
            compared.setdefault(key, set()).update(values)
        for name in conditions.names(tree):
            question = form.question(name.key)
            assert question is not None  # `_bad_references` has passed
            if question not in read:
                read.append(question)
                section = section_of[question.section]
                waiting += [tree for tree in (section.shown_when, question.shown_when) if tree]
    order = {question.key: index for index, question in enumerate(form.questions)}
    read.sort(key=lambda question: order[question.key])
    numbers = {value for values in compared.values() for value in values if isinstance(value, Decimal)}
    texts = {value for values in compared.values() for value in values if isinstance(value, str)}
    choices = [_worth_trying(question, numbers, texts) for question in read]
    for count, tried in enumerate(itertools.product(*choices)):
        if count > MAX_TRIED:
            return True
        answers: dict[str, object] = {}
        for question, value in zip(read, tried, strict=True):
            section = section_of[question.section]
            shown = all(
                conditions.evaluate(tree, answers) for tree in (section.shown_when, question.shown_when) if tree
            )
            answers[question.key] = value if shown else None
        if all(conditions.evaluate(tree, answers) for tree in trees):
            return True
    return False


def _worth_trying(question: Question, numbers: set[Decimal], texts: set[str]) -> Sequence[object]:
    if question.kind == ValueKind.YES_NO:
        return [True, False, None]
    if question.type == QuestionType.ONE_OF:
        return [option.key for option in question.options] + [None]
    if question.kind == ValueKind.LIST:
        keys = [option.key for option in question.options] if question.type == QuestionType.MANY_OF else []
        most = min(len(keys), 4)
        sets = [list(some) for size in range(most + 1) for some in itertools.combinations(keys, size)]
        rows = sorted({int(n) + step for n in numbers for step in (-1, 0, 1) if 0 < int(n) + step <= 500} | {1})
        return (
            [some or None for some in sets]
            + ([keys] if len(keys) > most else [])
            + ([] if keys else [["x"] * count for count in rows])
        )
    if question.kind == ValueKind.NUMBER:
        return _numbers_worth_trying(question, numbers)
    if question.kind in (ValueKind.TEXT, ValueKind.DATE):
        return [*sorted(texts), "", *[text + "~" for text in sorted(texts)], "~"]
    return ["x", None]


def _numbers_worth_trying(question: Question, numbers: set[Decimal]) -> list[Decimal | None]:
    """The numbers named, what lies between and beyond them, within the question's own limits."""
    least, most = question.limits.get("min"), question.limits.get("max")
    points = sorted(numbers | {limit for limit in (least, most) if limit is not None}) or [Decimal(0)]
    tried = set(points) | {points[0] - 1, points[-1] + 1} | {(a + b) / 2 for a, b in itertools.pairwise(points)}
    if question.type == QuestionType.INTEGER:
        tried = (
            {Decimal(int(n)) for n in tried}
            | {Decimal(int(n)) + 1 for n in points}
            | {Decimal(int(n)) - 1 for n in points}
        )
    if question.type in (QuestionType.MONEY, QuestionType.PERCENT) and least is None:
        tried = {n for n in tried if n >= 0}
    good = [n for n in sorted(tried) if (least is None or n >= least) and (most is None or n <= most)]
    return [*good, None]

"""Nothing in the trail is shown by its code: every verb and every subject that the product writes has its words."""

import ast
import inspect
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

import pytest
from django.utils.translation import override

from applications.selectors.screening import items_named
from applications.services.screening import add_own_item, mark_finding
from audit.services import record
from desk.constants import FACTS, FACTS_OF, SUBJECTS, VALUES_OF, VERBS
from desk.selectors.trail.lines import _done, _models, entries, lines_of
from moves.transitions import Facts, Input
from reviews.services.interests import declare_interests
from tests.files import submitted_file
from tests.mutants import proves

APPS = (
    "accounts",
    "funding",
    "programs",
    "applications",
    "reviews",
    "decisions",
    "awards",
    "documents",
    "reports",
    "desk",
)
ROOT = Path(__file__).resolve().parents[2]


def recorded():
    """(file, line, verb) of every call of `record` or `trail.record` with a literal verb in the apps' services."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or len(node.args) < 2:
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name == "record" and isinstance(node.args[1], ast.Constant):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[1].value


def test_every_recorded_verb_has_its_words():
    known = {*VERBS, *_done()}
    bare = {name.split(".", 1)[1] for name in known}
    lacking = [
        f"{where}: {verb}" for where, verb in recorded() if verb not in known and not ("." not in verb and verb in bare)
    ]
    assert lacking == []


def test_every_life_cycle_and_every_subject_of_a_verb_has_a_name():
    subjects = {name.split(".", 1)[0] for name in VERBS} - {"invitation", "person", "ledger", "trail"}
    assert sorted((subjects | set(_models())) - set(SUBJECTS) - {"machine"}) == []


# Where `given` is of acts recorded, moves apart.
RECORDING = (*APPS, "audit", "builder", "letters", "moves", "notifications", "work")


def keys_of(value, known=None):
    """The literal keys of a dictionary as it is written: one, several joined by `|`, those of a name unpacked in it."""
    match value:
        case ast.Dict():
            for key, one in zip(value.keys, value.values, strict=True):
                if key is None:
                    yield from keys_of((known or {}).get(getattr(one, "id", "")), known)
                elif isinstance(key, ast.Constant):
                    yield key.value
        case ast.BinOp():
            yield from keys_of(value.left, known)
            yield from keys_of(value.right, known)
        case ast.IfExp():
            yield from keys_of(value.body, known)
            yield from keys_of(value.orelse, known)


def given_in(tree):
    """The keys of `given`, passed as it is written or put in a variable of that name first."""
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)]
    targets = [(getattr(node, "targets", None) or [node.target], node.value) for node in assigned]
    known = {target.id: value for many, value in targets for target in many if isinstance(target, ast.Name)}
    for (target, *_others), value in targets:
        if isinstance(target, ast.Name) and target.id == "given":
            yield from keys_of(value, known)
        if isinstance(target, ast.Subscript) and getattr(target.value, "id", "") == "given":
            yield from (target.slice.value,) if isinstance(target.slice, ast.Constant) else ()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "given":
            yield from keys_of(node.value, known)


def told_by(kind):
    """The keys that `told()` of a move's facts or input returns, of it and of every kind of it in the product."""
    for one in kind.__subclasses__():
        yield from told_by(one)
        if one.__module__.startswith("tests."):
            continue
        written = inspect.getsource(one.told)
        if issubclass(one, Input) and (one.told is Input.told or "super().told()" in written):
            yield from (field.name for field in fields(one) if field.name != one.words_in)
        for node in ast.walk(ast.parse(dedent(written))):
            if isinstance(node, ast.Return):
                yield from keys_of(node.value)


def test_every_fact_of_an_act_has_its_name():
    found = {*told_by(Facts), *told_by(Input)}
    assert {"closed_at", "back_to", "presumed", "items", "shares", "counted"} <= found
    for app in RECORDING:
        for path in (ROOT / app).rglob("*.py"):
            found |= set(given_in(ast.parse(path.read_text(encoding="utf-8"))))
    assert {"touches", "limit", "reverses", "asked", "sha256", "number"} <= found
    assert sorted(found - set(FACTS)) == []
    assert sorted({*FACTS_OF, *VALUES_OF} - {*VERBS, *_done()}) == []


def test_every_text_of_an_act_has_its_name():
    """Of those that are kept apart, as they are written; a note is quoted without one."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for app in RECORDING for path in (ROOT / app).rglob("*.py"))
    keywords = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.keyword))
    found = {key for one in keywords if one.arg == "personal" for key in keys_of(one.value)}
    assert {"why", "ruling", "note", "organisation", "text_fr"} <= found
    assert sorted(found - {"note"} - set(FACTS)) == []


TOLD = [
    # verb, given; its facts as read in English, and in French
    ("agreement.import", {"reference": "MEIE-2026-114"},
     [("agreement number", "MEIE-2026-114")], [("numéro de l’entente", "MEIE-2026-114")]),
    ("person.set_aside_work", {"reference": "FE-2026-00042"},
     [("file", "FE-2026-00042")], [("dossier", "FE-2026-00042")]),
    ("declaration.declared", {"answer": "conflict", "touches": ["score", "certify_claim"]},
     [("answer", "conflict of interest"), ("duties already done", "score, certify a claim")],
     [("réponse", "conflit d’intérêts"), ("actes déjà faits", "noter, certifier une demande de versement")]),
    ("program.appoint", {"role": "approver"}, [("role", "approver")], [("rôle", "personne qui approuve")]),
    ("partner.seat", {"role": "concurrence"},
     [("role", "concurrence officer")], [("rôle", "responsable de l’accord préalable")]),
    ("organisation.change_role", {"before": "member", "after": "signatory"},
     [("before", "member"), ("after", "authorised signatory")],
     [("avant", "membre"), ("après", "personne autorisée à signer")]),
    ("decision.draft", {"kind": "partial"}, [("kind", "approval in part")], [("type", "approbation partielle")]),
    ("interest.recorded", {"kind": "family"}, [("kind", "family")], [("type", "lien familial")]),
    ("job.start", {"kind": "file_list"}, [("kind", "List of files (CSV)")], [("type", "Liste des dossiers (CSV)")]),
    ("decision.issue", {"kind": "partial"}, [("kind", "approval in part")], [("type", "approbation partielle")]),
    ("interest.recorded", {"kind": "approved"}, [("kind", "approved")], [("type", "approved")]),  # another act's word
    ("ledger.close_year", {"before": "member"}, [("before", "member")], [("avant", "member")]),  # no role of a member
    # No balance on the line of one file: it would tell what others hold.
    ("ledger.commit", {"amount": "5", "before": {"reserved": "5"}, "after": {"reserved": "0"}},
     [("amount", "$5.00")], [("montant", "5,00\u00a0$")]),
    ("ledger.release", {"from": "reserved"},
     [("out of the balance", "Reserved")], [("pris sur le solde", "Réservé")]),
    ("application.next_cohort", {"from": "2026-09-30T21:00:00+00:00", "to": "2027-01-31T22:00:00+00:00"},
     [("earlier cohort", "2026-09-30T21:00:00+00:00"), ("later cohort", "2027-01-31T22:00:00+00:00")],
     [("cohorte précédente", "2026-09-30T21:00:00+00:00"), ("cohorte suivante", "2027-01-31T22:00:00+00:00")]),
    ("declaration.ruled", {"clear": False},
     [("ruling", "conflict of interest")], [("décision", "conflit d’intérêts")]),
    ("declaration.ruled", {"clear": True},
     [("ruling", "no conflict of interest")], [("décision", "aucun conflit d’intérêts")]),
    ("decision.send_back", {"back_to": "start"}, [("sent back", "to the start of the approval chain")],
     [("renvoyée", "au début de la chaîne d’approbation")]),
    ("decision.send_back", {"back_to": "panel"},
     [("sent back", "to the committee")], [("renvoyée", "au comité d’évaluation")]),
    ("decision.send_back", {"back_to": "screening"},
     [("sent back", "to screening")], [("renvoyée", "à l’analyse d’admissibilité")]),
    ("application.recommend", {"passed": True},
     [("reaches the pass mark", "yes")], [("atteint la note de passage", "oui")]),
    ("application.mark_finding", {"passed": False}, [("passed", "no")], [("conforme", "non")]),
    ("application.complete_reviews", {"counted": 3, "mean": "81.3333"},
     [("reviews in", "3"), ("mean", "81.33")], [("évaluations reçues", "3"), ("moyenne", "81,33")]),
    ("application.recommend", {"shares": [{"envelope": "2026-2027", "amount": "15000.00"}]},
     [("by envelope", "amount: $15,000.00; envelope: 2026-2027")],
     [("par enveloppe", "montant\u00a0: 15\u00a0000,00\u00a0$; enveloppe\u00a0: 2026-2027")]),
    ("assignment.submit", {"scores": {"rigour": "3.5"}, "total": "70.0000"},
     [("scores", "rigour: 3.5"), ("total", "70.00")], [("notes", "rigour\u00a0: 3,5"), ("total", "70,00")]),
    ("program.appoint", {"limit": "250000.00"},
     [("approval limit", "$250,000.00")], [("limite d’approbation", "250\u00a0000,00\u00a0$")]),
    ("application.recommend", {"outcome": "waitlisted"},
     [("outcome", "waiting list")], [("résultat", "liste d’attente")]),
    ("application.save_answer", {"question": "eligibility:", "version": 1},
     [("question", "eligibility"), ("version", "1")], [("question", "admissibilité"), ("version", "1")]),
    ("assignment.offered", {"seat": "industry"}, [("seat", "industry")], [("siège", "industrie")]),
    ("ledger.commit", {"move": "decision.issue"}, [("by", "Decision issued")], [("par", "Décision rendue")]),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("verb", "given", "english", "french"), TOLD, ids=[verb for verb, *_rest in TOLD])
def test_facts_of_an_act_are_read_in_words(cast, verb, given, english, french):
    """What a fact is called may depend on the act; a code of a closed list is never shown, alone or in a list."""
    entry = record(cast.ana, verb, by=cast.ana, given=given)
    for language, facts in (("en", english), ("fr", french)):
        with override(language):
            (line,) = lines_of(entries().filter(pk=entry.pk))
        assert sorted(line.facts) == sorted(facts)


@pytest.mark.django_db
@proves(items_named)
def test_item_of_a_checklist_is_called_as_its_file_calls_it(cast, programme, django_assert_num_queries):
    """By the rules of its call, or by the officer who added it: each in its own file."""
    file, other = submitted_file(cast, programme), submitted_file(cast, programme, company="precision")
    for one, words in ((file, "Bail"), (other, "Permis")):
        declare_interests(one, by=cast.screener, answer="none")
        own = add_own_item(one, by=cast.screener, text_fr=words, text_en=f"{words} (en)")
    with django_assert_num_queries(0):
        assert items_named([]) == {}
    with django_assert_num_queries(2):
        names = items_named([file.pk])
    assert {key for key, _item in names} == {file.pk}
    assert (str(names[file.pk, "duplicate"]), str(names[file.pk, own.item])) == (
        "Aucune autre demande pour le même projet", "Bail",
    )  # fmt: skip
    mark_finding(file, "duplicate", by=cast.screener, passed=True, reason="", version=0)
    acts = [
        entries().get(verb="application.mark_finding"),
        *entries().filter(verb="application.add_item").order_by("pk"),
    ]
    for language, said in (
        ("fr", ["Aucune autre demande pour le même projet", "Bail", "Permis"]),
        ("en", ["No other application for the same project", "Bail (en)", "Permis (en)"]),
    ):
        with override(language):
            told = [dict(line.facts) for line in lines_of(acts)]
        assert [
            facts["item of the checklist" if language == "en" else "point de la liste de vérification"]
            for facts in told
        ] == said

"""A programme's rules in words: every rule there is has its sentence, said from its own definition."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from builder.bundle import check_bundle
from builder.services import import_bundle
from funding.models import Agreement
from programs.constants import DayKind, LineStrategy, Order, Recipient
from programs.models import ProgramFunding
from programs.policy import (
    AutomaticCheck,
    ClaimRules,
    Excluded,
    Policy,
    Rate,
    parse_policy,
    rules_in,
)
from programs.policy.reporting import Every, HoldbackUntil
from programs.policy.service import Start
from programs.roles import Seat
from programs.selectors.words import agreements_in_words
from questions import conditions
from tests.cast import BUNDLE
from tests.decisions.files import other_agreement
from tests.files import AT, open_call
from tests.house.test_policy import themes
from tests.mutants import proves
from work.texts import Text

TEXT = BUNDLE.read_text(encoding="utf-8")
OTHER = Text("Autre chose", "Something else")
# Another value of every rule. A key of an item names it for the machine: nobody reads it.
OTHERS = {
    "AidRules.rate": Rate(recipients={Recipient.SME: Decimal(50), Recipient.RESEARCH: Decimal(80)}),
    "AidRules.stacking_cap": Decimal(75),
    "AidRules.weights": {"grant": Decimal(90)},
    "AidRules.max_aid": None,
    "AidRules.min_project": Decimal(0),
    "AidRules.in_kind": None,  # one value is known
    "Category.key": None,
    "Category.name": {"fr": "Autre", "en": "Other"},
    "Category.eligible": False,
    "Category.cap_percent_after": Decimal(20),
    "Category.max_per_item": Decimal(500),
    "Category.rate": Rate(Decimal(25)),
    "Window.start": date(2026, 11, 2),
    "Window.until": None,
    "Bonus.per_level": Decimal(7000),
    "Bonus.within_maximum": False,
    "Bonus.outside_rate": None,  # one value is known
    "Eligibility.contact": OTHER,
    "EligibilityQuestion.question": "label",
    "EligibilityQuestion.eligible_when": conditions.parse("staff > 3"),
    "EligibilityQuestion.refusal": OTHER,
    "ChecklistItem.key": None,
    "ChecklistItem.label": OTHER,
    "ChecklistItem.help": OTHER,
    "ChecklistItem.automatic": AutomaticCheck.DATES,
    "PanelRules.reviewers": 5,
    "PanelRules.seats": {Seat.INDUSTRY: 3},
    "PanelRules.excluded": (Excluded.SPONSOR,),
    "PanelRules.anonymous": None,  # one value is known
    "PanelRules.review_days": 9,
    "PanelRules.quorum": 2,
    "RankingRules.order": Order.SUBMISSION,
    "RankingRules.line": LineStrategy.PARTIAL,
    "RankingRules.allocation": None,  # one value is known
    "RankingRules.discuss_spread": Decimal("12.5"),
    "RankingRules.within_cohort": False,
    "RankingRules.waitlist_to_next_cohort": False,
    "RankingRules.ties": ("strategic_fit",),
    "Promise.days": 99,
    "Promise.kind": DayKind.CALENDAR,
    "Promise.start": Start.CLAIM,
    "DecisionPromise.days": 99,
    "DecisionPromise.kind": DayKind.BUSINESS,
    "DecisionPromise.start": Start.CLOSING,
    "DecisionPromise.incomplete_moves_after": 7,
    "ServiceStandards.acknowledge": None,
    "ServiceStandards.complete": None,
    "ServiceStandards.decide": None,
    "ServiceStandards.claim": None,
    "ServiceStandards.reconsider": None,
    "ReconsiderationRules.ask_days": 9,
    "ReconsiderationRules.answer_days": 9,
    "ReconsiderationRules.held_percent": Decimal(0),
    "ClaimRules.every": Every.MILESTONE,
    "ClaimRules.holdback_percent": Decimal("2.5"),
    "ClaimRules.holdback_until": HoldbackUntil.CLOSE_OUT,
    "Indicator.key": None,
    "Indicator.name": OTHER,
    "Indicator.unit": OTHER,
}
UNSAID = {"Category.key", "ChecklistItem.key", "Indicator.key"}
ONE_VALUE = {"AidRules.in_kind", "Bonus.outside_rate", "PanelRules.anonymous", "RankingRules.allocation"}


@pytest.fixture(scope="module")
def policy():
    from builder.bundle import read_bundle

    return parse_policy(read_bundle(TEXT).rules)


def rules_of_types():
    return {f"{theme.__name__}.{name}" for theme in themes() for name in rules_in(theme)}


def spoken(policy):
    """Everything that is said of a policy, in one text."""
    names = {"improvement_plan": "Improvement plan", "strategic_fit": "Strategic fit"}
    with override("en"):
        return "\n".join(f"{rule.name}: {rule.words}" for chapter in policy.said(names) for rule in chapter.rules)


def changed(value, name, other):
    """`value` with the first field `name` ("Category.rate") found in it set to `other`; None where there is none."""
    theme, field_name = name.split(".")
    if type(value).__name__ == theme:
        if other == "label":
            return replace(value, question=replace(value.question, label=OTHER))
        return replace(value, **{field_name: other})
    if isinstance(value, dict):
        for key, one in value.items():
            if (made := changed(one, name, other)) is not None:
                return value | {key: made}
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            if (made := changed(one, name, other)) is not None:
                return (*value[:place], made, *value[place + 1 :])
    elif is_dataclass(value):
        for one in fields(value):
            if (made := changed(getattr(value, one.name), name, other)) is not None:
                return replace(value, **{one.name: made})
    return None


def test_every_rule_of_the_types_is_tried_here():
    assert set(OTHERS) == rules_of_types()


@pytest.mark.parametrize("name", sorted(set(OTHERS) - UNSAID - ONE_VALUE))
def test_a_rule_that_changes_changes_what_is_said(policy, name):
    other = changed(policy, name, OTHERS[name])
    assert other is not None, "no rule of this name in the bundle"
    assert other != policy
    assert spoken(other) != spoken(policy)


def test_rule_of_one_value_is_said_too(policy):
    words = spoken(policy)
    for sentence in (
        "Contributions in kind: Valued apart",
        "outside the aid rate",
        "Names: Reviewers see who applies.",
        "How the money goes: Ranked, funded down the list",
    ):
        assert sentence in words


def test_rules_are_said_in_the_words_of_each_language(policy):
    def lines(language):
        with override(language):
            return [
                (rule.name, rule.words, rule.later)
                for chapter in policy.said({"improvement_plan": "IP", "strategic_fit": "SF"})
                for rule in chapter.rules
            ]

    english, french = ({a: (b, c) for a, b, c in lines(language)} for language in ("en", "fr"))
    assert len(english) == len(french) == len(lines("en"))
    assert english["Costs: Salaries of the project team"] == (
        "at most 40% of eligible costs, once the cap is applied",
        "",
    )
    assert english["First day of eligible costs"] == ("The day on which the application is submitted.", "")
    assert english["Reviewers per file"] == ("3 reviewers: 2 from the cluster; 1 from industry.", "")
    assert french["Personnes évaluatrices par dossier"] == (
        "3 personnes évaluatrices\xa0: 2 de la grappe; 1 de l’industrie.",
        "",
    )
    assert english["Between equal files"] == (
        "The file with the higher score on these criteria comes first, in this order: IP; SF. Files that are still "
        "equal share their rank: "
        "the committee settles it.",
        "",
    )
    assert english["Held back"] == ("10% of each payment.", "claims and payments")
    assert english["Pay a claim"] == ("25 calendar days from the claim.", "claims and payments")
    assert french["Retenue"] == ("10\xa0% de chaque versement.", "demandes de versement et versements")
    assert french["Décider"][0] == (
        "45 jours civils après la clôture de la cohorte ou de l’appel, ou après le jour où le dossier est déclaré "
        "complet pour la première fois, si ce jour vient plus tard. Un dossier dont les corrections sont encore "
        "attendues 20 jours civils après la clôture de sa cohorte passe à la cohorte suivante. Les jours où des "
        "corrections sont attendues de l’organisation demandeuse ne comptent pas."
    )


def test_rate_says_whom_it_pays_what():
    both = Rate(recipients={Recipient.ENTERPRISE: Decimal(40), Recipient.RESEARCH: Decimal(80)})
    with override("en"):
        assert str(Rate(Decimal("62.50"))) == "62.5%"
        assert str(both) == "enterprise: 40%; university or research centre: 80%"
    assert (both.of("enterprise"), both.of("sme"), both.of("research")) == (Decimal(40), Decimal(40), Decimal(80))
    only = Rate(recipients={Recipient.SME: Decimal(50)})
    assert (only.of("enterprise"), only.of("sme"), only.of("research")) == (None, Decimal(50), None)
    assert Rate(Decimal(30)).of("research") == Decimal(30)
    for wrong in ({}, {"everyone": Decimal(1), "recipients": {}}):
        with pytest.raises(ValueError, match="a rate is one"):
            Rate(**wrong)


def test_what_waits_for_a_part_that_is_not_built_is_listed_by_its_key(policy):
    assert policy.promised == [
        "service.claim",
        "claims.every",
        "claims.holdback_percent",
        "claims.holdback_until",
        "indicators",
    ]
    assert Policy(aid=policy.aid).promised == []
    assert Policy(aid=policy.aid, claims=ClaimRules()).promised == ["claims.holdback_percent"]


# ------------------------------------------------------- refused by name


@pytest.mark.parametrize(
    ("was", "becomes", "where", "known"),
    [
        ("anonymous: false", "anonymous: true", "panel.anonymous", "Known here: false."),
        ("review_days: 15", "review_days: 15\n  meeting: {quorum: 5}", "panel.meeting", "Known here: anonymous, excl"),
        ("[sponsor, competitor]", "[sponsor, customer]", "panel.excluded[1]", "Known here: sponsor, competitor."),
        ("[sponsor, competitor]", "[sponsor, member]", "panel.excluded[1]", "Known here: sponsor, competitor."),
        ("order: raw", "order: adjusted", "ranking.order", "Known here: submission, raw."),
        ("order: raw", "order: moderated", "ranking.order", "Known here: submission, raw."),
        ("allocation: ranked", "allocation: first_come", "ranking.allocation", "Known here: ranked."),
        ("outside_rate: true", "outside_rate: false", "aid.bonus.outside_rate", "Known here: true."),
        ("rate: 40", "rate: 40\n  overhead: {research: 27}", "aid.overhead", "Known here: bonus, categories, in_kind"),
        (
            "rate: 40",
            "rate: 40\n  tax_credit_rate: 30",
            "aid.tax_credit_rate",
            "is not available yet (consortium projects)",
        ),
    ],
)
def test_what_nothing_obeys_yet_is_refused_by_name_with_what_is_known_there(was, becomes, where, known):
    assert TEXT.count(f" {was}") == 1
    with override("en"):
        (problem,) = check_bundle(TEXT.replace(f" {was}", f" {becomes}"))
    assert problem.where == where
    assert "is refused" in problem.message
    assert known in problem.message


def test_a_key_that_nobody_knows_is_told_with_those_that_are():
    with override("en"):
        (problem,) = check_bundle(TEXT.replace("within_cohort: true", "within_cohorts: true"))
    assert problem.where == "ranking.within_cohorts"
    assert problem.message == (
        "The key “within_cohorts” is not known here. Known here: allocation, discuss_spread, line, order, ties, "
        "waitlist_to_next_cohort, within_cohort."
    )


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("rate: 40\n", "rate: {}\n"),
        ("rate: 40\n", "rate: {enterprise: 40, friends: 50}\n"),
        ("rate: 40\n", "rate: {enterprise: 140}\n"),
    ],
)
def test_a_rate_that_pays_nobody_or_nobody_known_is_refused(was, becomes):
    (problem,) = check_bundle(TEXT.replace(was, becomes, 1))
    assert problem.where.split(".")[:2] == ["aid", "rate"]


@pytest.mark.parametrize(
    ("quorum", "said"),
    [
        (1, "The quorum (1) must be at least the number of sides on the committee (2)."),
        (2, None),
        (3, None),
        (4, "The quorum (4) is higher than the number of reviewers per file (3). Quorum"),
    ],
)
def test_quorum_is_one_that_a_file_can_reach_with_each_side(quorum, said):
    with override("en"):
        found = check_bundle(TEXT.replace("review_days: 15", f"review_days: 15\n  quorum: {quorum}"))
    assert [problem.where for problem in found] == (["panel.quorum"] if said else [])
    assert all(problem.message.startswith(said) for problem in found)


def test_reconsideration_is_answered_in_one_number_of_days():
    for was, becomes in (
        ("answer_days: 30", "answer_days: 45"),
        ("reconsider: {days: 30, kind: calendar", "reconsider: {days: 30, kind: business"),
    ):
        assert [problem.where for problem in check_bundle(TEXT.replace(was, becomes))] == ["service.reconsider"]


def test_no_programme_lets_who_has_an_interest_in_the_sponsor_review():
    text = TEXT.replace("[sponsor, competitor]", "[competitor]")
    assert [problem.where for problem in check_bundle(text)] == ["panel.excluded"]


@pytest.mark.parametrize("start", ["claim", "request"])
def test_clock_starts_where_it_can(start):
    text = TEXT.replace("from: closing_or_complete", f"from: {start}")
    assert [problem.where for problem in check_bundle(text)] == ["service.decide.from"]
    moved = TEXT.replace("kind: business, from: submission}", "kind: business, from: closing}", 1)
    assert [problem.where for problem in check_bundle(moved)] == ["service.acknowledge.from"]


# --------------------------------------------------------------- on pages


RATES = "rate: {enterprise: 40, sme: 50, research: 80}"


def test_pages_say_a_rate_by_recipient(cast, programme):
    import_bundle(TEXT.replace("rate: 40\n", RATES + "\n", 1), by=cast.officer)
    client = Client()
    client.force_login(cast.officer)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("program-rules", args=[programme.slug]))
    words = " ".join(page.content.decode().split())
    assert page.status_code == 200
    assert "enterprise: 40%; small or medium enterprise (under 250 employees): 50%; university" in words
    for sentence in (
        "at most 40% of eligible costs, once the cap is applied",
        "The day on which the application is submitted.",
        "8% of each fiscal year&#x27;s amount belongs to the cluster",
        "On every award above $75,000.00.",
        "Not applied yet. It will be once this feature is available: claims and payments.",
        "Jobs created (jobs)",
        "improvement plan",
    ):
        assert sentence.lower() in words.lower()


def test_public_pages_say_a_rate_by_recipient(cast, programme, clock_at):
    clock_at(AT)
    import_bundle(TEXT.replace("rate: 40\n", RATES + "\n", 1), by=cast.officer)
    call = open_call(cast, programme)
    client = Client()
    for url in (reverse("call", args=[call.public_id]), reverse("program", args=[programme.slug])):
        page = client.get(url)
        assert page.status_code == 200
        assert "entreprise\xa0: 40\xa0%<br>petite ou moyenne entreprise" in page.content.decode()


@proves(agreements_in_words)
def test_agreements_that_pay_the_programme_say_their_terms_by_reference(cast, programme):
    own = programme.funding.get()
    others = [other_agreement(programme, name) for name in ("ZZZ", "AAA")]
    for agreement, share in zip(others, (30, 25), strict=True):
        Agreement.objects.filter(pk=agreement.pk).update(concurrence_above=share - 25, recovered_reusable=True)
        ProgramFunding.objects.create(program=programme, agreement=agreement, share=share)
    with override("en"):
        chapters = agreements_in_words(programme.calls.get())
        first = {rule.name: (rule.words, rule.later) for rule in chapters[0].rules}
        last = {rule.name: rule.words for rule in chapters[-1].rules}
    references = sorted([own.agreement.reference, *(one.reference for one in others)])
    assert [chapter.title.partition("agreement ")[2] for chapter in chapters] == references
    assert first["What it pays"] == ("25% of each award.", "")
    assert first["Concurrence of the partner"] == ("On every award.", "")
    assert first["Money that is recovered"] == ("May be awarded again, while the fiscal year is open.", "")
    assert first["Files kept for audit"] == ("7 years", "the retention of files")
    assert last["Concurrence of the partner"] == "On every award above $5.00."
    Agreement.objects.update(concurrence_above=None, recovered_reusable=False, fee_percent="12.5")
    with override("en"):
        said = {rule.name: rule.words for rule in agreements_in_words(programme.calls.get())[0].rules}
    assert said["Concurrence of the partner"] == "Never asked."
    assert said["Money that is recovered"] == "Goes back to the partner."
    assert (
        said["Administration fee"] == "12.5% of each fiscal year's amount belongs to the cluster and cannot be awarded."
    )


LETS = "Réponse qui permet de présenter une demande\xa0: "
STAFF = "Combien d’employés votre entreprise compte-t-elle?"
OQLF = "Votre entreprise est-elle en règle avec l’Office québécois de la langue française (OQLF)?"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "fr",
            {
                STAFF: f"{LETS}au moins 10 et au plus 250. Sinon\xa0: «\xa0Vous ne pouvez pas présenter de demande, "
                "parce que le programme s’adresse aux entreprises de 10 à 250 employés.\xa0»",
                "À combien estimez-vous les dépenses de votre projet?": f"{LETS}au moins 20\xa0000,00\xa0$.",
                OQLF: f"Question posée seulement dans ce cas\xa0: «\xa0{STAFF}\xa0»\xa0: au moins 25. {LETS}Oui.",
            },
        ),
        (
            "en",
            {
                "How many employees does your company have?": "Required answer: at least 10 and at most "
                "250. Otherwise: “You cannot apply, because the programme is for companies with 10 to 250 employees.”",
                "What share of your revenue comes from aerospace?": "Required answer: at least 25%.",
            },
        ),
    ],
)
def test_conditions_of_the_check_are_said_in_words_not_in_code(policy, language, expected):
    with override(language):
        said = {rule.name: rule.words for rule in policy.eligibility.said()}
    for question, words in expected.items():
        assert said[question].startswith(words)
    assert not [words for words in said.values() if ">=" in words or " = " in words]

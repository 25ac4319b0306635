"""The whole story through the public services, in the order in which people live it: from the ministry's guide to the
signed letter, the partner's report and the auditor's reading. Each step is a sentence; the browser tells it again.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.urls import reverse
from django.utils import translation

from accounts.models import Organisation
from accounts.services import register_organisation
from applications.access import open_file
from applications.figures import aid_of
from applications.findings import checklist_of
from applications.models import Application, ChangeItem
from applications.rules import Change
from applications.services.changes import request_changes, resubmit_application
from applications.services.drafts import attach_document, save_answer, start_application
from applications.services.screening import find_complete, find_eligible, mark_finding
from applications.services.sponsors import confirm_sponsorship, find_sponsorship, invite_sponsor
from applications.services.submission import submit_application
from applications.states import ChangeWhy, PublicState
from audit import checks
from audit.actors import Guest
from awards.models import Award
from builder.services import import_bundle
from decisions import services as decisions
from decisions.models import Decision
from decisions.selectors import UNSHOWN
from demo import answers, papers, people
from demo.cast import COMPANIES
from desk.selectors import whole_chronicle
from documents.services import render
from funding.ledger import reconcile
from funding.models import Envelope, LedgerEntry
from letters.models import Letter
from letters.selectors import find_by_code
from letters.services import read_letter
from moves.models import DutyDone
from moves.refusals import Forbidden, WrongMoment
from notifications import services as outbox
from notifications.models import Message
from reports.services import create_api_key, revoke_api_key
from reviews.models import Assignment
from reviews.selectors import ranking
from reviews.services import (
    assign_reviewer,
    declare_interests,
    recommend,
    record_interest,
    save_score,
    sign_undertaking,
    start_review,
    submit_review,
)
from tests.cast import BUNDLE
from tests.files import publish_call
from work import clock

pytestmark = pytest.mark.renders  # the letter is drawn for real

PANEL = ("ana", "ben", "chloe")
FIRST_YEAR = Decimal("1472000.00")  # 1 600 000 $ less the fee of 8 %


def at(month, day, hour=14):
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def year(db, clock_at):
    """The cast at work since January; `year.when(month, day)` moves the clock on."""
    return Year(clock_at)


class Year:
    """The story: one method a step, each with what must be true after it."""

    def __init__(self, clock_at):
        self.when = lambda *day: clock_at(at(*day))
        self.when(1, 12)
        self.cluster, self.cast = people.found()
        for company in ("precision", "prime"):
            people.register(company, self.cast)
        self.files = {}

    def who(self, key):
        return self.cast[key]

    # 1. The officer imports the programme and publishes its call

    def open_the_programme(self):
        self.when(4, 2)
        self.program = import_bundle(BUNDLE.read_text(encoding="utf-8"), by=self.who("officer"))
        people.appoint_all(self.program, self.cast)
        self.when(5, 11)
        self.call = publish_call(self.program.calls.get(), by=self.who("officer"))

    # 2. A company registers, writes, is sponsored, submits once

    def register(self):
        self.when(9, 1)
        facts = {k: v for k, v in COMPANIES["usinage"].items() if k not in ("signatory", "members")}
        with pytest.raises(ValidationError) as refused:
            register_organisation(by=self.who("sophie"), **facts | {"neq": "4464879526"})
        assert list(refused.value.message_dict) == ["neq"]
        self.usinage = register_organisation(by=self.who("sophie"), **facts)

    def draft(self, company, by, *, requested):
        organisation = Organisation.objects.get(neq=COMPANIES[company]["neq"])
        file = start_application(self.call, organisation, by=by, eligibility=answers.eligibility(company))
        there = dict(file.answers.values_list("question", "version"))
        for question, value in answers.answers(company, on=clock.today(), requested=requested).items():
            save_answer(file, question, value, by=by, version=there.get(question, 0))
        for question, name in answers.documents(company).items():
            attach_document(file, question, papers.pdf(name, company, name=name), by=by)
        _asked, token = invite_sponsor(
            file,
            by=by,
            email=answers.SPONSOR["email"],
            organisation_name=answers.SPONSOR["name"],
            language="fr",
        )
        confirm_sponsorship(
            find_sponsorship(token),
            by=Guest("Hélène Savard"),
            name="Hélène Savard",
            improvement=answers.IMPROVEMENT["fr"],
        )
        return Application.objects.get(pk=file.pk)

    def submit(self, company, by, *, requested):
        file = self.draft(company, by, requested=requested)
        sent = submit_application(file, by=by, attestations=answers.ATTESTATIONS, signed_name=by.full_name)
        again = submit_application(file, by=by, attestations=answers.ATTESTATIONS, signed_name=by.full_name)
        assert (again.pk, again.reference) == (sent.pk, sent.reference)  # a double click is one submission
        assert sent.snapshots.count() == 1
        assert sent.requested_amount == requested
        self.files[company] = sent
        return sent

    def fresh(self, company):
        return Application.objects.select_related("call__program", "organisation").get(pk=self.files[company].pk)

    # 3. The officer screens it, asks for one change, finds it eligible, assigns

    def ask_for_a_change(self, company):
        self.when(9, 16)
        file, officer = self.fresh(company), self.who("officer")
        open_file(file, by=officer)
        item = Change("budget_notes", ChangeWhy.INCOMPLETE, "Précisez le taux horaire.")
        request_changes(file, by=officer, items=[item], due=clock.now() + timedelta(days=10))
        self.when(9, 18)
        file, sophie = self.fresh(company), self.who("sophie")
        with pytest.raises(WrongMoment):
            save_answer(
                file, "method", "Autre méthode.", by=sophie, version=file.answers.get(question="method").version
            )
        version = file.answers.get(question="budget_notes").version
        save_answer(file, "budget_notes", "Taux horaire réel : 46 $.", by=sophie, version=version)
        resubmit_application(self.fresh(company), by=sophie)
        changed = ChangeItem.objects.get(request__application=file)
        assert changed.before == answers.answers("usinage", on=clock.today())["budget_notes"]
        assert changed.after == "Taux horaire réel : 46 $."
        assert self.fresh(company).snapshots.count() == 2

    def find_eligible(self, company):
        self.when(10, 5)
        file, screener = self.fresh(company), self.who("screener")
        with pytest.raises(WrongMoment):  # interests come first
            mark_finding(file, checklist_of(file)[0].key, by=screener, passed=True)
        declare_interests(file, by=screener, answer="none")
        find_complete(file, by=screener)
        for item in checklist_of(file):
            mark_finding(file, item.key, by=screener, passed=True)
        assert find_eligible(self.fresh(company), by=screener).state == "eligible"

    def assign(self, company):
        self.when(10, 8)
        file, officer = self.fresh(company), self.who("officer")
        for key in PANEL:
            assign_reviewer(file, self.who(key), by=officer)
        applicant = file.organisation
        record_interest(
            by=self.who("dev"), kind="competitor", organisation_name=applicant.legal_name, neq=applicant.neq
        )
        with pytest.raises(WrongMoment) as refused:
            assign_reviewer(file, self.who("dev"), by=officer)
        assert applicant.legal_name in refused.value.message
        assert start_review(self.fresh(company), by=officer).state == "in_review"

    # 4. Each reviewer declares, scores each criterion with its comment, goes on

    def review(self, company, points=(4, 4, 3)):
        self.when(10, 13)
        for key, point in zip(PANEL, points, strict=True):
            reviewer, file = self.who(key), self.fresh(company)
            sign_undertaking(self.call, by=reviewer)
            declare_interests(file, by=reviewer, answer="none")
            review = Assignment.objects.get(application=file, reviewer=reviewer)
            for criterion in self.call.rubric.definition["criteria"]:
                save_score(
                    review, criterion["key"], by=reviewer, version=0, point=str(point), comment=f"La note {point}."
                )
            submit_review(review, by=reviewer)
        file = self.fresh(company)
        assert (file.state, file.score) == ("reviewed", Decimal("73.3333"))

    # 5. Ranking, recommendation, endorsement, approval, concurrence, issue

    def recommend(self, company):
        self.when(11, 3)
        chair, file = self.who("chair"), self.fresh(company)
        placed = [one.application.reference for one in ranking(self.call).files]
        assert file.reference in placed
        declare_interests(file, by=chair, answer="none")
        envelope = self.envelope()
        before = envelope.reserved
        recommend(
            file,
            by=chair,
            outcome="approved",
            amount=file.requested_amount,
            shares=[(envelope, file.requested_amount)],
            discussion="Le comité a comparé les évaluations.",
        )
        assert self.envelope().reserved == before + file.requested_amount

    def envelope(self):
        return Envelope.objects.filter(agreement__funding__program=self.program).order_by("fiscal_year").first()

    def decision(self, company):
        return Decision.objects.get(application=self.files[company])

    def pass_the_chain(self, company):
        self.when(11, 5)
        file = self.fresh(company)
        for key in ("endorser", "approver"):
            declare_interests(file, by=self.who(key), answer="none")
        decisions.endorse(self.decision(company), by=self.who("endorser"), edition=UNSHOWN)
        with pytest.raises(Forbidden):  # whoever endorsed does not approve
            decisions.approve(self.decision(company), by=self.who("endorser"), edition=UNSHOWN)
        decisions.approve(self.decision(company), by=self.who("approver"), edition=UNSHOWN)

    def concur(self, company):
        with pytest.raises(WrongMoment):  # the ministry has not concurred
            decisions.issue(self.decision(company), by=self.who("officer"), edition=UNSHOWN)
        declare_interests(self.fresh(company), by=self.who("concurrence"), answer="none")
        decisions.concur(self.decision(company).concurrences.get(), by=self.who("concurrence"))
        assert self.decision(company).state == "concurred"

    def issue(self, company):
        self.when(11, 10)
        before = self.envelope()
        decisions.issue(self.decision(company), by=self.who("officer"), edition=UNSHOWN)
        after, amount = self.envelope(), self.fresh(company).requested_amount
        assert (after.reserved, after.committed) == (before.reserved - amount, before.committed + amount)
        assert self.fresh(company).state == "approved"
        assert self.fresh(company).public_state == PublicState.BEING_ASSESSED  # until the letter is sent
        assert Award.objects.get(application=self.files[company]).amount == amount

    # 6. The worker renders and sends; the company reads; anybody verifies

    def send_the_letter(self, company, tmp_path):
        Message.objects.filter(sent_at=None).update(sent_at=clock.now())  # earlier messages are not looked at here
        letter = Letter.objects.get(application=self.files[company])
        rendering = render(letter.rendering)
        with rendering.open() as file:
            assert file.read(5) == b"%PDF-"
        for message in Message.objects.filter(sent_at=None, kind="letter"):
            outbox.send(message)
        letter = Letter.objects.get(pk=letter.pk)
        assert letter.state == "sent"
        assert self.fresh(company).public_state == PublicState.APPROVED
        mail = [BytesParser(policy=policy.default).parsebytes(one.read_bytes()) for one in Path(tmp_path).glob("*.eml")]
        assert [self.who("sophie").email in str(one["To"]) for one in mail].count(True) == 1
        return letter

    def read_and_verify(self, letter, client):
        read_letter(letter, by=self.who("sophie"))
        assert Letter.objects.get(pk=letter.pk).state == "served"
        assert find_by_code(letter.code.lower()).pk == letter.pk
        page = client.get(reverse("decision-verify-code", args=[letter.code])).content.decode()
        assert letter.application.reference in page
        assert "75\u00a0000" not in page  # no amount to who only holds a code

    # 7. The ministry reads its own agreements by its key

    def report(self, client):
        self.when(11, 16)
        partner = self.program.agreements.get().partner
        key, secret = create_api_key(
            partner, by=self.who("analyst"), name="Rapport", expires_at=clock.now() + timedelta(days=30)
        )
        signed = {"headers": {"Authorization": f"Bearer {secret}"}}
        rows = client.get("/api/v1/applications", **signed).json()["data"]
        assert {row["reference"]: row["state"] for row in rows} == {
            self.fresh("usinage").reference: "approved",
            self.fresh("precision").reference: "being_assessed",
        }
        awards = client.get("/api/v1/awards", **signed).json()["data"]
        assert [row["amount"] for row in awards] == ["75000.00"]
        assert client.get("/api/v1/awards", headers={"Authorization": "Bearer wrong"}).status_code == 401
        revoke_api_key(key, by=self.who("analyst"))
        assert client.get("/api/v1/awards", **signed).status_code == 401


def test_story_from_the_guide_to_the_auditor(year, client, tmp_path, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "notifications.mail.FolderBackend", tmp_path
    year.open_the_programme()
    assert year.envelope().allocated - year.envelope().fee == FIRST_YEAR
    year.register()
    year.when(9, 14)
    main = year.submit("usinage", year.who("sophie"), requested=Decimal("75000.00"))
    assert (main.reference, main.public_state) == ("FE-2026-00001", PublicState.BEING_ASSESSED)
    assert aid_of(main).reimbursement == Decimal("80000.00")
    assert year.submit("precision", year.who("michel"), requested=Decimal("75000.01")).reference == "FE-2026-00002"

    year.ask_for_a_change("usinage")
    for company in ("usinage", "precision"):
        year.find_eligible(company)
        year.assign(company)
        year.review(company)
        year.recommend(company)
        year.pass_the_chain(company)

    assert not year.decision("usinage").concurrences.exists()  # 75 000,00 $ is not above 75 000 $
    year.issue("usinage")
    year.concur("precision")  # 75 000,01 $ is

    letter = year.send_the_letter("usinage", tmp_path)
    year.read_and_verify(letter, client)
    year.report(client)

    # 8. The auditor replays the file: from the first draft to the last reading, and every chain is whole
    with translation.override("en"):
        lines = list(whole_chronicle(year.fresh("usinage")))
    acts = [line.what for line in lines]
    assert acts.index("Draft started") < acts.index("Application submitted") < acts.index("Declared eligible")
    assert acts.index("Recommendation made") < acts.index("Decision issued") < acts.index("Letter received")
    assert lines[-1].is_reading
    assert "MEIE" in lines[-1].who
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert list(checks.verify()) == []
    assert reconcile() == []
    ledger = LedgerEntry.objects.filter(application_id=main.pk).values_list("kind").annotate(Sum("amount"))
    assert dict(ledger) == {"reserve": Decimal("75000.00"), "commit": Decimal("75000.00")}
    duties = DutyDone.objects.filter(application_id=main.pk).values("user").distinct().count()
    assert duties == DutyDone.objects.filter(application_id=main.pk).count()  # nobody did two of them

"""Files of Filière Excellence for the tests of every app: complete, valid, made through the public services.

`draft_file` and `submitted_file` happen on 14 September 2026 unless told otherwise (`at=None`: the clock as it is).
"""

from contextlib import nullcontext
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal

from accounts.models import Cluster, Organisation, WorkingGroup
from applications.models import Application
from applications.selectors.deadlines import decision_clock
from applications.services.drafts import attach_document, save_answer, start_application
from applications.services.sponsors import confirm_sponsorship, find_sponsorship, invite_sponsor
from applications.services.submission import submit_application
from audit.actors import Guest
from demo import answers, papers
from demo.cast import COMPANIES
from programs.models import Call, Program, Rules
from programs.selectors import promised_by
from programs.services import calls as call_services
from programs.states import CallState
from tests.kept import kept
from work import clock
from work.models import new_public_id

AT = datetime(2026, 9, 14, 14, tzinfo=UTC)


def publish_call(call, *, by):
    """Published by who knows which of its rules nothing obeys yet."""
    return call_services.publish_call(call, by=by, acknowledged=promised_by(call))


def open_call(cast, programme):
    """The programme's call, published."""
    call = programme.calls.order_by("pk").first()
    return publish_call(call, by=cast.officer) if call.state == CallState.DRAFT else call


def with_rules(call, **themes):
    """The call, held by one more version of its rules where `themes` say something else: `ranking={"line": "fill"}`."""
    definition = deepcopy(call.rules.definition)
    for theme, said in themes.items():
        definition[theme] = definition[theme] | said
    number = call.program.rules.count() + 1
    rules = Rules.objects.create(
        program=call.program, number=number, definition=definition, effective_from=call.rules.effective_from
    )
    Call.objects.filter(pk=call.pk).update(rules=rules)
    call.rules = rules
    return call


def signatory_of(cast, company):
    return getattr(cast, COMPANIES[company]["signatory"])


@kept
def draft_file(
    cast,
    programme,
    *,
    company="usinage",
    requested=Decimal("75000.00"),
    costs=Decimal("200000.00"),
    levels=2,
    by=None,
    at=AT,
    without=(),
    sponsor=True,
    documents=True,
    **overrides,
):
    """A draft that only waits to be submitted. `requested`: in all, the bonus of `levels` (5 000 $ each) included.

    `overrides`: answers by question; `without`: questions left unanswered; `by`: who writes (the signatory).
    """
    by = by or signatory_of(cast, company)
    with clock.at(at) if at else nullcontext():
        call = open_call(cast, programme)
        organisation = Organisation.objects.get(neq=COMPANIES[company]["neq"])
        said = answers.eligibility(company, costs=costs)
        application = start_application(call, organisation, by=by, eligibility=said)
        given = answers.answers(company, on=clock.today(), requested=requested, costs=costs, levels=levels) | overrides
        there = dict(application.answers.values_list("question", "version"))
        for question, value in given.items():
            if question not in without:
                save_answer(application, question, value, by=by, version=there.get(question, 0))
        if documents:
            for question, name in answers.documents(company).items():
                if question not in without:
                    attach_document(application, question, papers.pdf(name, organisation.legal_name, name=name), by=by)
        if sponsor:
            sponsor_it(application, by=by)
        return type(application).objects.get(pk=application.pk)


def sponsor_it(application, *, by, email=answers.SPONSOR["email"]):
    """The customer is asked and confirms on its page."""
    language = application.language
    _asked, token = invite_sponsor(
        application, by=by, email=email, organisation_name=answers.SPONSOR["name"], language=language
    )
    name = answers.SPONSOR["contact"]
    return confirm_sponsorship(
        find_sponsorship(token), by=Guest(name), name=name, improvement=answers.IMPROVEMENT[language]
    )


def submit(application, *, by, at=AT):
    """Submit a draft whole, as its signatory."""
    with clock.at(at) if at else nullcontext():
        return submit_application(application, by=by, attestations=answers.ATTESTATIONS, signed_name=by.full_name)


@kept
def submitted_file(cast, programme, *, company="usinage", at=AT, **more):
    """The same, submitted by the organisation's signatory: it has its number, its snapshot and its receipt."""
    draft = draft_file(cast, programme, company=company, at=at, **more)
    return submit(draft, by=signatory_of(cast, company), at=at)


def another(file, **columns):
    """One more file as a row, for the lists: `file` but for its number and `columns`. Nothing hangs on it."""
    row = Application.objects.get(pk=file.pk)
    row.pk, row.public_id, row.reference = None, new_public_id(), f"FE-2026-{50000 + Application.objects.count():05d}"
    row._state.adding = True
    (made,) = Application.objects.bulk_create([row])
    Application.objects.filter(pk=made.pk).update(**columns)
    return Application.objects.get(pk=made.pk)


def another_call(call, *, cluster=None, **columns):
    """One more call as a row, with what `call` was published with: of the same programme, or of one of `cluster`."""
    program = call.program
    if cluster is not None:
        group = WorkingGroup.objects.create(cluster=cluster, key="autre", name_fr="Autre", name_en="Other")
        program = Program.objects.create(
            cluster=cluster, working_group=group, code=f"A{cluster.pk}", slug=f"autre-{cluster.pk}",
            name_fr="Autre", name_en="Other", summary_fr="Autre.", summary_en="Other.",
        )  # fmt: skip
    row = Call.objects.get(pk=call.pk)
    row.pk, row.public_id, row.program, row.key = None, new_public_id(), program, f"autre-{Call.objects.count()}"
    row._state.adding = True
    (made,) = Call.objects.bulk_create([row])
    Call.objects.filter(pk=made.pk).update(**columns)
    return Call.objects.get(pk=made.pk)


def another_cluster():
    """A cluster of its own, beside that of the cast: nobody holds a role in it."""
    return Cluster.objects.create(slug="autre-grappe", name_fr="Autre grappe", name_en="Other cluster")


def decision_promised(file):
    """By when the applicant of `file` is promised its decision; None while no day is known, and while it is paused."""
    delay = decision_clock(file)
    return delay.due if delay else None

"""One invented file: its row, answers, snapshot, sponsor, screening, duties and trail. The upper apps' rows follow."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from applications import constants
from applications.search import weighted
from applications.selectors import service_due
from applications.states import UNDER_WAY, ApplicationState, ChangeWhy
from audit import seal
from audit.models import Entry
from demo import answers
from demo.seed.companies import Company, title_of
from demo.seed.states import Path
from demo.seed.tables import public_id
from moves.states import Duty, StandingState
from programs.models import Call
from programs.policy import Standard
from work import clock

if TYPE_CHECKING:
    from demo.seed.chunk import Chunk

HANDFUL = (constants.TITLE, constants.SUMMARY, constants.PERIOD, constants.REQUESTED, "budget_table", "financing_table")
TEMPLATES = tuple(key for key in answers.COMPANIES if key not in ("northwind", "usinage"))
WRONG = "L’entreprise n’a pas démontré sa solvabilité."
MARK = {"seeded": True}  # what every seeded entry of the trail says of itself

NOT_YET = UUID(int=0)  # what a file has for an identifier before it is numbered


@dataclass(slots=True)
class Sketch:
    """A file before its rows: where it stands, the moves that led there with their instants, and who sent it."""

    state: ApplicationState
    path: Path
    at: list[datetime]
    company: Company
    whole: bool
    begun: datetime
    pk: int = 0
    uuid: UUID = NOT_YET
    reference: str | None = None
    asked: Decimal = Decimal(0)
    score: Decimal | None = None
    recommended: Decimal | None = None
    told_at: datetime | None = None
    duties: list[tuple[str, int, datetime]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [move[0] for move in self.path]

    def when(self, name: str) -> datetime | None:
        """The instant of one of its moves; None when it was not made."""
        return self.at[self.names.index(name)] if name in self.names else None


def write_answers(chunk: "Chunk", file: Sketch) -> tuple[str, str, Decimal]:
    """The answers as rows and, once submitted, as the frozen snapshot. Returns (title, summary, costs)."""
    rng, company = chunk.rng, file.company
    costs = rng.randrange(60_000, 226_000, 5_000)
    levels = rng.randint(0, 3)
    file.asked = Decimal(rng.randrange(10_000, costs * 40 // 100, 250) + 5_000 * levels)
    said = answers.answers(
        rng.choice(TEMPLATES), on=clock.day_of(file.begun), requested=file.asked, costs=Decimal(costs), levels=levels
    )
    title = title_of(rng)
    summary = f"{title}. {said[constants.SUMMARY]}"
    said |= {
        constants.TITLE: title,
        constants.SUMMARY: summary,
        "employees": company.facts["employees"],
        "employees_quebec": company.facts["employees"],
        "naics": company.facts["naics"],
    }
    kept = said if file.whole else {key: said[key] for key in HANDFUL}
    for key, value in kept.items():
        chunk.answers.add(application_id=file.pk, question=key, value=value, by_id=company.signatory, at=file.begun)
    if file.state != ApplicationState.DRAFT:
        _freeze(chunk, file, said, costs)
    return title, summary, Decimal(costs)


def _freeze(chunk: "Chunk", file: Sketch, said: dict[str, object], costs: int) -> None:
    """The snapshot, in the shape that `applications.services.submission.freeze` gives it."""
    at, signed, call = file.at[0], file.company.signed, chunk.world.call
    assert call.form is not None  # a published call has both
    assert call.rules is not None
    content: dict[str, object] = {
        "reference": file.reference,
        "language": "fr",
        "submitted_at": at.isoformat(),
        "programme": call.program.code,
        "call": str(call.public_id),
        "form": call.form.number,
        "rules": call.rules.number,
        "organisation": file.company.facts,
        "eligibility": answers.ELIGIBILITY | {"staff": file.company.facts["employees"]},
        "answers": said,
        "documents": [],
        "sponsor": {
            "organisation": answers.SPONSOR["name"],
            "name": answers.SPONSOR["contact"],
            "improvement": answers.IMPROVEMENT["fr"],
            "confirmed_at": file.begun.isoformat(),
        },
        "amounts": {"requested": str(file.asked), "eligible_costs": str(costs), "reimbursement": None, "bonus": None},
        "signed": {"name": signed, "attestations": list(answers.ATTESTATIONS)},
    }
    text = seal.canonical(content)
    chunk.snapshots.add(
        public_id=public_id(chunk.rng, at),
        application_id=file.pk,
        number=1,
        canonical=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        form_version=call.form.number,
        signed_name=signed,
        by_id=file.company.signatory,
        at=at,
    )
    chunk.sponsorships.add(
        public_id=public_id(chunk.rng, at),
        application_id=file.pk,
        email=answers.SPONSOR["email"],
        organisation_name=answers.SPONSOR["name"],
        token_digest=hashlib.sha256(file.uuid.bytes).hexdigest(),
        invited_by_id=file.company.signatory,
        invited_at=file.begun,
        expires_at=file.begun + timedelta(days=30),
        summary=said[constants.SUMMARY],
        improvement=answers.IMPROVEMENT["fr"],
        confirmed_name=answers.SPONSOR["contact"],
        confirmed_at=file.begun,
    )
    file.duties.append((Duty.PREPARE, file.company.signatory, file.begun))


def write_row(chunk: "Chunk", file: Sketch, title: str, summary: str, costs: Decimal) -> None:
    """The row that the lists show, whose search vector the database makes."""
    name = file.company.facts["legal_name"]
    sent = file.when("submit")
    last = file.at[-1] if file.at else file.begun
    words = weighted(reference=file.reference or "", organisation=name, title=title, summary=summary)
    paused = file.state == ApplicationState.CHANGES_REQUESTED
    chunk.files.add(
        id=file.pk,
        public_id=file.uuid,
        call_id=chunk.world.call.pk,
        organisation_id=file.company.pk,
        created_by_id=file.company.signatory,
        state=str(file.state),
        origin=ApplicationState.DECLINED.value if file.state == ApplicationState.IN_RECONSIDERATION else "",
        reference=file.reference,
        title=title,
        organisation_name=name,
        region=file.company.facts["region"],
        requested_amount=file.asked,
        eligible_costs=costs,
        recommended_amount=file.recommended,
        score=file.score,
        cohort_closes_at=sent and _cohort(chunk.world.call, sent),
        submitted_at=sent,
        opened_at=file.at[1] if len(file.at) > 1 else None,
        complete_at=file.when("find_complete"),
        first_complete_at=file.when("find_complete"),
        outcome_at=file.told_at,
        last_told=str(ApplicationState(file.state).row.told_as) if file.told_at else "",
        last_told_at=last if file.told_at and file.state == ApplicationState.IN_RECONSIDERATION else file.told_at,
        due=None if paused else due_of(chunk.world.call, file),
        due_left=timedelta(days=4) if paused else None,
        created_at=file.begun,
        since=last,
        updated_at=last,
        **dict(zip(chunk.files.WORDS, words, strict=True)),
    )


def _cohort(call: Call, at: datetime) -> datetime | None:
    return call.cohort_at(at)


def due_of(call: Call, file: Sketch) -> datetime | None:
    """When the running clock of the file ends, as the services count it; None when none runs."""
    if file.state not in UNDER_WAY or file.state == ApplicationState.IN_RECONSIDERATION:
        return None
    sent = file.when("submit")
    assert sent is not None  # no clock runs before
    complete = file.when("find_complete")
    if complete is None:
        return _promise(call, Standard.COMPLETE, clock.day_of(sent))
    cohort = call.cohort_at(sent)
    assert cohort is not None  # a published call has its closing
    return _promise(call, Standard.DECIDE, clock.day_of(max(complete, cohort)))


@lru_cache(maxsize=4096)
def _promise(call: Call, standard: Standard, day: date) -> datetime | None:
    return service_due(call, standard, clock.local(day, 12))


def write_screening(chunk: "Chunk", file: Sketch) -> None:
    """The checklist of a file kept whole, the officer's declaration, and the open request for changes."""
    screener = chunk.world.people["screener"].pk
    at = file.when("find_eligible") or file.when("find_ineligible")
    if at is not None:
        declare(chunk, file, screener, at)
        if file.whole:
            failed = file.when("find_ineligible") is not None
            for item in chunk.checklist:
                wrong = failed and item == "solvency"
                chunk.findings.add(
                    application_id=file.pk, item=item, passed=not wrong, reason=WRONG if wrong else "",
                    by_id=screener, at=at,
                )  # fmt: skip
    if file.state == ApplicationState.CHANGES_REQUESTED:
        asked = file.at[-1]
        key = chunk.request_keys.pop()
        chunk.requests.add(
            id=key, public_id=public_id(chunk.rng, asked), application_id=file.pk,
            by_id=chunk.world.people["officer"].pk, at=asked, due=asked + timedelta(days=10),
        )  # fmt: skip
        chunk.items.add(
            request_id=key,
            question=constants.SUMMARY,
            why=ChangeWhy.INCOMPLETE,
            message="Précisez le résultat attendu.",
        )


def declare(
    chunk: "Chunk",
    file: Sketch,
    user: int,
    at: datetime,
    *,
    answer: str = "none",
    standing: StandingState = StandingState.CLEAR,
) -> None:
    """What a person (by key) declares before acting: the declaration, and where the trail's app keeps them standing."""
    chunk.declarations.add(application_id=file.pk, user_id=user, answer=answer, at=at)
    chunk.standings.add(application_id=file.pk, user_id=user, standing=str(standing), at=at)


def write_trail(chunk: "Chunk", file: Sketch) -> None:
    """The duties done, and the chain of the file: one entry a move, sealed as `audit.services.record` seals it."""
    for duty, user, at in dict.fromkeys(file.duties):
        chunk.duties.add(application_id=file.pk, user_id=user, duty=str(duty), at=at)
    previous, head = "", chunk.head_keys.pop() if file.path else None
    for seq, (move, at) in enumerate(zip(file.path, file.at, strict=True), start=1):
        name, before, after, who, duty = move
        by = file.company.signatory if who == "signatory" else chunk.world.people[who].pk
        entry: dict[str, Any] = {
            "head_id": head,
            "seq": seq,
            "subject_type": "application",
            "subject_id": file.pk,
            "application_id": file.pk,
            "verb": f"application.{name}",
            "duty": str(duty),
            "before": str(before),
            "after": str(after),
            "actor_kind": "person",
            "actor_id": by,
            "on_behalf_of": "",
            "fired_by": "decision.issue" if name in chunk.issued_by else "",
            "given": MARK,
            "personal": {},
            "at": at,
            "request_id": "",
            "previous": previous,
        }
        previous = entry["digest"] = seal.digest_of(Entry(**entry))
        chunk.entries.add(**entry)
        if duty:
            chunk.duties.add(application_id=file.pk, user_id=by, duty=str(duty), at=at)
    if head:
        chunk.heads.add(id=head, subject_type="application", subject_id=file.pk, application_id=file.pk)
        chunk.longest = max(chunk.longest, len(file.path))

"""The words of the trail: verbs that are not moves, subjects, kinds of reading. A test finds the missing ones.

Moves say theirs themselves, in the workflow (`done`).
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import ClusterRole, Language, OrganisationRole
from applications.constants import DUE, ELIGIBILITY, ORDERS
from applications.states import ApplicationState
from decisions.states import DecisionKind, ReturnTo
from funding.money import Bucket, EntryKind
from funding.roles import PartnerRole
from moves.states import Duty
from programs.roles import ProgramRole, Seat
from reports.states import Scope
from reviews.states import Answer, InterestKind
from work.states import JobAct, JobKind, Machine, Table

SUBJECTS = {
    "application": _("Application"),
    "assignment": pgettext_lazy("noun", "Review"),
    "decision": _("Decision"),
    "concurrence": _("Concurrence"),
    "letter": _("Letter"),
    "award": _("Award"),
    "declaration": _("Declaration of interests"),
    "interest": _("Interest on record"),
    "undertaking": _("Confidentiality undertaking"),
    "call": _("Call for projects"),
    "program": _("Programme"),
    "cluster": _("Cluster"),
    "partner": _("Government partner"),
    "agreement": _("Delegation agreement"),
    "envelope": _("Envelope"),
    "organisation": _("Organisation"),
    "user": _("Person"),
    "api_key": _("API key"),
    "document": _("Document"),
    "snapshot": _("What was submitted"),
    "recommendation": _("Recommendation"),
    "job": _("Job"),
}

VERBS = {
    "cluster.found": _("Cluster set up"),
    "cluster.appoint": _("Role given in the cluster"),
    "cluster.end_appointment": _("Role in the cluster ended"),
    "invitation.send": _("Invitation sent"),
    "invitation.accept": _("Invitation accepted"),
    "invitation.cancel": _("Invitation cancelled"),
    "organisation.register": _("Organisation registered"),
    "organisation.update": _("Organisation's details changed"),
    "organisation.change_role": _("Member's role changed"),
    "organisation.remove_member": _("Member removed"),
    "person.create": _("Account opened for a person"),
    "person.sign_up": _("Account opened"),
    "person.update": _("Person's details changed"),
    "person.change_password": _("Password changed"),
    "program.appoint": _("Role given on a programme"),
    "program.end_appointment": _("Role on a programme ended"),
    "program.export": _("Programme exported"),
    "program.import": _("Programme imported"),
    "partner.seat": _("Seat given for a partner"),
    "partner.end_seat": _("Seat for a partner ended"),
    "ledger.close_year": _("Year of the envelope closed"),
    "application.start": _("Draft started"),
    "application.save_answer": _("Answer written"),
    "application.change_answer": _("Answer changed at the officer's request"),
    "application.attach_document": _("Document attached"),
    "application.remove_document": _("Document removed"),
    "application.delete": _("Draft deleted"),
    "application.invite_sponsor": _("Sponsor invited"),
    "application.confirm_sponsorship": _("Sponsorship confirmed"),
    "application.decline_sponsorship": _("Sponsorship declined"),
    "application.cancel_sponsorship": _("Invitation to the sponsor cancelled"),
    "application.open": _("File opened by the cluster for the first time"),
    "application.mark_finding": _("Item of the checklist marked"),
    "application.add_item": _("Item added to the checklist"),
    "application.call_cancelled": _("Call of the draft cancelled"),
    "application.next_cohort": _("Still incomplete: moved to the next cohort"),
    "interest.recorded": _("Interest put on record"),
    "interest.ended": _("Interest ended"),
    "undertaking.signed": _("Confidentiality undertaking signed"),
    "declaration.declared": _("Interests declared"),
    "declaration.ruled": _("Doubt about interests ruled on"),
    "declaration.upheld": _("Acts of a person in conflict looked at again and upheld"),
    "declaration.set_aside": _("Acts of a person in conflict looked at again and not upheld"),
    "assignment.offered": _("Review offered"),
    "decision.draft": _("Decision drafted"),
    "decision.edit_reasons": _("Reasons of the decision edited"),
    "concurrence.ask": _("Concurrence asked for"),
    "concurrence.void": _("Concurrence void"),
    "award.open": _("Award opened"),
    "award.supersede": _("Award superseded"),
    "award.cancel": _("Award cancelled before it began"),
    "api_key.create": _("API key created"),
    "api_key.revoke": _("API key revoked"),
    "agreement.import": _("Delegation agreement imported"),
    "trail.erase": _("Personal texts erased by schedule"),
    "person.retry_messages": _("Messages that failed, tried again"),
    "application.retry_receipt": _("Receipt tried again"),
    "person.retry_documents": _("Documents that failed, tried again"),
    "person.set_aside_work": _("Work given up, set aside"),
    "job.start": _("Job asked for"),
    "job.pause": _("Job paused"),
    "job.resume": _("Job resumed"),
    "job.cancel": _("Job cancelled"),
    "job.retry": _("Job tried again"),
    "job.finish": _("Job done"),
    "job.fail": _("Job failed"),
} | {f"ledger.{kind.value}": kind.label for kind in EntryKind}

# The facts of an act, named; empty names are not shown. A test finds the missing ones.
FACTS = {
    "application": "",
    "entry": "",
    "document": "",
    "sponsorship": "",
    "recommendation": "",
    "call": "",
    "invitation": "",
    "reverses": "",
    "agreement": "",
    "question": _("question"),
    "version": _("version"),
    "amount": _("amount"),
    "outcome": _("outcome"),
    "kind": _("kind"),
    "seat": _("seat"),
    "item": _("item"),
    "passed": _("passed"),
    "automatic": _("found by the system"),
    "answer": _("answer"),
    "person": _("person"),
    "role": _("role"),
    "from": _("from"),
    "before": _("before"),
    "after": _("after"),
    "move": _("by"),
    "shares": _("by envelope"),
    "counted": _("reviews in"),
    "needed": _("reviews needed"),
    "mean": _("mean"),
    "total": _("total"),
    "scores": _("scores"),
    "due": _("until"),
    "closes_at": _("closing"),
    "expires_at": _("expires"),
    "prefix": _("prefix"),
    "scope": _("scope"),
    "email": _("e-mail address"),
    "name": _("name"),
    "organisation": _("organisation"),
    "reason": _("reason"),
    "undertaking": _("undertaking signed"),
    "asked": _("asked"),
    "done": _("done"),
    "failed": _("failed"),
    "q": _("search"),
    "state": _("state"),
    "sort": _("order"),
    "cohort": _("cohort"),
    "place": _("place in the list"),
    "count": _("lines"),
    "sha256": "SHA-256",
    "table": _("among"),
    "reference": _("file"),
    "slug": _("short name"),
    "neq": _("enterprise number (NEQ)"),
    "fields": _("details changed"),
    "language": _("language"),
    "starts_on": _("first day"),
    "ends_on": _("last day"),
    "limit": _("approval limit"),
    "capacity": _("files of one call at a time"),
    "networks": _("networks"),
    "closed_on": _("closed on"),
    "closed_at": _("closing before"),
    "form": _("form, version"),
    "rubric": _("rubric, version"),
    "rules": _("rules, version"),
    "letters": _("letters changed"),
    "number": _("decision number"),
    "attested": _("attestations signed"),
    "began_at": _("begun"),
    "items": _("answers to change"),
    "to_panel": _("back to the committee"),
    "back_to": _("sent back"),
    "improvement": _("improvement expected"),
    "read": _("read by the applicant"),
    "presumed": _("presumed received"),
    "touches": _("duties already done"),
    "changed": _("what changed since"),
    "clear": _("ruling"),
    "ruling": _("reasons"),
    "why": _("reasons"),
    "text_fr": _("in French"),
    "text_en": _("in English"),
    "envelope": _("envelope"),
    "rule": _("rule"),
    "erased": _("erased"),
    "promised": _("rules that wait for a feature not available yet"),
    "verb": _("act"),
    "first": _("first day"),
    "last": _("last day"),
    "to": _("until"),
    "instant": _("time"),
}

MEMBERS = dict(OrganisationRole.choices)

# The facts whose name is another of one act: what it is of.
FACTS_OF = {
    "agreement.import": {"reference": _("agreement number")},
    "application.mark_finding": {"item": _("item of the checklist")},
    "application.add_item": {"item": _("item of the checklist")},
    "application.recommend": {"passed": _("reaches the pass mark")},
    "application.next_cohort": {"from": _("earlier cohort"), "to": _("later cohort")},
} | {
    # What an envelope holds besides is on its statement: a line of one file would tell what others hold of it.
    f"ledger.{kind.value}": {"from": _("out of the balance"), "before": "", "after": ""}
    for kind in EntryKind
}

# Facts whose values are words of a closed list, one or several, whatever the act: what each is called.
# A yes and a no are there as JSON writes them, where they are read in other words.
VALUES: dict[str, Mapping[str, str | Promise]] = {
    "answer": dict(Answer.choices),
    "clear": {"true": Answer.NONE.label, "false": Answer.CONFLICT.label},
    "question": {ELIGIBILITY: _("eligibility")},
    "touches": dict(Duty.choices),
    "back_to": {  # where it went; what follows is for who chooses
        ReturnTo.START: _("to the start of the approval chain"),
        ReturnTo.PANEL: _("to the committee"),
        ReturnTo.SCREENING: _("to screening"),
    },
    "role": {**dict(ProgramRole.choices), **dict(ClusterRole.choices), **dict(PartnerRole.choices), **MEMBERS},
    "seat": dict(Seat.choices),
    "verb": {"read": _("Readings only")},
    "outcome": dict(DecisionKind.choices),
    "language": dict(Language.choices),
    "scope": dict(Scope.choices),
    "state": dict(ApplicationState.choices),
    "due": DUE,
    "sort": {name: order.words for name, order in ORDERS.items()},
    "table": dict(Table.choices),
}

# The same, where the list is another by the act.
VALUES_OF: Mapping[str, Mapping[str, Mapping[str, str | Promise]]] = {
    "organisation.change_role": {"before": MEMBERS, "after": MEMBERS},
    "decision.draft": {"kind": dict(DecisionKind.choices)},
    "decision.issue": {"kind": dict(DecisionKind.choices)},
    "interest.recorded": {"kind": dict(InterestKind.choices)},
    **{f"job.{act.value}": {"kind": dict(JobKind.choices)} for act in JobAct},
    **{f"ledger.{kind.value}": {"from": dict(Bucket.choices)} for kind in EntryKind},
}

# What people meet while a part of the service is unavailable, for an administrator. A test finds the missing ones.
EFFECTS = {
    Machine.MAIL: _("Messages wait, and leave once it answers."),
    Machine.STORAGE: _(
        "Pages that open a file say that the service is unavailable, uploads are refused, documents and letters wait."
    ),
    Machine.PDF: _("Letters and receipts wait, and are produced once it answers."),
    Machine.BROKER: _("Work in the background starts late, or waits until it answers. Nothing is lost."),
    Machine.SCANNER: _(
        "The files that applicants upload are refused, and nothing retries for them: warn those whose call closes soon."
    ),
    Machine.DATABASE: _("Every page answered that the service was unavailable."),
    Machine.CACHE: _("Nothing that people notice: pages are a little slower."),
}

# The processes of the supervisor, in words.
PROCESSES = {
    "database": _("Database"),
    "web": _("Website"),
    "worker": _("Background work"),
    "beat": _("Clock of the background work"),
}

# Small acts that the timeline of a file leaves to its trail, and declarations, which are the auditors' and the chair's.
TIMELINE_LEAVES_OUT = (
    "application.save_answer",
    "application.attach_document",
    "application.remove_document",
    "application.mark_finding",
    "application.add_item",
    "declaration.declared",
    "declaration.ruled",
    "declaration.upheld",
    "declaration.set_aside",
    "decision.edit_reasons",
    "concurrence.void",
)

# Acts whose texts nobody reads: a process of the release before kept with them what an applicant had not sent.
TEXTS_LEFT_OUT = ("application.change_answer",)

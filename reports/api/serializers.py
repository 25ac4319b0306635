"""The shape of every resource. Each field says in the glossary's words what it is; the document is made from them."""

from typing import TYPE_CHECKING, TypedDict, Unpack

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.roles import Language
from applications import models as applications
from applications.states import PublicState
from decisions import models as decisions
from decisions.states import DecisionKind
from funding import models as funding
from funding.models import Jurisdiction, LanguageRegime
from funding.money import EntryKind
from programs.states import CallKind, CallState, Phase

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Options(TypedDict, total=False):
    """Where a field is read from, when its name does not say it; and whether it may be null."""

    source: str
    allow_null: bool


def identifier() -> serializers.UUIDField:
    return serializers.UUIDField(source="public_id", help_text=_("The identifier of the row, which never changes."))


def text(help_text: "StrPromise", **options: Unpack[Options]) -> serializers.CharField:
    return serializers.CharField(help_text=help_text, **options)


def instant(help_text: "StrPromise", **options: Unpack[Options]) -> serializers.DateTimeField:
    return serializers.DateTimeField(help_text=help_text, **options)


def dollars(help_text: "StrPromise", **options: Unpack[Options]) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2, help_text=help_text, **options)


def percentage(help_text: "StrPromise", **options: Unpack[Options]) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=9, decimal_places=4, help_text=help_text, **options)


def choice(kinds: type[TextChoices], help_text: "StrPromise", **options: Unpack[Options]) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[str(value) for value in kinds.values], help_text=help_text, **options)


def updated(source: str = "updated_at") -> serializers.DateTimeField:
    options: Options = {} if source == "updated_at" else {"source": source}
    return instant(_("When anything shown here last changed. updated_since filters on it."), **options)


FISCAL_YEAR = _("The fiscal year, from 1 April to 31 March, such as 2026-2027.")
REFERENCE = _("The reference of the application, such as FE-2026-00042.")


class AgreementRef(serializers.Serializer):
    id = identifier()
    reference = text(_("The reference of the delegation agreement."))


class ProgramRef(serializers.Serializer):
    id = identifier()
    code = text(_("The code that opens the programme's references."))


class CallRef(serializers.Serializer):
    id = identifier()
    key = text(_("The short name of the call in its programme."))


class ApplicationRef(serializers.Serializer):
    id = identifier()
    reference = text(REFERENCE)
    title = text(_("The title of the project, as the applicant wrote it."))


class OrganisationRef(serializers.Serializer):
    id = identifier()
    name = text(_("The legal name of the organisation."), source="legal_name")
    neq = text(_("Its NEQ (Québec enterprise number), 10 digits."))
    region = text(_("Its administrative region."))
    employees = serializers.IntegerField(allow_null=True, help_text=_("How many people it employs; null when unknown."))


class Agreement(serializers.Serializer):
    """A delegation agreement between the partner and the cluster."""

    id = identifier()
    reference = text(_("The reference of the delegation agreement."))
    title_fr = text(_("Title, in French."))
    title_en = text(_("Title, in English."))
    purpose_fr = text(_("Purpose, in French."))
    purpose_en = text(_("Purpose, in English."))
    starts_on = serializers.DateField(help_text=_("The first day of the agreement."))
    ends_on = serializers.DateField(help_text=_("The last day of the agreement."))
    fee_percent = percentage(_("The administration fee, as a percentage of each year's amount."))
    concurrence_above = dollars(
        _("An award above this amount needs the partner's concurrence; 0.00: every award; null: none."),
        allow_null=True,
    )
    language_regime = choice(LanguageRegime, _("Which language governs its letters and agreements."))
    jurisdiction = choice(Jurisdiction, _("Whether the money is of Québec or federal."))
    audit_years = serializers.IntegerField(help_text=_("How many years the files are kept for audit."))
    recovered_reusable = serializers.BooleanField(help_text=_("Whether recovered money may be awarded again."))
    updated_at = updated()


class Envelope(serializers.Serializer):
    """The money of an agreement for one fiscal year. Balances are exclusive: each dollar is in one of them."""

    id = identifier()
    agreement = AgreementRef(help_text=_("The delegation agreement it belongs to."))
    fiscal_year = text(FISCAL_YEAR, source="label")
    allocated = dollars(_("What the partner allocated for the year."), source="burn.allocated")
    fee = dollars(_("The cluster's administration fee."), source="burn.fee")
    awardable = dollars(_("What can be awarded: allocated less the fee."), source="burn.awardable")
    reserved = dollars(_("Reserved for recommended applications."), source="burn.reserved")
    committed = dollars(_("Committed by issued decisions, and neither payable nor paid yet."), source="burn.committed")
    payable = dollars(_("Payable at year-end."), source="burn.payable")
    paid = dollars(_("Paid to recipients."), source="burn.paid")
    lapsed = dollars(_("Lapsed: nobody used it in time."), source="burn.lapsed")
    free = dollars(
        _("What nobody has taken yet. A file counts in these figures once its decision letter has been sent."),
        source="burn.free",
    )
    recovered = dollars(_("Paid, then recovered from recipients."), source="burn.recovered")
    returned = dollars(_("Recovered, then returned to the partner."), source="burn.returned")
    due_to_partner = dollars(_("Recovered and not returned yet."), source="burn.due_to_partner")
    received = dollars(_("Cash received from the partner. It changes no budget."), source="burn.received")
    engaged = dollars(_("Committed, payable and paid together."), source="burn.engaged")
    engaged_percent = percentage(_("Engaged, as a percentage of what can be awarded."), source="burn.engaged_percent")
    paid_percent = percentage(_("Paid, as a percentage of what can be awarded."), source="burn.paid_percent")
    closed_on = serializers.DateField(allow_null=True, help_text=_("When the year was closed; null while it is open."))
    updated_at = updated("told_at")


class BalanceChange(serializers.Serializer):
    balance = text(_("The balance of the envelope."))
    amount = dollars(_("What the entry adds to it; negative when it takes."))


class LedgerEntry(serializers.Serializer):
    """One movement of money in an envelope. Entries are never changed: a correction is a new entry."""

    id = identifier()
    at = instant(_("When the entry was made."))
    told_at = instant(
        _("Since when it is given here, which orders the list: when it was made, or when the letter of its file left.")
    )
    fiscal_year = text(FISCAL_YEAR, source="envelope.label")
    kind = choice(EntryKind, _("What the entry does."))
    from_balance = text(_("The balance the money leaves, where there is one; else empty."), source="from_bucket")
    amount = dollars(_("The amount in dollars, always positive: the kind says which way it goes."))
    changes = serializers.SerializerMethodField(help_text=_("What the entry adds to each balance it changes; signed."))
    application_reference = serializers.CharField(
        source="file",
        allow_null=True,
        help_text=_("The application it is for; null when there is none. Given once its decision letter is sent."),
    )
    consent = text(_("The partner's recorded consent to a carry-over; else empty."))
    counterpart_envelope = serializers.UUIDField(
        source="counterpart.public_id",
        default=None,
        allow_null=True,
        help_text=_("The other envelope of a carry-over; else null."),
    )
    reverses = serializers.UUIDField(
        source="reverses.public_id",
        default=None,
        allow_null=True,
        help_text=_("The entry that this one corrects; else null."),
    )

    @extend_schema_field(BalanceChange(many=True))
    def get_changes(self, entry: funding.LedgerEntry) -> list[dict[str, str]]:
        return [{"balance": bucket, "amount": f"{change:.2f}"} for bucket, change in entry.changes.items()]


class Funding(serializers.Serializer):
    agreement = AgreementRef(help_text=_("One of the partner's delegation agreements."))
    share = percentage(_("The percentage of each award that it pays."))


class WorkingGroupName(serializers.Serializer):
    name_fr = text(_("Name, in French."))
    name_en = text(_("Name, in English."))


class Program(serializers.Serializer):
    """A programme that the partner's agreements fund, alone or with others."""

    id = identifier()
    code = text(_("The code that opens the programme's references."))
    name_fr = text(_("Name, in French."))
    name_en = text(_("Name, in English."))
    summary_fr = text(_("Summary, in French."))
    summary_en = text(_("Summary, in English."))
    working_group = WorkingGroupName(help_text=_("The working group of the cluster that runs it."))
    themes = serializers.ListField(child=serializers.CharField(), help_text=_("Its themes."))
    funding = Funding(many=True, source="own_funding", help_text=_("The partner's own agreements that fund it."))
    updated_at = updated()


class Call(serializers.Serializer):
    """A call for projects of one of these programmes, once published."""

    id = identifier()
    program = ProgramRef(help_text=_("Its programme."))
    key = text(_("The short name of the call in its programme."))
    name_fr = text(_("Name, in French."))
    name_en = text(_("Name, in English."))
    kind = choice(CallKind, _("Fixed dates, or continuous intake by cohorts."))
    state = choice(CallState, _("The state of the call."))
    phase = choice(Phase, _("What the clock says of the call now."))
    opens_at = instant(_("When it opens."), allow_null=True)
    closes_at = instant(_("When it closes."), allow_null=True)
    zone = text(_("The time zone in which its hours were promised."))
    cohorts = serializers.ListField(
        child=serializers.CharField(), help_text=_("The closings of its cohorts, when the intake is continuous.")
    )
    updated_at = updated()


class Application(serializers.Serializer):
    """A submitted application. No outcome is disclosed before its decision letter is sent."""

    id = identifier()
    reference = text(REFERENCE)
    title = text(_("The title of the project, as the applicant wrote it."))
    language = choice(Language, _("The language of the application."))
    organisation = OrganisationRef(help_text=_("The applicant."))
    program = ProgramRef(source="call.program", help_text=_("Its programme."))
    call = CallRef(help_text=_("Its call."))
    cohort_closes_at = instant(_("The closing of its cohort; null when the call has none."), allow_null=True)
    submitted_at = instant(_("When it was last submitted."))
    complete_at = instant(
        _(
            "When it was confirmed complete, which its applicant learns at once; null before that, and from "
            "the day changes are sent until it is confirmed complete again."
        ),
        allow_null=True,
    )
    requested_amount = dollars(_("The aid that was asked for, its bonus included."), allow_null=True)
    requested_bonus = dollars(_("What of it is a bonus, paid only once the final assessment shows the levels gained."))
    state = choice(PublicState, _("Where it stands, as disclosed to the applicant."), source="told_state")
    state_label = serializers.SerializerMethodField(help_text=_("The state in words, in the language asked for."))
    since = instant(_("Since when it has stood there."), source="told_since")
    updated_at = updated("told_updated")

    def get_state_label(self, application: applications.Application) -> str:
        return str(PublicState(vars(application)["told_state"]).label)


class OwnShare(serializers.Serializer):
    envelope = serializers.UUIDField(help_text=_("The envelope that pays."))
    agreement = text(_("The reference of its delegation agreement."))
    fiscal_year = text(FISCAL_YEAR)
    amount = dollars(_("What it pays."))


class Shared(serializers.Serializer):
    """What a decision and an award both say of their money."""

    id = identifier()
    amount = dollars(_("The aid granted, by all agreements together; 0.00 where the decision grants none."))
    reimbursement = dollars(_("What of it reimburses eligible costs."), source="parts.reimbursement")
    bonus = dollars(
        _("What of it is a bonus, paid only once the final assessment shows the levels gained."), source="parts.bonus"
    )
    own_share = dollars(_("What the partner's own agreements pay of it."))
    other_public_aid = dollars(_("What all other agreements pay of it, as one figure."))
    shares = OwnShare(
        many=True,
        source="shares_told",
        help_text=_("The partner's own share, by envelope and fiscal year. Never another partner's."),
    )
    superseded_at = instant(
        _("When the letter of a later decision replaced it; null while it stands."),
        source="replaced_at",
        allow_null=True,
    )
    updated_at = updated("told_updated")


class Decision(Shared):
    """A decision that was issued and whose letter was sent."""

    application = ApplicationRef(help_text=_("The application it decides."))
    number = serializers.IntegerField(help_text=_("1 for the first decision on the application."))
    kind = choice(DecisionKind, _("What the decision says."))
    kind_label = serializers.SerializerMethodField(help_text=_("The same in words, in the language asked for."))
    issued_at = instant(_("When it was issued."))
    sent_at = instant(_("When its letter was sent."), source="letter.sent_at")

    def get_kind_label(self, decision: decisions.Decision) -> str:
        return str(DecisionKind(decision.kind).label)


class Award(Shared):
    """An award: what an approved decision grants, paid at least in part by the partner's agreements."""

    decision = serializers.UUIDField(source="decision.public_id", help_text=_("The decision that granted it."))
    application = ApplicationRef(help_text=_("The application it is for."))
    recipient = OrganisationRef(source="organisation", help_text=_("The organisation that receives it."))
    program = ProgramRef(source="application.call.program", help_text=_("Its programme."))
    call = CallRef(source="application.call", help_text=_("Its call."))
    granted_at = instant(_("When the decision was issued."), source="at")

"""What a list can be asked. A parameter that is not here, or a value that cannot be one, is an error: never ignored."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from applications.states import PublicState
from awards.models import Award
from decisions.states import DecisionKind
from programs.states import CallState
from reports import selectors
from work.calendars import NotADay, within_reach

Row = TypeVar("Row", bound=Model)


class InstantField(forms.Field):
    default_error_messages = {"invalid": _("Give an ISO 8601 instant with its zone, such as 2026-11-01T17:00:00Z.")}

    def to_python(self, value: str | None) -> datetime | None:
        if value is None or value in self.empty_values:
            return None
        # A plus sign that was not encoded arrives as a space.
        text = re.sub(r" (?=\d\d:?\d\d$)", "+", value.strip())
        try:
            instant = datetime.fromisoformat(text)
            within_reach(instant.date())
        except NotADay as beyond:
            raise ValidationError(str(beyond), code="invalid") from None
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if instant.tzinfo is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return instant


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(django_filters.Filter):
    field_class = InstantField


class FiscalYearField(forms.Field):
    default_error_messages = {"invalid": _("Give a fiscal year such as 2026-2027.")}

    def to_python(self, value: str | None) -> int | None:
        if value is None or value in self.empty_values:
            return None
        found = re.fullmatch(r"(20\d\d)(?:-(20\d\d))?", value)
        if found is None or (found[2] and int(found[2]) != int(found[1]) + 1):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(found[1])


@extend_schema_field(OpenApiTypes.STR)
class FiscalYearFilter(django_filters.Filter):
    field_class = FiscalYearField


class ManyField(forms.MultipleChoiceField):
    default_error_messages = {"invalid_choice": _("“%(value)s” is not one of the values listed.")}

    def to_python(self, value: str | Sequence[str] | None) -> list[str]:
        texts = [value] if isinstance(value, str) else value or []
        return [part.strip() for text in texts for part in text.split(",") if part.strip()]


class ManyFilter(django_filters.MultipleChoiceFilter):
    """One or more values: repeated, or separated by commas."""

    field_class = ManyField

    def is_noop(self, queryset: QuerySet[Row], value: Sequence[str]) -> bool:
        return not value

    def filter(self, queryset: QuerySet[Row], value: Sequence[str]) -> QuerySet[Row]:
        return queryset.filter(**{f"{self.field_name}__in": value}) if value else queryset


def many(kinds: type[TextChoices], field: str, help_text: Promise) -> ManyFilter:
    values = [(str(value), str(value)) for value in kinds.values]
    return ManyFilter(field_name=field, choices=values, help_text=help_text)


def identifier_of(field: str, help_text: Promise) -> django_filters.UUIDFilter:
    return django_filters.UUIDFilter(field_name=f"{field}__public_id", help_text=help_text)


OVERLAP = timedelta(minutes=5)
"""How far two readings of a list overlap, so that none misses a row that was stamped before one of them and committed
after it: longer than any transaction."""


def updated_since(field: str = "updated_at") -> InstantFilter:
    return InstantFilter(
        field_name=field,
        lookup_expr="gte",
        help_text=_(
            "Only rows that changed at this instant or after it; and, in gone, rows that left since. To keep a copy, "
            "give an instant five minutes before your last reading began: a change may appear a little "
            "after its own instant. A row that comes again takes the place of the one that you have."
        ),
    )


def neq(field: str) -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name=field, help_text=_("The NEQ of the organisation, 10 digits."))


def program(field: str) -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name=f"{field}__code", help_text=_("The code of the programme."))


class Agreements(django_filters.FilterSet):
    updated_since = updated_since()


class Envelopes(django_filters.FilterSet):
    agreement = identifier_of("agreement", _("The identifier of the delegation agreement."))
    fiscal_year = FiscalYearFilter(field_name="fiscal_year", help_text=_("The fiscal year, such as 2026-2027."))
    updated_since = updated_since("told_at")


class Ledger(django_filters.FilterSet):
    updated_since = updated_since("told_at")


class Programs(django_filters.FilterSet):
    updated_since = updated_since()


class Calls(django_filters.FilterSet):
    program = program("program")
    state = many(CallState, "state", _("The state of the call; several separated by commas."))
    updated_since = updated_since()


class Applications(django_filters.FilterSet):
    state = many(PublicState, "told_state", _("Where the application stands; several separated by commas."))
    program = program("call__program")
    call = identifier_of("call", _("The identifier of the call."))
    neq = neq("organisation__neq")
    submitted_since = InstantFilter(
        field_name="submitted_at",
        lookup_expr="gte",
        help_text=_("Only applications submitted at this instant or after it."),
    )
    updated_since = updated_since("told_updated")


class Decisions(django_filters.FilterSet):
    kind = many(DecisionKind, "kind", _("What the decision says; several separated by commas."))
    application = django_filters.CharFilter(
        field_name="application__reference", help_text=_("The reference of the application.")
    )
    program = program("application__call__program")
    call = identifier_of("application__call", _("The identifier of the call."))
    neq = neq("application__organisation__neq")
    updated_since = updated_since("told_updated")


class Awards(django_filters.FilterSet):
    application = django_filters.CharFilter(
        field_name="application__reference", help_text=_("The reference of the application.")
    )
    agreement = django_filters.UUIDFilter(
        method="of_agreement", help_text=_("The identifier of one of your delegation agreements that pays.")
    )
    fiscal_year = FiscalYearFilter(
        method="of_year", help_text=_("A fiscal year in which your agreements pay, such as 2026-2027.")
    )
    program = program("application__call__program")
    call = identifier_of("application__call", _("The identifier of the call."))
    neq = neq("organisation__neq")
    updated_since = updated_since("told_updated")

    def of_agreement(self, awards: QuerySet[Award], name: str, value: UUID) -> QuerySet[Award]:
        return selectors.own_awards(awards, self.request.partner, agreement=value)

    def of_year(self, awards: QuerySet[Award], name: str, value: int) -> QuerySet[Award]:
        return selectors.own_awards(awards, self.request.partner, year=value)

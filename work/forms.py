"""Fields that every form shares: a line of text, an amount of money, a number with its unit, a day, an instant."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from work import clock
from work.calendars import NotADay, instant_at, within_reach
from work.numbers import NotANumber, is_french, read_number, write_number
from work.texts import Unshowable, read_line, read_text
from work.versions import Both, Meanwhile, Overtaken, read_version

# What Django's own fields answer: the catalogue says it in plainer French than Django does.
DJANGO_SAYS = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a valid URL."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
    gettext_noop("The submitted file is empty."),
)


def said(label: object, error: object) -> str:
    """A fault after the name of its field, as an error summary writes it; a label that asks takes no colon."""
    name = str(label)
    if name.endswith("?"):
        return f"{name} {error}"
    return str(_("%(label)s: %(error)s") % {"label": name, "error": error})


class Read(forms.Field):
    """A field whose text is read as `work.texts` reads what people paste: what it counts and checks is what is kept."""

    read: Callable[[str], str] = staticmethod(read_line)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(self.read(value) if isinstance(value, str) else value)
        except Unshowable as refused:
            raise ValidationError(str(refused), code="unshowable") from None


class TextField(Read, forms.CharField):
    """A text of several lines. `depends`: whether it is needed follows from another answer, as its help says: it is not
    called optional."""

    read = staticmethod(read_text)
    widget = forms.Textarea

    def __init__(self, *, depends: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.depends = depends


class LineField(Read, forms.CharField):
    """One line of text: a control character or an end of line in it (they come with what is pasted) is a space."""


class EmailField(Read, forms.EmailField):
    """An e-mail address."""


class UrlField(Read, forms.URLField):
    """The address of a page."""


class UnitInput(forms.TextInput):
    """A text input with its unit beside it. `first` puts the unit before the number."""

    template_name = "django/forms/widgets/money.html"
    unit = ""
    money = False
    places: int | None = None

    def __init__(self, attrs: dict[str, Any] | None = None, unit: str | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})
        if unit is not None:
            self.unit = unit

    def format_value(self, value: Any) -> str | None:
        """A number as the language writes it; what is not one, or has more decimals than it may, as it was typed."""
        if value in (None, ""):
            return None
        try:
            number = read_number(value, money=self.money)
        except NotANumber:
            return str(value)
        if self.places is not None and number != round(number, self.places):
            return str(value)
        return write_number(number, self.places)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(unit=self.unit, unit_first=False)
        return context


class MoneyInput(UnitInput):
    """An amount in dollars: « 1 234,56 $ » in French, "$1,234.56" in English."""

    unit = "$"
    money = True
    places = 2

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["unit_first"] = not is_french()
        return context


class NumberField(forms.DecimalField):
    """A number written in either language's way; cleaned to a Decimal. `unit` is shown after the field."""

    widget = UnitInput
    money = False

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("widget", type(self).widget(unit=unit) if unit else type(self).widget())
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as Django's own DecimalField
        if value in self.empty_values:
            return None
        try:
            return read_number(value, money=self.money)
        except NotANumber as refused:
            raise ValidationError(str(refused), code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class MoneyField(NumberField):
    """An amount in dollars, at most two decimals, not negative unless `min_value=None`."""

    widget = MoneyInput
    money = True

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("min_value", 0)
        super().__init__(**kwargs)


class DayInput(forms.DateInput):
    """The browser's own date field; its value travels as YYYY-MM-DD."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "input--day", **(attrs or {})}, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day."""

    widget = DayInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        try:
            return None if day is None else within_reach(day)
        except NotADay as refused:
            raise ValidationError(str(refused), code="invalid") from None


class HourInput(forms.TimeInput):
    """The browser's own field of an hour; its value travels as HH:MM."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "input--day", **(attrs or {})}, format="%H:%M")


class InstantForm(forms.Form):
    """An instant, typed as a day and an hour on the clocks of `zone`; `instant()` once the form is valid.

    An hour that clocks jump over is refused; one that they show twice is the second.
    """

    day = DayField(label=_("Day"))
    hour = forms.TimeField(
        label=_("Hour, in Québec"), widget=HourInput, initial=time(17), help_text=_("For example 17:00.")
    )
    zone: ZoneInfo = clock.ZONE

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        day, hour = given.get("day"), given.get("hour")
        if day is not None and hour is not None:
            try:
                given["instant"] = instant_at(datetime.combine(day, hour), self.zone)
            except NotADay as refused:
                self.add_error("hour", str(refused))
        return given

    def instant(self) -> datetime:
        return self.cleaned_data["instant"]


class VersionField(forms.IntegerField):
    """The version of the text that a page shows. UnreadableVersion (400) for what no page of ours sends."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> int:
        return read_version(value)


class VersionedForm(forms.Form):
    """A form over texts that several people may write. Its page asks `overtaken` when the service says `Overtaken`."""

    version = VersionField()
    meanwhile: Meanwhile | None = None

    def overtaken(self, problem: Overtaken, *, reader: Model) -> None:
        """Show `reader` what was saved meanwhile (components/overtaken.html).

        What was typed stays in the fields, under the stored version: saved again, it replaces the other one knowingly.
        """
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("version")] = str(problem.version)
        self.data = data
        texts = [
            Both(str(field.label), self._shown(field, stored), self._shown(field, self.cleaned_data[field.name]))
            for field in self
            if hasattr(problem.theirs, field.name) and field.name in self.cleaned_data and field.name != "version"
            if (stored := getattr(problem.theirs, field.name)) != self.cleaned_data[field.name]
        ]
        self.meanwhile = Meanwhile(problem.by, problem.at, problem.by == reader, texts)

    @staticmethod
    def _shown(field: forms.BoundField, value: object) -> str:
        """A value as the form calls it: a choice by its name."""
        choices = dict(getattr(field.field, "choices", ()))
        coerce = getattr(field.field, "coerce", str)
        named = [name for key, name in choices.items() if coerce(key) == value]
        return str(named[0] if named else "" if value is None else value)

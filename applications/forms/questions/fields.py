"""The Django field of each type of question, and a form of such fields."""

from collections.abc import Iterable, Mapping, Sequence

from django import forms
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from questions.constants import QuestionType
from questions.schema import Option, Question
from work.forms import DayInput, MoneyInput, UnitInput

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
Choices = Sequence[tuple[str, str | Promise]]  # of a closed list: each key with its words
FEW = 7  # up to so many choices are radio buttons


class AnswerForm(forms.Form):
    """Fields for questions, filled with values and faults from elsewhere; it cleans nothing itself."""

    data: dict[str, object]
    _errors: ErrorDict | None

    def __init__(
        self,
        questions: Iterable[Question],
        values: Mapping[str, object],
        *,
        prefix: str = "",
        labels: Mapping[str, str] | None = None,
        choices: Mapping[str, Choices] | None = None,
    ) -> None:
        super().__init__({}, prefix=prefix)
        for question in questions:
            field = field_of(question, choices=(choices or {}).get(question.key))
            field.label = (labels or {}).get(question.key) or str(question.label)
            field.help_text = str(question.help)
            self.fields[question.key] = field
            self.data[self.add_prefix(question.key)] = typed(question, values.get(question.key))

    def add_prefix(self, field_name: str) -> str:
        return f"{self.prefix}.{field_name}" if self.prefix else field_name

    def full_clean(self) -> None:
        if self._errors is None:
            self._errors = ErrorDict()
        self.cleaned_data = {}

    def say(self, key: str, message: str) -> None:
        """Put what is wrong beside a field."""
        self.errors.setdefault(key, self.error_class(error_class="errorlist", renderer=self.renderer)).append(message)


def field_of(question: Question, *, choices: Choices | None = None) -> forms.Field:
    """The field of one question that is not a table, in parts, or a list of documents."""
    least = question.required
    match question.type:
        case QuestionType.LONG_TEXT:
            words = question.limits.get("max_words")
            attrs = {"data-max-words": words} if words else {}
            rows = 4 if (words or 300) <= 150 else 8
            return forms.CharField(required=least, widget=forms.Textarea({"rows": rows, **attrs}))
        case QuestionType.MONEY:
            return forms.CharField(required=least, widget=MoneyInput())
        case QuestionType.PERCENT:
            return forms.CharField(required=least, widget=UnitInput(unit="%"))
        case QuestionType.INTEGER | QuestionType.DECIMAL:
            unit = str(question.limits.get("unit") or "")
            digits = "numeric" if question.type == QuestionType.INTEGER else "decimal"
            mode = {"inputmode": digits, "autocomplete": "off"}
            widget = UnitInput(mode, unit=unit) if unit else forms.TextInput(mode | {"class": "input--short"})
            return forms.CharField(required=least, widget=widget)
        case QuestionType.DATE:
            return forms.CharField(required=least, widget=DayInput())
        case QuestionType.YES_NO:
            return forms.ChoiceField(
                required=least, choices=YES_NO, widget=forms.RadioSelect({"class": "choices--row"})
            )
        case QuestionType.ONE_OF:
            listed = choices or [(option.key, _labelled(option)) for option in question.options]
            if len(listed) < FEW and choices is None:
                return forms.ChoiceField(required=least, choices=listed, widget=forms.RadioSelect)
            return forms.ChoiceField(required=least, choices=[("", _("Choose")), *listed])
        case QuestionType.MANY_OF:
            listed = [(option.key, _labelled(option)) for option in question.options]
            return forms.MultipleChoiceField(required=least, choices=listed, widget=forms.CheckboxSelectMultiple)
        case QuestionType.EMAIL:
            return forms.CharField(required=least, widget=forms.EmailInput({"autocomplete": "off"}))
        case QuestionType.URL:
            return forms.CharField(required=least, widget=forms.URLInput({"autocomplete": "off"}))
        case QuestionType.PHONE:
            return forms.CharField(required=least, widget=forms.TextInput({"type": "tel", "class": "input--20"}))
        case QuestionType.POSTAL_CODE | QuestionType.NAICS | QuestionType.NEQ | QuestionType.BUSINESS_NUMBER:
            return forms.CharField(required=least, widget=forms.TextInput({"class": "input--short"}))
    return forms.CharField(required=least)


def _labelled(option: Option) -> str:
    return str(option.label)


def typed(question: Question, value: object) -> str | list[object]:
    """A kept value as its input shows it."""
    if value is None:
        return [] if question.type == QuestionType.MANY_OF else ""
    if question.type == QuestionType.YES_NO and isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, list) else str(value)

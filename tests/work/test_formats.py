"""Amounts, days and hours, as each language writes them; and the fields that read them back."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import translation

from work import clock
from work.forms import DayField, LineField, MoneyField, NumberField
from work.templatetags import formats


def shown(language, expression, **context):
    with translation.override(language):
        return Template("{% load formats %}{{ " + expression + " }}").render(Context(context))


@pytest.mark.parametrize(
    ("expression", "value", "french", "english"),
    [
        ("x|money", Decimal("1234.5"), "1 234,50 $", "$1,234.50"),
        ("x|money", None, "", ""),
        ("x|percent", Decimal("62.5"), "62,5 %", "62.5%"),
        ("x|percent", 50, "50 %", "50%"),
        ("x|number", Decimal("12345.50"), "12 345,5", "12,345.5"),
        ("x|number:2", Decimal("-5"), "−5,00", "−5.00"),
        ("x|day", date(2026, 11, 1), "1er novembre 2026", "November 1, 2026"),
        ("x|day", None, "", ""),
        ("x|hour", time(17), "17 h", "5 pm"),
        ("x|hour", time(14, 5), "14 h 05", "2:05 pm"),
        ("x|hour", time(0), "0 h", "midnight"),
        ("x|hour", time(12), "12 h", "noon"),
        (
            "x|instant",
            datetime(2026, 7, 2, 3, 30, tzinfo=UTC),
            "1er juillet 2026 à 23 h 30",
            "July 1, 2026 at 11:30 pm",
        ),
        ("x|size", 1_400_000, "1,4 Mo", "1.4 MB"),
        ("x|size", 12, "12 o", "12 bytes"),
    ],
)
def test_filter_writes_as_the_language_does(expression, value, french, english):
    plain = {"\u00a0": " "}
    assert shown("fr", expression, x=value).translate(str.maketrans(plain)) == french
    assert shown("en", expression, x=value).translate(str.maketrans(plain)) == english


def test_day_of_an_instant_is_the_day_in_quebec():
    assert clock.format_day(datetime(2026, 11, 2, 3, tzinfo=UTC), "en").replace("\u00a0", " ") == "November 1, 2026"


class Sample(forms.Form):
    cost = MoneyField(label="Coût")
    share = NumberField(label="Part", unit="%", required=False)
    day = DayField(label="Jour", required=False)


def test_money_field_keeps_what_was_typed_and_says_what_is_wrong():
    with translation.override("fr"):
        form = Sample({"cost": "cent mille"})
        said = "«\u00a0cent mille\u00a0» n’est pas un nombre. Utilisez des chiffres, par exemple 1234,56."
        assert form.errors == {"cost": [said]}
        assert 'value="cent mille"' in str(form)
        assert 'aria-invalid="true"' in str(form)


def test_money_field_cleans_to_cents_and_refuses_more_decimals():
    form = Sample({"cost": "1 234,56", "share": "62,5", "day": "2026-11-27"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"cost": Decimal("1234.56"), "share": Decimal("62.5"), "day": date(2026, 11, 27)}
    assert not Sample({"cost": "1,234"}).fields["cost"].has_changed(Decimal("1234"), "1,234")
    assert not Sample({"cost": "12.345"}).is_valid()
    assert not Sample({"cost": "-1"}).is_valid()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("9.500,00", "9\u00a0500,00"),
        ("12.345", "12.345"),  # refused: it never comes back as 12,35, to be saved by a second press
        ("0,125", "0,125"),
        ("12,34,5", "12,34,5"),
        ("\u0663", "\u0663"),
    ],
)
def test_what_a_money_field_refuses_is_shown_as_it_was_typed(typed, shown):
    with translation.override("fr"):
        form = Sample({"cost": typed})
        assert f'value="{shown}"' in str(form["cost"])
        assert form.is_valid() is (shown != typed)


def test_a_share_with_thousandths_is_never_a_thousand_times_more():
    assert Sample({"cost": "1", "share": "0,125"}).fields["share"].clean("0,125") == Decimal("0.125")
    with translation.override("en"), pytest.raises(ValidationError, match="two ways"):
        Sample().fields["share"].clean("1,125")


def test_money_field_shows_the_sign_on_the_language_side():
    with translation.override("fr"):
        french = str(Sample(initial={"cost": Decimal("1234.5")}))
    with translation.override("en"):
        english = str(Sample(initial={"cost": Decimal("1234.5")}))
    assert french.index('value="1\u00a0234,50"') < french.index(">$<")
    assert english.index(">$<") < english.index('value="1,234.50"')


def test_laid_out_parts_fill_the_whole():
    parts = [{"amount": Decimal("25")}, {"amount": Decimal("75")}]
    assert [(p["start"], p["width"], p["share"]) for p in formats.laid_out(parts, Decimal("100"))] == [
        ("0.0", "250.0", Decimal("25.0")),
        ("250.0", "750.0", Decimal("75.0")),
    ]
    assert formats.laid_out(parts, 0)[0]["width"] == "0.0"


def test_compared_marks_the_words_that_changed():
    both = formats.compared("coût de 10 $", "coût de 12 $")
    assert [p["text"] for p in both["before"] if p["changed"]] == ["10"]
    assert [p["text"] for p in both["after"] if p["changed"]] == ["12"]
    assert "".join(p["text"] for p in both["after"]) == "coût de 12 $"
    assert formats.compared(None, "") == {"before": [], "after": []}


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x1c", "\x85", "\u2028", "\n"], ids=ascii)
def test_line_of_text_holds_no_sign_that_breaks_it(sign):
    assert LineField().clean(f" Usinage{sign}Roy {sign}") == "Usinage Roy"
    with pytest.raises(ValidationError):
        LineField().clean(sign)


def test_line_of_text_keeps_everything_else():
    assert LineField().clean("Usinage\u00a0«\u202fÉté\u202f»") == "Usinage\u00a0«\u202fÉté\u202f»"
    assert LineField(required=False).clean(None) == ""

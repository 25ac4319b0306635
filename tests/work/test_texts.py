"""A text at the door, and a text in both languages."""

import unicodedata

import pytest
from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from hypothesis import given, settings
from hypothesis import strategies as st

from moves.rules import has_a_reason
from moves.transitions import Reason
from work.forms import LineField, TextField
from work.texts import LIST_MARKS, Text, Unshowable, is_blank, mended, read_line, read_text


@pytest.mark.parametrize(("language", "said"), [("fr", "oui"), ("en", "yes"), ("en-ca", "yes"), ("de", "oui")])
def test_text_is_the_reader_s(language, said):
    assert Text("oui", "yes").in_language(language) == said
    with translation.override("fr" if language == "de" else language):
        assert str(Text("oui", "yes")) == said


def test_lazy_words_are_said_in_both_languages_and_the_reader_s_stays_on():
    with translation.override("en"):
        assert Text.of(_("Open in Passerelle")) == Text("Ouvrir dans Passerelle", "Open in Passerelle")
        assert translation.get_language() == "en"


def test_text_is_empty_where_neither_language_says_anything():
    assert [bool(text) for text in (Text(), Text("oui"), Text("", "yes"))] == [False, True, True]


UNSEEN = [(0x180E,) * 2, (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFFF9, 0xFFFB)]
PASTED = [
    ("  un  ", "un"),
    (
        "un\r\ndeux\rtrois\u2028quatre\u2029cinq\x85six\x0bsept\x0chuit",
        "un\ndeux\ntrois\nquatre\ncinq\nsix\nsept\nhuit",
    ),
    ("\uf0b7 des objectifs mesurables\n\uf0a7 un plan", "• des objectifs mesurables\n• un plan"),
    ("e\u0301quipe", "équipe"),
    ("e\u200b\u0301quip\x00e\x00\u0301", "équipé"),
    ("\uf02d\uf06e\uf06f\uf076\uf0a7\uf0a8\uf0b7\uf0d8\uf0e0\uf0fc", "•" * 10),
    ("tem\xadps\u200b re\u202eel\ufeff", "temps reel"),
    *((f"a{chr(code)}b", "ab") for first, last in UNSEEN for code in range(first, last + 1)),
    ("a\x00b\x07c\x1b", "abc"),
    ("colonne\tvaleur", "colonne\tvaleur"),
    ("« 1\u202f000\u00a0$ »", "« 1\u202f000\u00a0$ »"),
    ("\U0001f680 et \U0001f469\u200d\U0001f52c", "\U0001f680 et \U0001f469\u200d\U0001f52c"),
    ("الجودة, 品質, ποιότητα", "الجودة, 品質, ποιότητα"),
    ("Bravo \U0001fae8 \U0001fae9", "Bravo \U0001fae8 \U0001fae9"),  # newer than some interpreters
    ("", ""),
]


@pytest.mark.parametrize(("typed", "kept"), PASTED, ids=lambda one: ascii(one)[:40])
def test_pasted_text_is_kept_in_one_way(typed, kept):
    assert read_text(typed) == kept
    assert read_text(kept) == kept
    assert "\n" not in read_line(typed)


def test_line_has_a_space_where_a_text_has_an_end_of_line():
    assert read_line("Usinage\u2028Roy\r\n") == "Usinage Roy"
    assert read_line("Usinage\x00Roy\tinc.") == "Usinage Roy inc."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "Nos objectifs \uf123 sont",
            "Delete the character that follows “Nos objectifs”: it cannot be shown or printed",
        ),
        ("\uf123 sont", "Delete the first character: it cannot be shown or printed (U+F123)."),
        ("un\ud83d", "(U+D83D)"),
        ("un\ufffe", "(U+FFFE)"),
        ("un\ufdd0", "(U+FDD0)"),
    ],
    ids=ascii,
)
def test_what_nothing_can_show_is_refused_by_its_place(typed, said):
    with translation.override("en"), pytest.raises(Unshowable) as refused:
        read_text(typed)
    assert said in str(refused.value)
    str(refused.value).encode()


@settings(deadline=None)  # a shared machine may pause
@given(st.text(st.characters() | st.sampled_from("".join(map(chr, LIST_MARKS)) + "\r\n\u2028\xad"), max_size=30))
def test_any_text_is_kept_once_for_all_or_refused(typed):
    try:
        kept = read_text(typed)
    except Unshowable:
        return
    kept.encode()
    assert read_text(kept) == kept == unicodedata.normalize("NFC", kept)
    assert not {unicodedata.category(c) for c in kept} & {"Cs", "Co", "Zl", "Zp"}
    assert set(kept) & set(map(chr, range(32))) <= set("\n\t")


class Told(forms.Form):
    name = LineField(max_length=5)
    story = TextField(max_length=5)


def test_a_form_counts_what_it_keeps():
    """The browser sends two characters for an end of line, and counts one."""
    form = Told({"name": " ab\u2028cd ", "story": "ab\r\ncd"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"name": "ab cd", "story": "ab\ncd"}
    assert not Told({"name": "abcdef", "story": "ab\r\ncde"}).is_valid()


def test_a_form_says_which_character_nothing_shows_beside_its_field():
    with translation.override("fr"):
        form = Told({"name": "\uf123", "story": "\uf0b7"})
        assert form.errors == {
            "name": ["Supprimez le premier caractère\u00a0: il ne peut être ni affiché ni imprimé (U+F123)."]
        }


@pytest.mark.parametrize(
    ("kept", "mended_"),
    [
        ("<p>\uf0b7 Des objectifs</p>", "<p>• Des objectifs</p>"),
        ("un\u2028deux\x00\x07", "un\ndeux"),
        ("\ue123a\ufdd0b\u200b", "ab"),
        (" \tL’été 🚀 契 \n", " \tL’été 🚀 契 \n"),
    ],
)
def test_text_kept_before_it_was_read_at_the_door_is_mended_and_never_refused(kept, mended_):
    assert mended(kept) == mended_
    assert mended(mended_) == mended_


# ------------------------------------------------------------------ what shows nothing

BLANK = [chr(code) for code in range(0x110000) if is_blank(chr(code))]
DRAWN_AS_NOTHING = "\u115f\u1160\u3164\uffa0\u2800\U0001d159"
"""Letters and signs, as Unicode has it: fillers of Hangul, the empty pattern of braille, the null note head."""


def test_what_is_blank_is_space_control_or_is_never_shown_and_a_few_letters():
    kinds = {unicodedata.category(one) for one in BLANK if one not in DRAWN_AS_NOTHING}
    assert kinds <= {"Zs", "Zl", "Zp", "Cc", "Cf", "Cn", "Mn"}
    assert set(DRAWN_AS_NOTHING) <= set(BLANK)
    shown = "aé€$•1٣字\u0301\U0001f680\u0600\u06dd"  # and those that format what follows, which are seen
    assert [one for one in shown if is_blank(one)] == []
    for first, last in ((0x034F, 0x034F), (0xFE00, 0xFE0F), (0x200B, 0x200F), (0x180B, 0x180F), (0xE0000, 0xE0FFF)):
        assert is_blank("".join(map(chr, range(first, last + 1))))


@settings(max_examples=150)
@given(st.text(st.sampled_from(BLANK), max_size=12), st.text(st.sampled_from(BLANK), max_size=12))
def test_text_that_shows_nothing_is_no_text_at_any_door_and_no_reason(before, after):
    assert is_blank(before + after)
    assert not is_blank(f"{before}x{after}")
    assert (read_text(before + after), read_line(before + after)) == ("", "")
    with pytest.raises(forms.ValidationError):
        TextField().clean(before + after)
    assert has_a_reason(None, None, Reason(before + after)) is not None
    assert has_a_reason(None, None, Reason(f"{before}Retard.{after}")) is None


def test_text_that_shows_something_keeps_what_joins_its_letters():
    assert read_text("\u2764\ufe0f \u2800⠓\u2800") == "\u2764\ufe0f \u2800⠓\u2800"

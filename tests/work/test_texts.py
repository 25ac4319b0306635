"""A text at the door, and a text in both languages."""

import unicodedata

import pytest
from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from hypothesis import given, settings
from hypothesis import strategies as st

from work.forms import LineField, TextField
from work.texts import LIST_MARKS, Text, Unshowable, mended, read_line, read_text


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

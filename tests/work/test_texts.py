"""A text in both languages."""

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from work.texts import Text


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

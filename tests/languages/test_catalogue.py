"""Every string a person reads exists in both languages: the English of the code, the French of the catalogue."""

import re
from pathlib import Path

import polib
from django.conf import settings

from work.management.commands.messages import catalogue_path, faults_of, found_messages

ROOT = Path(settings.BASE_DIR)


def test_catalogue_has_every_message_translated_and_none_fuzzy():
    assert faults_of(ROOT) == []


def test_extraction_reads_code_and_templates():
    """The test above cannot fail if nothing is found."""
    places = {place.split(":")[0] for found in found_messages(ROOT).values() for place in found}
    assert {"applications/workflow.py", "templates/base.html"} <= places


def test_translations_keep_the_names_that_are_filled_in():
    faults = []
    for entry in polib.pofile(str(catalogue_path(ROOT))):
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            wanted = set(_names(entry.msgid)) | set(_names(entry.msgid_plural))
            if text and not set(_names(text)) <= wanted:
                faults.append(entry.msgid)
            if text and not entry.msgid_plural and set(_names(text)) != set(_names(entry.msgid)):
                faults.append(entry.msgid)
    assert faults == []


def _names(text):

    return re.findall(r"%\((\w+)\)[sd]", text)


def test_french_never_breaks_before_a_colon_nor_inside_quotation_marks():
    faults = [
        entry.msgid
        for entry in polib.pofile(str(catalogue_path(ROOT)))
        if not entry.obsolete
        for text in [entry.msgstr, *entry.msgstr_plural.values()]
        if re.search(r"\S :(?!\S)|« | »", text)
    ]
    assert faults == []

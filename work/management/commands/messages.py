"""Refresh the French catalogue from the code: what is new, what is gone, what is not translated yet."""

import io
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import templatize

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
ROOMS = [
    "config",
    "desk",
    "demo",
    "reports",
    "awards",
    "decisions",
    "reviews",
    "applications",
    "programs",
    "documents",
    "accounts",
    "notifications",
    "audit",
    "work",
]


def sources(root):
    """Files a person's text may stand in, as `(path, is_template)`: every room's code, and every template."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, False
    for suffix in ("*.html", "*.txt"):
        for path in sorted((root / "templates").rglob(suffix)):
            yield path, True


def found_messages(root):
    """Every message of the code: `{(context, msgid, plural): ["room/file.py:12", …]}`, in order of appearance."""
    found = {}
    for path, is_template in sources(root):
        text = path.read_text(encoding="utf-8")
        if is_template:
            text = templatize(text, origin=str(path))
        name = path.relative_to(root).as_posix()
        for line, message, _comments, context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            msgid, plural = message if isinstance(message, tuple) else (message, None)
            if msgid:
                found.setdefault((context, msgid, plural), []).append(f"{name}:{line}")
    return found


def catalogue_path(root):
    return root / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def faults_of(root):
    """What keeps the catalogue from being whole, as sentences: missing, untranslated, fuzzy or no longer used."""
    catalogue = polib.pofile(str(catalogue_path(root)))
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    wanted = {(context, msgid): (plural, places) for (context, msgid, plural), places in found_messages(root).items()}
    faults = [
        f"missing: {msgid!r} ({places[0]})"
        for key, (_p, places) in wanted.items()
        if key not in entries
        for msgid in [key[1]]
    ]
    for key, entry in entries.items():
        if key not in wanted:
            faults.append(f"no longer used: {entry.msgid!r}")
        elif entry.fuzzy:
            faults.append(f"fuzzy: {entry.msgid!r}")
        elif not entry.translated():
            faults.append(f"untranslated: {entry.msgid!r} ({wanted[key][1][0]})")
        elif bool(wanted[key][0]) != bool(entry.msgid_plural):
            faults.append(f"plural differs: {entry.msgid!r}")
    return faults


class Command(BaseCommand):
    help = "Merge the messages of the code into locale/fr and compile; --check only says what is missing (exit 1)."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check, **options):
        root = Path(settings.BASE_DIR)
        if not check:
            self.merge(root)
        faults = faults_of(root)
        for fault in faults:
            self.stdout.write(fault)
        if check and faults:
            raise CommandError(f"{len(faults)} messages need attention.")
        self.stdout.write(f"{len(faults)} messages need attention.")

    def merge(self, root):
        path = catalogue_path(root)
        catalogue = polib.pofile(str(path), wrapwidth=110)
        entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
        fresh = polib.POFile(wrapwidth=110)
        fresh.metadata = catalogue.metadata
        for (context, msgid, plural), places in sorted(
            found_messages(root).items(), key=lambda item: (item[0][1], item[0][0] or "")
        ):
            known = entries.get((context, msgid))
            entry = polib.POEntry(msgid=msgid, msgctxt=context)
            entry.occurrences = sorted({(place.rpartition(":")[0], "") for place in places})
            if plural:
                entry.msgid_plural = plural
                entry.msgstr_plural = dict(known.msgstr_plural) if known and known.msgid_plural else {0: "", 1: ""}
            elif known is not None:
                entry.msgstr = known.msgstr
            if known is not None:
                entry.flags = [flag for flag in known.flags if flag == "fuzzy"]
            fresh.append(entry)
        fresh.save(str(path))
        fresh.save_as_mofile(str(path.with_suffix(".mo")))

"""Refresh the French catalogue from the code: what is new, what is gone, what is not translated yet."""

import ast
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import templatize

# Django's functions, and which of their arguments are the context, the message and its plural.
PARTS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
TEMPLATES = {  # as `templatize` writes them
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Message = tuple[str | None, str, str | None]  # its context, its words, and the same in the plural
TRANSLATION = "django.utils.translation"


def sources(root: Path) -> Iterator[tuple[Path, bool]]:
    """Files a person's text may stand in, as `(path, is_template)`: every app's code, and every template."""
    local = [app.name for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    for app in ("config", *local):
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, False
    for suffix in ("*.html", "*.txt"):
        for path in sorted((root / "templates").rglob(suffix)):
            yield path, True


def found_messages(root: Path) -> dict[Message, list[str]]:
    """Every message of the code: `{(context, msgid, plural): ["app/file.py:12", …]}`, in order of appearance.

    Raises CommandError for a call whose message is not written out.
    """
    found: dict[Message, list[str]] = {}
    for path, is_template in sources(root):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
        for line, message in messages_of_template(text, name) if is_template else messages_of_code(text, name):
            found.setdefault(message, []).append(f"{name}:{line}")
    return found


def messages_of_template(text: str, name: str) -> Iterator[tuple[int, Message]]:
    """The line and the `(context, msgid, plural)` of each message of a template, by Django's own reading of it."""
    code = io.BytesIO(templatize(text, origin=name).encode())
    for line, message, _comments, context in extract("python", code, keywords=TEMPLATES, options={"encoding": "utf-8"}):
        msgid, plural = message if isinstance(message, tuple) else (message, None)
        if msgid:
            yield line, (context, msgid, plural)


def messages_of_code(text: str, name: str) -> Iterator[tuple[int, Message]]:
    """The same of a Python module, by parsing it: what any Python understands, any Python finds.

    Only what was imported from Django's translation counts, under whatever name. Raises CommandError.
    """
    tree = ast.parse(text, filename=name)
    names = imported(tree)
    for call in in_order(tree):
        if not isinstance(call, ast.Call):
            continue
        function = names.get(ast.unparse(call.func))
        if function is None or is_marked_elsewhere(call, function):
            continue
        context, message, plural = (None if place is None else literal(call.args, place) for place in PARTS[function])
        given = zip(PARTS[function], (context, message, plural), strict=True)
        if message is None or any(place is not None and part is None for place, part in given):
            raise CommandError(f"{name}:{call.lineno}: a message is written out as one string: {ast.unparse(call)}")
        yield call.lineno, (context, message, plural)


def imported(tree: ast.Module) -> dict[str, str]:
    """How the functions of translation are called in a module: `{"_": "gettext", "translation.gettext": "gettext"}`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == TRANSLATION:
            names |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in PARTS}
        if isinstance(node, ast.ImportFrom) and node.module == TRANSLATION.rpartition(".")[0]:
            wholes = [alias.asname or alias.name for alias in node.names if alias.name == "translation"]
            names |= {f"{whole}.{function}": function for whole in wholes for function in PARTS}
    return names


def in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Every node under this one, as they are read; those inside an f-string too."""
    for child in ast.iter_child_nodes(node):
        yield child
        yield from in_order(child)


def is_marked_elsewhere(call: ast.Call, function: str) -> bool:
    """`gettext(msgid)`, by its own name and of a plain variable: a message that gettext_noop marked where it stands."""
    given = call.args[0] if len(call.args) == 1 else None
    return ast.unparse(call.func) == function == "gettext" and isinstance(given, ast.Name | ast.Attribute)


def literal(arguments: list[ast.expr], place: int) -> str | None:
    """The string that an argument spells out, whole or in pieces; None when it does not."""
    given = arguments[place] if place < len(arguments) else None
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return given.value
    if isinstance(given, ast.BinOp) and isinstance(given.op, ast.Add):
        left, right = literal([given.left], 0), literal([given.right], 0)
        return None if left is None or right is None else left + right
    return None


def catalogue_path(root: Path) -> Path:
    return root / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def faults_of(root: Path) -> list[str]:
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

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        if not check:
            self.merge(root)
        faults = faults_of(root)
        for fault in faults:
            self.stdout.write(fault)
        if check and faults:
            raise CommandError(f"{len(faults)} messages need attention.")
        self.stdout.write(f"{len(faults)} messages need attention.")

    def merge(self, root: Path) -> None:
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

"""Office files are ZIP archives: which kind one is, and what must not be in it."""

import zipfile
from collections.abc import Mapping
from typing import IO

from django.utils.translation import gettext as _

from documents.scan.findings import Unacceptable

PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "odt": "content.xml", "ods": "content.xml"}
MOST_ENTRIES = 5_000
MOST_BYTES = 250 * 1024 * 1024  # unfolded
MOST_RATIO = 200  # unfolded ÷ stored; real office files stay under 50
SMALL = 10 * 1024 * 1024  # under this the ratio does not matter: a sheet of blanks folds well
OASIS = "application/vnd.oasis.opendocument."


def kind(file: IO[bytes]) -> str | None:
    """docx, xlsx, odt, ods, or None for any other archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                return next((key for key in ("docx", "xlsx") if PARTS[key] in names), None)
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mime = archive.read("mimetype").decode("ascii", "replace").strip()
                return {f"{OASIS}text": "odt", f"{OASIS}spreadsheet": "ods"}.get(mime)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None
    return None


def read(file: IO[bytes], key: str, words: Mapping[str, str]) -> None:
    """Refuse macros, links to outside templates, passwords, bombs, tricks with paths and broken archives."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            reason = _shape(entries, words) or _content(archive, key, words)
            if reason is None and archive.testzip() is not None:
                raise zipfile.BadZipFile
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        message = _(
            "“%(name)s” is damaged and cannot be opened. Open it on your computer, save it again, and choose it again."
        )
        raise Unacceptable(message % words, code="damaged") from error
    if reason is not None:
        raise reason


def _shape(entries: list[zipfile.ZipInfo], words: Mapping[str, str]) -> Unacceptable | None:
    """What the archive's table of contents gives away, before anything is unfolded."""
    total, stored = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    bomb = total > MOST_BYTES or (total > SMALL and total > MOST_RATIO * max(stored, 1))
    if bomb or len(entries) > MOST_ENTRIES:
        message = _("“%(name)s” unfolds into far more than it should. Save it again as a PDF and choose that.")
        return Unacceptable(message % words, code="bomb")
    names = [e.filename for e in entries]
    tricky = any(n.startswith("/") or "\\" in n or ":" in n or ".." in n.split("/") for n in names)
    if tricky or len(set(names)) != len(names):
        message = _("“%(name)s” is not built as an office file should be. Save it again as a PDF and choose that.")
        return Unacceptable(message % words, code="paths")
    if any(e.flag_bits & 0x1 for e in entries):
        message = _("“%(name)s” is protected by a password. Save a copy without one and choose it again.")
        return Unacceptable(message % words, code="locked")
    return None


def _content(archive: zipfile.ZipFile, key: str, words: Mapping[str, str]) -> Unacceptable | None:
    """Macros (Microsoft's and OpenDocument's), a template fetched from elsewhere, OpenDocument passwords."""
    names = archive.namelist()
    lower = [n.lower() for n in names]
    macros = any(n.endswith("vbaproject.bin") or n.startswith(("basic/", "scripts/")) for n in lower)
    types = archive.read("[Content_Types].xml") if key in ("docx", "xlsx") else b""
    if macros or b"macroEnabled" in types:
        message = _("“%(name)s” contains macros. Save a copy without macros and choose it again.")
        return Unacceptable(message % words, code="macros")
    for name in names:
        if name.lower().endswith("settings.xml.rels") and b"External" in archive.read(name):
            message = _("“%(name)s” loads its template from another address. Save it as a PDF and choose that.")
            return Unacceptable(message % words, code="external")
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        message = _("“%(name)s” is protected by a password. Save a copy without one and choose it again.")
        return Unacceptable(message % words, code="locked")
    return None

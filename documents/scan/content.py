"""A file's kind, from its content, and the checks each kind gets before anyone may open it."""

import csv
import hashlib
import io
import logging
import time
from collections.abc import Collection, Mapping
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from documents.constants import ACCEPTED, KINDS
from documents.scan import archives, malware
from documents.scan.findings import Finding, Unacceptable, accepted, megabytes
from documents.scan.names import clean_name

if TYPE_CHECKING:
    from pypdf import PdfReader

PIXELS = 60_000_000  # a 50-megapixel telephone passes; a decompression bomb does not
PAGES_READ = 20  # pages of a PDF searched for text
PATIENCE = 5  # seconds after which no other page is: a small file can take minutes to unfold
CHUNK = 1024 * 1024

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings about other people's files are not ours


def examine(file: IO[bytes], *, name: str, accept: Collection[str] = ACCEPTED, limit: int | None = None) -> Finding:
    """Judge an open binary file. `limit` in bytes (default: the setting). Raises Unacceptable."""
    limit = limit or settings.UPLOAD_LIMIT
    words = {"name": clean_name(name), "accepted": accepted(accept, limit), "limit": megabytes(limit)}
    size, sha256 = _measure(file, limit, words)
    kind = KINDS.get(_kind(file, size) or "")
    if kind is None or kind.key not in accept:
        message = _("“%(name)s” is not a kind of file we can take here. %(accepted)s") % words
        raise Unacceptable(message, code="kind")
    has_text = None
    if kind.key == "pdf":
        has_text = _read_pdf(file, words)
    elif kind.key in ("png", "jpeg"):
        _read_image(file, words)
    elif kind.key in archives.PARTS:
        archives.read(file, kind.key, words)
    file.seek(0)
    status = malware.scan(file, words)
    file.seek(0)
    return Finding(kind=kind, size=size, sha256=sha256, has_text=has_text, malware=status)


def _measure(file: IO[bytes], limit: int, words: Mapping[str, str]) -> tuple[int, str]:
    """Size and digest in one reading, which stops as soon as the limit is passed."""
    file.seek(0)
    size, digest = 0, hashlib.sha256()
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > limit:
            message = _("“%(name)s” is larger than %(limit)s. %(accepted)s") % words
            raise Unacceptable(message, code="size")
        digest.update(chunk)
    if not size:
        raise Unacceptable(_("“%(name)s” is empty. %(accepted)s") % words, code="empty")
    return size, digest.hexdigest()


def _kind(file: IO[bytes], size: int) -> str | None:
    """The key of the file's kind, by signature; a file without one may be text."""
    import filetype

    file.seek(0)
    head = file.read(8192)
    if head[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        file.seek(0)
        return archives.kind(file)
    found = filetype.guess(head)
    if found is not None:
        return {"image/png": "png", "image/jpeg": "jpeg"}.get(found.mime)
    return _text_kind(file)


def _text_kind(file: IO[bytes]) -> str | None:
    """csv, txt, or None when the bytes are not text in UTF-8 or Windows-1252."""
    file.seek(0)
    data = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return None
    if any(ord(c) < 32 and c not in "\t\r\n\f" for c in text) or not text.strip():
        return None
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    for delimiter in ",;\t":
        widths = {len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)}
        if len(lines) > 1 and len(widths) == 1 and widths.pop() > 1:
            return "csv"
    return "txt"


def _read_pdf(file: IO[bytes], words: Mapping[str, str]) -> bool | None:
    """Whether the PDF holds text a screen reader can read; None when that takes too long to find out.

    Locked or damaged ones are refused.
    """
    from pypdf import PdfReader

    file.seek(0)
    try:
        reader = PdfReader(file)
        locked = reader.is_encrypted
        pages = 0 if locked else len(reader.pages)
        has_text = _has_text(reader, pages)
    except Exception as error:  # a reader of hostile files may raise anything
        raise _damaged(words) from error
    if locked:
        message = _("“%(name)s” is protected by a password. Save a copy without one and choose it again.")
        raise Unacceptable(message % words, code="locked")
    if not pages:
        raise _damaged(words)
    return has_text


def _has_text(reader: "PdfReader", pages: int) -> bool | None:
    """Whether one of the first pages holds a letter or a digit; None when PATIENCE ended before an answer."""
    start = time.monotonic()
    for n in range(min(pages, PAGES_READ)):
        if time.monotonic() - start > PATIENCE:
            return None
        if any(c.isalnum() for c in reader.pages[n].extract_text()):
            return True
    return False


def _read_image(file: IO[bytes], words: Mapping[str, str]) -> None:
    """Refuse an image that does not decode, or that would unfold into more pixels than a camera takes."""
    from PIL import Image

    file.seek(0)
    try:
        image = Image.open(file, formats=["PNG", "JPEG"])
        width, height = image.size
        if width * height <= PIXELS:
            if image.format == "PNG":
                image.verify()  # every checksum, without decoding
            else:
                image.draft("RGB", (64, 64))  # an eighth of the size is enough to find a cut file
                image.load()
    except Image.DecompressionBombError:
        width, height = PIXELS, PIXELS
    except Exception as error:  # as above
        raise _damaged(words) from error
    if width * height > PIXELS:
        message = _("“%(name)s” has too many pixels. Save it smaller (60 megapixels at most) and choose it again.")
        raise Unacceptable(message % words, code="pixels")


def _damaged(words: Mapping[str, str]) -> Unacceptable:
    message = _(
        "“%(name)s” is damaged and cannot be opened. Open it on your computer, save it again, and choose it again."
    )
    return Unacceptable(message % words, code="damaged")

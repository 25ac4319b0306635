"""The kinds of file we accept: one entry each, with the words a person reads."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class FileKind:
    """key: our short name; content_type: what we serve it as; extension: what we name it; label: for people."""

    key: str
    content_type: str
    extension: str
    label: str | Promise


_OPEN = "application/vnd.openxmlformats-officedocument"
_OASIS = "application/vnd.oasis.opendocument"

KINDS = {
    kind.key: kind
    for kind in (
        FileKind("pdf", "application/pdf", "pdf", _("PDF")),
        FileKind("docx", f"{_OPEN}.wordprocessingml.document", "docx", _("Word (.docx)")),
        FileKind("xlsx", f"{_OPEN}.spreadsheetml.sheet", "xlsx", _("Excel (.xlsx)")),
        FileKind("odt", f"{_OASIS}.text", "odt", _("OpenDocument text (.odt)")),
        FileKind("ods", f"{_OASIS}.spreadsheet", "ods", _("OpenDocument spreadsheet (.ods)")),
        FileKind("png", "image/png", "png", _("PNG image")),
        FileKind("jpeg", "image/jpeg", "jpg", _("JPEG image")),
        FileKind("csv", "text/csv; charset=utf-8", "csv", _("CSV")),
        FileKind("txt", "text/plain; charset=utf-8", "txt", _("plain text")),
    )
}

ACCEPTED = tuple(KINDS)
DOCUMENTS = ("pdf", "docx", "odt")
INLINE = ("application/pdf", "image/png", "image/jpeg")  # what a browser may show in place


def kind_of(content_type: str) -> FileKind | None:
    """The kind served as `content_type`, or None."""
    return next((kind for kind in KINDS.values() if kind.content_type == content_type), None)

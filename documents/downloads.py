"""A stored file as a response.

Documents has no address of its own. Each app serves its files after its own `visible_to`, with `file_response`.
"""

from typing import IO, Protocol

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from documents.constants import INLINE
from documents.models import Rendering, Upload
from documents.scan import clean_name
from work import storage


class Stored(Protocol):
    """What can be handed out: `name`, `content_type`, and `open`, which raises FileNotFoundError once it is gone."""

    @property
    def name(self) -> str: ...

    @property
    def content_type(self) -> str: ...

    def open(self) -> IO[bytes]: ...


def file_response(thing: Upload | Rendering | Stored, *, inline: bool = False) -> FileResponse:
    """The bytes of `thing`, streamed, never kept by a cache and never run by a browser.

    `inline` shows a PDF or an image in place; every other kind is always a download. Http404 with a sentence when
    the file was removed, or is not rendered yet; Away (503) when the storage that holds it is.
    """
    try:
        with storage.in_use():
            file = thing.open()
    except FileNotFoundError as error:
        raise Http404(_("This file is no longer kept, or is not ready yet.")) from error
    shown = inline and thing.content_type in INLINE
    response = FileResponse(
        file, as_attachment=not shown, filename=clean_name(thing.name), content_type=thing.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    # A browser's own PDF viewer does not start inside a sandbox; such a file runs nothing without scripts.
    fence = "" if shown and thing.content_type == "application/pdf" else "sandbox; "
    response.headers["Content-Security-Policy"] = f"{fence}default-src 'none'; frame-ancestors 'self'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

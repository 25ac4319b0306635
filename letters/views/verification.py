"""Is this letter genuine? By its code, and by comparing the file itself. It reveals nothing that its holder has not."""

import hashlib
import hmac
from typing import IO

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from letters.forms import CodeForm, FileForm
from letters.selectors import find_by_code
from letters.subjects import told_of

ASKED_PER_MINUTE = 20  # by one address: nobody types more, and a machine would learn nothing
LARGEST = 10 * 1024 * 1024  # no letter is larger
DIFFERENT = gettext_lazy(
    "This file is not the letter that we sent under this code: it was changed, or saved again by other software. "
    "Compare the file that you received, as it is."
)


class Hashing(FileUploadHandler):
    """Takes the SHA-256 of a file as it arrives, and keeps not one byte of it, in memory or on disk."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > LARGEST:
            raise StopUpload(connection_reset=False)

    def new_file(
        self,
        field_name: str,
        file_name: str,
        content_type: str,
        content_length: int | None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        super().new_file(field_name, file_name, content_type, content_length, charset, content_type_extra)
        self.digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> "Digested":  # type: ignore[override]  # a file without its bytes
        return Digested(self.file_name or "", file_size, self.digest.hexdigest())


class Digested:
    """What is left of an uploaded file: its name, its size, its SHA-256."""

    def __init__(self, name: str, size: int, sha256: str) -> None:
        self.name, self.size, self.sha256 = name, size, sha256

    def close(self) -> None:
        """Nothing was opened."""


def too_often(request: HttpRequest) -> bool:
    """Whether this address has asked too often in this minute."""
    address = get_adapter(request).get_client_ip(request) or "unknown"
    key = f"verify:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > ASKED_PER_MINUTE
    except ValueError:  # it ended between the two
        return False


def _slow_down(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", {"message": _("Wait a minute, then try again.")}, status=429)


@never_cache
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """The code, typed from the letter."""
    code_form = CodeForm(request.POST or None)
    if request.method == "POST":
        if too_often(request):
            return _slow_down(request)
        if code_form.is_valid():
            return redirect("decision-verify-code", code_form.cleaned_data["code"].strip().replace("/", "-"))
    return render(request, "letters/verify.html", {"form": code_form})


@csrf_exempt
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """One letter. The file's handler is set before anything reads the request; then the token is asked as anywhere."""
    request.upload_handlers = [Hashing(request)]
    return _by_code(request, code)


@never_cache
@csrf_protect
@require_http_methods(["GET", "POST"])
def _by_code(request: HttpRequest, code: str) -> HttpResponse:
    if too_often(request):
        return _slow_down(request)
    letter = find_by_code(code)
    if letter is None:
        return render(request, "letters/verify_unknown.html", {"code": code[:40]}, status=404)
    file_form, matches = FileForm(), None
    if request.method == "POST":
        file_form = FileForm(request.POST, request.FILES)
        if file_form.is_valid():
            sent = file_form.cleaned_data["file"].sha256
            matches = hmac.compare_digest(sent, letter.document.sha256)
            if not matches:
                file_form.add_error("file", DIFFERENT)
    context = {
        "letter": letter,
        "application": letter.application,
        "told": told_of(letter),
        "program": letter.application.call.program,
        "form": file_form,
        "matches": matches,
    }
    return render(request, "letters/verify_code.html", context)

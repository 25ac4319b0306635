"""Files on their way in: what to do when the disk that receives them is full, and how to read a form without them."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any, Self

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

log = logging.getLogger("passerelle.uploads")


class NotReceived(UploadedFile):
    """A file that could not be written down: its name is known, and reading it says why (OSError)."""

    def __init__(self, name: str | None, content_type: str | None, error: OSError) -> None:
        super().__init__(name=name, content_type=content_type, size=1)  # not an empty one: that is another sentence
        self.error = error

    def read(self, *args: int) -> bytes:
        raise self.error

    def seek(self, *args: int) -> int:
        raise self.error

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        raise self.error

    def open(self, mode: str | None = None, *args: object, **options: object) -> Self:
        raise self.error

    def close(self) -> None:
        """There is nothing to close."""


class TemporaryFileHandler(TemporaryFileUploadHandler):
    """Django's, except that a disk that refuses loses one file and not the form: the rest of the request is read on."""

    file: UploadedFile | None  # type: ignore[assignment]  # the library's is never without one

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.lost = False
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self.file = None
            self.lose(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.lost:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self.lose(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.lost:
            try:
                return super().file_complete(file_size)  # goes back to the start, which writes what was buffered
            except OSError as error:
                self.lose(error)
        return self.file

    def upload_interrupted(self) -> None:
        if not self.lost:
            super().upload_interrupted()

    def lose(self, error: OSError) -> None:
        """Remove what was written of the file, and leave in its place one that says why."""
        log.error("A file could not be received: %s", error.strerror or error)
        if self.file is not None:
            with contextlib.suppress(OSError):  # closing writes what was buffered, fails again, and removes the file
                self.file.close()
        self.file = NotReceived(self.file_name, self.content_type, error)
        self.lost = True


class NamesOnly(FileUploadHandler):
    """Reads a form for its fields alone: of a file it keeps the name (`names`), and writes nothing."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.names: list[str] = []

    def new_file(self, field_name: str, file_name: str, *args: object, **kwargs: object) -> None:
        self.names.append(file_name)
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None

"""Files in forms: refused everywhere but where a page says that it takes one."""

import io
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class RefuseFiles(FileUploadHandler):
    """The setting's handler: no page takes a file, and nothing of one is kept on the way."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise TooManyFilesSent("This page takes no file.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


class OneFileInMemory(FileUploadHandler):
    """Of a page that takes one file: it never touches the disk, and ends where it is too large."""

    def __init__(self, request: Any, *, max_bytes: int) -> None:
        super().__init__(request)
        self._max_bytes = max_bytes
        self._content = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._content.tell() + len(raw_data) > self._max_bytes:
            raise RequestDataTooBig("The file is larger than this page takes.")
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._content.seek(0)
        return InMemoryUploadedFile(
            file=self._content,
            field_name=self.field_name,
            name="file",
            content_type=None,
            size=file_size,
            charset=None,
        )

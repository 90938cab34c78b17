"""Pages of a received PDF as pictures, so that an original stands in the dossier page by page.

A PDF inside a PDF is not allowed in the archive's format (PDF/A); the pages are drawn, the original itself
is kept beside the dossier with its hash.
"""

from __future__ import annotations

import threading
from io import BytesIO

import pypdfium2

from liangtian.press.errors import ScanRefused
from liangtian.press.picture import SCAN_PIXELS

_LOCK = threading.Lock()  # PDFium works for one thread at a time
_JPEG_QUALITY = 80


def scanned(content: bytes, name: str, most: int) -> tuple[list[bytes], int]:
    """The first `most` pages of a PDF as JPEG, and how many it has. Raises ScanRefused."""
    try:
        with _LOCK, pypdfium2.PdfDocument(content) as document:
            count = len(document)
            return [_drawn(document[n]) for n in range(min(count, most))], count
    except pypdfium2.PdfiumError as error:
        raise ScanRefused(
            f"文件「{name}」打不开，可能已加密或损坏。请核对原件，或另存为不加密的 PDF 后重新登记。"
        ) from error


def _drawn(page: pypdfium2.PdfPage) -> bytes:
    scale = SCAN_PIXELS / max(page.get_width(), page.get_height())
    out = BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()

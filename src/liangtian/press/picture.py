"""Pictures (照片、影像) made ready for the page."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from liangtian.press.errors import ImageRefused

# 300 dots per inch over the widest place a picture takes on an A4 page would be 2000; a photo in
# a half-page column needs 900. The original stays in the evidence store with its hash.
PHOTO_PIXELS = 900
SHEET_PIXELS = 2000
SCAN_PIXELS = 1754  # 150 dots per inch along an A4 page: typed text stays sharp
_JPEG_QUALITY = 82


def for_print(content: bytes | Path, longest: int, name: str) -> bytes:
    """Any picture Pillow reads, its bytes or where it lies -> upright RGB JPEG, at most `longest` pixels a side.

    Metadata (EXIF position, device) is left out; the printed caption states what is known.
    name: what the picture is, for the message. Raises ImageRefused.
    """
    try:
        with Image.open(BytesIO(content) if isinstance(content, bytes) else content) as opened:
            # A JPEG is read at a half, a quarter or an eighth where that is still large enough.
            share = longest / max(opened.size)
            opened.draft("RGB", (int(opened.width * share), int(opened.height * share)))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((longest, longest), Image.Resampling.BICUBIC, reducing_gap=2.0)
            flat = _on_white(picture)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ImageRefused(
            f"图片「{name}」读不出来（{_size(content)} 字节）。请核对原件是否损坏，换成 JPEG 或 PNG 后重试。"
        ) from error
    out = BytesIO()
    flat.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()


def _size(content: bytes | Path) -> int:
    if isinstance(content, bytes):
        return len(content)
    return content.stat().st_size if content.is_file() else 0


def _on_white(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")

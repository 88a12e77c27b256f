"""Foreign images painted anew: what leaves us are pixels, nothing else that the file may have held."""

from __future__ import annotations

import io
import warnings
from functools import cache

from PIL import Image, ImageOps

_FORMATS = ["PNG", "JPEG", "GIF", "WEBP"]
MAX_PIXELS = 25_000_000
#: A larger image is shrunk: nothing in a message is shown wider.
MAX_SIDE = 1_600
#: Up to this size, on both sides, an image is there to be counted and not to be seen.
PIXEL = 2


class NoPicture(Exception):
    """These bytes are no image that we show; ``is_pixel`` where it is one that is only there to be counted."""

    def __init__(self, *, is_pixel: bool = False) -> None:
        super().__init__()
        self.is_pixel = is_pixel


def repaint(content: bytes) -> tuple[str, bytes]:
    """Return media type and bytes of the first frame of an image, made anew without anything but its pixels.

    Raises NoPicture for what is no raster image of the web's kinds, has too many pixels, or is there to be counted.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                width, height = image.size
                if width <= PIXEL and height <= PIXEL:
                    raise NoPicture(is_pixel=True)
                if width * height > MAX_PIXELS:
                    raise NoPicture
                return _write(image)
    except NoPicture:
        raise
    except Exception as error:
        # Pillow raises errors of many kinds for broken files, and none of them is ours.
        raise NoPicture from error


def _write(image: Image.Image) -> tuple[str, bytes]:
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))
    image.load()
    turned = ImageOps.exif_transpose(image)
    has_alpha = "A" in turned.getbands() or "transparency" in turned.info
    painted = turned.convert("RGBA" if has_alpha else "RGB")
    painted.info.clear()
    painted.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    if has_alpha or image.format == "GIF":
        painted.save(out, "PNG")
        return "image/png", out.getvalue()
    painted.save(out, "JPEG", quality=85)
    return "image/jpeg", out.getvalue()


@cache
def placeholder() -> tuple[str, bytes]:
    """Return the neutral picture that stands where none could be had."""
    frame = Image.new("RGB", (48, 36), "#d8d8d8")
    frame.paste("#f2f2f2", (1, 1, 47, 35))
    out = io.BytesIO()
    frame.save(out, "PNG")
    return "image/png", out.getvalue()


@cache
def nothing() -> tuple[str, bytes]:
    """Return a picture of one transparent pixel."""
    out = io.BytesIO()
    Image.new("RGBA", (1, 1), (0, 0, 0, 0)).save(out, "PNG")
    return "image/png", out.getvalue()

"""Only pixels leave us."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.conversations.remote_images.conftest import picture
from wagtail_helpdesk.conversations.remote_images.picture import (
    MAX_SIDE,
    NoPicture,
    nothing,
    placeholder,
    repaint,
)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("kind", "mode", "expected"),
    [
        ("PNG", "RGB", "image/jpeg"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/jpeg"),
        ("PNG", "I;16", "image/jpeg"),
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("GIF", "P", "image/png"),
        ("WEBP", "RGBA", "image/png"),
    ],
)
def test_kinds(kind, mode, expected):
    out = io.BytesIO()
    Image.new(mode, (20, 10)).save(out, kind)
    media_type, content = repaint(out.getvalue())
    assert media_type == expected
    assert opened(content).size == (20, 10)


def test_nothing_but_pixels_is_left():
    info = PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    tail = b"<script>alert(2)</script>"
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    for content in (picture(pnginfo=info) + tail, picture(kind="JPEG", exif=exif) + tail):
        _media_type, painted = repaint(content)
        assert b"script" not in painted and b"secret" not in painted


def test_first_frame_only():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    painted = opened(repaint(out.getvalue())[1])
    assert getattr(painted, "n_frames", 1) == 1
    assert painted.convert("RGB").getpixel((4, 4)) == (255, 0, 0)


def test_large_ones_are_shrunk():
    assert opened(repaint(picture((MAX_SIDE * 2, 100)))[1]).size == (MAX_SIDE, 50)


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (2, 2)])
def test_pixels_are_not_shown(size):
    with pytest.raises(NoPicture) as raised:
        repaint(picture(size))
    assert raised.value.is_pixel


def bomb() -> bytes:
    """A PNG of 50,000 x 50,000 pixels in a few bytes."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>",
        picture()[:40],
        picture(kind="TIFF"),
        picture(kind="BMP"),
        picture(kind="ICO"),
        bomb(),
    ],
)
def test_no_picture(content):
    with pytest.raises(NoPicture) as raised:
        repaint(content)
    assert not raised.value.is_pixel


def test_our_own():
    assert opened(placeholder()[1]).size == (48, 36)
    assert opened(nothing()[1]).size == (1, 1)

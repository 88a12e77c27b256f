"""What files are by their bytes."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wagtail_helpdesk.conversations.file_types import UNKNOWN, may_show_inline, sniff_type


def image(kind, size=(2, 2)):
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind)
    return buffer.getvalue()


def huge_png():
    """A PNG of few bytes that claims 60000 x 60000 pixels."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    ("kind", "sniffed"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
def test_sound_images_are_shown(kind, sniffed):
    assert sniff_type(image(kind), "holiday.exe") == sniffed
    assert may_show_inline(sniffed)


@pytest.mark.parametrize(
    "content",
    [
        image("PNG")[:40],
        image("PNG")[:20] + b"x" * 40,
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"\xff\xd8\xff\xe0",
        huge_png(),
    ],
    ids=["cut", "damaged", "magic png", "magic gif", "magic jpeg", "bomb"],
)
def test_unsound_images_are_not_shown(content):
    sniffed = sniff_type(content, "a.png")
    assert not may_show_inline(sniffed)


@pytest.mark.parametrize(
    ("content", "name", "sniffed"),
    [
        (b"", "a.png", UNKNOWN),
        (b"%PDF-1.7\n<html>", "a.txt", "application/pdf"),
        (b"PK\x03\x04" + b"\0" * 40, "a.txt", "application/zip"),
        (b"<html><body>x", "a.txt", "text/html"),
        (b"\xef\xbb\xbf  <!-- x -->\n<SCRIPT >alert(1)", "a.png", "text/html"),
        (b"hello <script>alert(1)</script>", "a.csv", "text/html"),
        ("<html>".encode("utf-16"), "a.txt", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "image/svg+xml"),
        (b"<?xml version='1.0'?><svg/>", "a.xml", "image/svg+xml"),
        (b"<?xml version='1.0'?><x/>", "a.txt", "application/xml"),
        (b"<?xml version='1.0'?><html xmlns='x'/>", "a.txt", "application/xhtml+xml"),
        (b"a,b\n1,2\n", "a.CSV", "text/csv"),
        (b"just words", "a.html", "text/plain"),
        ("Grüße".encode("latin-1"), "a", "text/plain"),
        (b"a\0b", "a.txt", UNKNOWN),
        (image("BMP"), "a.bmp", "image/bmp"),
    ],
)
def test_sniff_type(content, name, sniffed):
    assert sniff_type(content, name) == sniffed


@pytest.mark.parametrize(
    "sniffed", ["text/html", "image/svg+xml", "application/xml", "application/pdf", "image/bmp", UNKNOWN, ""]
)
def test_nothing_else_is_shown_inline(sniffed):
    assert not may_show_inline(sniffed)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP"]),
)
def test_no_bytes_are_too_strange(content, magic):
    assert "/" in sniff_type(magic + content, "x")

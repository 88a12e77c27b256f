"""What a file really is, by its bytes. No security border (the headers of the serving view are), but what they say."""

import io
import re
import warnings

import filetype
from PIL import Image

#: What is said of bytes that nothing recognises.
UNKNOWN = "application/octet-stream"
MAIL = "message/rfc822"
#: A mail as Outlook keeps it in a file.
OUTLOOK_MAIL = "application/vnd.ms-outlook"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_INLINE = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
#: What may be shown in a page, by :func:`sniff_type`.
INLINE_TYPES = frozenset(_INLINE.values())
# More pixels are a burden for a browser, and for Pillow a decompression bomb.
MAX_INLINE_PIXELS = 50_000_000
_HEAD = 4096

_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|script|svg|math|iframe|style|title|table|div|p|a|br|h1|meta|img|font|!--|\?xml)[\s>/-]",
    re.IGNORECASE,
)
_TEXT_EXTENSIONS = {"csv": "text/csv", "ics": "text/calendar", "vcf": "text/vcard", "eml": MAIL}


def sniff_type(content: bytes, file_name: str) -> str:
    """Return the media type of a file: by its bytes, and of plain text only by the extension of `file_name`.

    An image type that a page may show is returned only where Pillow has verified the image; HTML, SVG and XML are
    found even behind leading spaces and comments. Never raises.
    """
    if not content:
        return UNKNOWN
    if content.startswith(_COMPOUND_FILE) and file_name.lower().endswith(".msg"):
        return OUTLOOK_MAIL
    # Magic bytes first: a PDF or an image may hold markup, and is still a PDF or an image.
    kind = filetype.guess(content)
    guessed = kind.mime if kind else ""
    if guessed.startswith("image/"):
        return _verified_image(content) or (UNKNOWN if guessed in _INLINE.values() else guessed)
    return guessed or _markup_type(content) or _text_type(content, file_name)


def may_show_inline(sniffed: str) -> bool:
    """Return True where a file that `sniff_type` calls `sniffed` may be shown in a page instead of being downloaded."""
    return sniffed in INLINE_TYPES


def _verified_image(content: bytes) -> str:
    """Return the type of a raster image that browsers show and Pillow finds sound, else ""."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=list(_INLINE)) as image:
                width, height = image.size
                if width * height > MAX_INLINE_PIXELS:
                    return ""
                found = image.format or ""
                image.verify()
    except Exception:  # noqa: BLE001 - Pillow raises errors of many kinds for broken files, and none of them is ours
        return ""
    return _INLINE.get(found, "")


def _markup_type(content: bytes) -> str:
    """Return the type of HTML, SVG or XML, else ""."""
    head = content[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in head[:64]:
        head = head.replace(b"\0", b"").lstrip(b"\xff\xfe")
    lowered = head.lower()
    if b"<svg" in lowered:
        return "image/svg+xml"
    if lowered.lstrip().startswith(b"<?xml"):
        return "application/xhtml+xml" if b"<html" in lowered else "application/xml"
    return "text/html" if _MARKUP.search(lowered) else ""


def _text_type(content: bytes, file_name: str) -> str:
    """Return the type of text that is no markup; UNKNOWN for what is no text."""
    head = content[:_HEAD]
    if b"\0" in head or any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return UNKNOWN
    extension = file_name.rpartition(".")[2].lower()
    return _TEXT_EXTENSIONS.get(extension, "text/plain")

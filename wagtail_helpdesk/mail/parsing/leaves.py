"""One part of a mail, read: as words, or as a file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .caps import DEFAULT_CAPS, Caps
from .charset_detection import Detector
from .charsets import decode, decode_as
from .encoded_words import decode_value
from .fields import read_mail_fields
from .flowed import unwrap_flowed
from .mail_types import ParsedAttachment
from .pkcs7 import PKCS7_TYPES
from .structure import Part
from .transfer import UuFile, decode_transfer, split_uuencoded

_READABLE = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
_RESOURCE_FORK = "application/applefile"
# The tags of text/enriched (RFC 1896) and text/richtext; "<<" is a literal "<".
_ENRICHED_TAG = re.compile(r"<param>[^<]{0,200}</param>|<(?!<)[^<>]{0,60}>", re.IGNORECASE)
_SINGLE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
#: How far into a nested mail its subject is looked for.
_SUBJECT_REACH = 64 * 1024
#: A character takes at most four bytes, so more than this can never be shown.
_BYTES_PER_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a part holds: words, files, or (text with uuencoded files in it) both."""

    text: str = ""
    is_text: bool = False
    is_html: bool = False
    files: tuple[ParsedAttachment, ...] = ()
    problems: frozenset[str] = frozenset()
    charset_declared: str = ""
    charset_used: str = ""
    charset_repaired: bool = False


def read_leaf(raw: bytes, part: Part, caps: Caps, detector: Detector, *, is_body: bool) -> Leaf:
    """Return what ``part`` holds.

    A text with a file name is words only where the message itself is expected (``is_body``).
    """
    if not _is_words(part, is_body):
        return Leaf(files=(read_file(raw, part, detector),), problems=_file_problems(part))
    data, enclosed = content_of(raw, part), ()
    if part.type != "text/html":
        data, enclosed = split_uuencoded(data)
    problems = set()
    cap = caps.html if part.type == "text/html" else caps.text
    if len(data) > cap * _BYTES_PER_CHARACTER:
        data = data[: cap * _BYTES_PER_CHARACTER]
        problems.add("truncated_html" if part.type == "text/html" else "truncated_text")
    declared = part.content_type.token("charset")
    if detector.chosen:
        decoded = decode_as(data, detector.chosen)
    else:
        decoded = decode(data, declared, html=part.type == "text/html", detector=detector)
    return Leaf(
        text=_finish(decoded.text, part),
        is_text=True,
        is_html=part.type == "text/html",
        files=tuple(_uu_attachment(file, detector) for file in enclosed),
        problems=frozenset(problems),
        charset_declared=declared,
        charset_used=decoded.used,
        charset_repaired=decoded.repaired,
    )


def read_file(raw: bytes, part: Part, detector: Detector) -> ParsedAttachment:
    """Return ``part`` as a file, whatever its type."""
    content = content_of(raw, part)
    return ParsedAttachment(
        file_name=_file_name(part) or _made_up_name(part, content, detector),
        declared_type=part.type,
        content=content,
        disposition="inline" if part.disposition.value == "inline" else "attachment",
        content_id=_text_field(part, "content-id").strip("<> "),
        content_location=_text_field(part, "content-location"),
        hidden=part.type == _RESOURCE_FORK,
    )


def content_of(raw: bytes, part: Part) -> bytes:
    """Return the bytes of ``part`` without their transfer encoding."""
    encoding = part.block.first("content-transfer-encoding").decode("ascii", "replace")
    return decode_transfer(raw[part.start : part.end], encoding)


def _is_words(part: Part, is_body: bool) -> bool:
    if part.type.startswith("multipart/"):
        # Without a usable boundary, or too deep: better read with its delimiters than not at all.
        return True
    if part.type not in _READABLE or part.disposition.value == "attachment":
        return False
    return is_body or not _file_name(part)


def _file_name(part: Part) -> str:
    return part.disposition.get("filename") or part.content_type.get("name")


def _made_up_name(part: Part, content: bytes, detector: Detector) -> str:
    """Return a name for parts that people want to open by it and that mostly come without."""
    if part.type == "message/rfc822":
        block = read_mail_fields(content[:_SUBJECT_REACH], DEFAULT_CAPS)
        return (decode_value(block.first("subject"), detector=detector)[:100].strip() or "message") + ".eml"
    return {"text/calendar": "invite.ics", "application/ms-tnef": "winmail.dat"}.get(part.type, "")


def _text_field(part: Part, name: str) -> str:
    return decode_value(part.block.first(name))[:998]


def _file_problems(part: Part) -> frozenset[str]:
    if part.type not in PKCS7_TYPES:
        return frozenset()
    # Signed only, but wrapped so that the words cannot be read without unwrapping; the default is enveloped.
    signed = part.content_type.token("smime-type") == "signed-data"
    return frozenset({"signed_smime_opaque" if signed else "encrypted_smime"})


def _finish(text: str, part: Part) -> str:
    if part.type in ("text/enriched", "text/richtext"):
        return _ENRICHED_TAG.sub("", _SINGLE_BREAK.sub(" ", text)).replace("<<", "<")
    if part.type == "text/plain" and part.content_type.token("format") == "flowed":
        return unwrap_flowed(text, delete_space=part.content_type.token("delsp") == "yes")
    return text


def _uu_attachment(file: UuFile, detector: Detector) -> ParsedAttachment:
    return ParsedAttachment(decode_value(file.name, detector=detector), "application/octet-stream", file.content)

"""Structured header values: ``text/plain; charset=utf-8`` and the file names of RFC 2231, RFC 2047 and neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from .charset_detection import Detector
from .charsets import decode
from .encoded_words import decode_value
from .scrub import clean_line

_QUOTED = rb'"((?:[^"\\]|\\.)*)"[ \t]*(?=;|\(|\Z)'
_PARAMETER = re.compile(rb"([^\s=;\"()<>]{1,100})\s*=\s*(?:" + _QUOTED + rb"|([^;]*))", re.DOTALL)
_AFTER_TOKEN = re.compile(rb"[;\s]")
_EXTENDED = re.compile(r"(?P<name>[^*]+)(?:\*(?P<number>\d{1,4}))?(?P<encoded>\*)?")
_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}", re.ASCII)
_ESCAPED = re.compile(rb'\\(["\\])')
_MAX_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Structured:
    """A header value of one token and parameters. Names are in lower case; values are clean lines of text."""

    value: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return the parameter called ``name``, or ""."""
        return self.parameters.get(name, "")

    def token(self, name: str) -> str:
        """Return the parameter called ``name`` up to the first space or comment, as charset names and the like are."""
        return self.get(name).split("(", 1)[0].strip().split(" ", 1)[0].lower()


def parse_structured(value: bytes, *, hint: str = "", detector: Detector | None = None) -> Structured:
    """Return token and parameters of a header ``value``; never raises. ``hint``: the charset of raw eight-bit bytes."""
    # Broken clients leave out the semicolon after the token; nothing that may stand there has a space in it.
    token, rest = (*_AFTER_TOKEN.split(value.strip(), maxsplit=1), b"")[:2]
    plain: dict[str, bytes] = {}
    for number, match in enumerate(_PARAMETER.finditer(rest)):
        if number >= _MAX_PARAMETERS:
            break
        name = match[1].decode("ascii", "replace").lower()
        plain.setdefault(name, _unquote(match[2], match[3]))
    return Structured(
        clean_line(token.decode("ascii", "replace")).split("(", 1)[0].strip().lower(),
        _decode_parameters(plain, hint, detector),
    )


def parse_content_type(value: bytes, *, default: str = "text/plain", **decoding) -> Structured:
    """Return a Content-Type; what is none is ``default``, as is a missing one."""
    parsed = parse_structured(value, **decoding)
    if _TYPE.fullmatch(parsed.value):
        return parsed
    if parsed.value in ("text", "html"):
        return Structured("text/html" if parsed.value == "html" else "text/plain", parsed.parameters)
    return Structured(default, parsed.parameters)


def _unquote(quoted: bytes | None, bare: bytes | None) -> bytes:
    if quoted is not None:
        # Only these two: a backslash before anything else is a path separator of a client that does not escape.
        return _ESCAPED.sub(rb"\1", quoted)
    return (bare or b"").strip().strip(b'"').strip()


def _decode_parameters(raw: dict[str, bytes], hint: str, detector: Detector | None) -> dict[str, str]:
    decoded: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for key, value in raw.items():
        match = _EXTENDED.fullmatch(key)
        if match and (match["number"] or match["encoded"]):
            pieces = extended.setdefault(match["name"], {})
            # "name*" is the whole value and wins over numbered pieces, which count from 0.
            pieces[int(match["number"]) if match["number"] else -1] = value, bool(match["encoded"])
        else:
            decoded[key] = decode_value(value, hint=hint, detector=detector)
    for name, pieces in extended.items():
        text = _join_extended(pieces, hint, detector)
        if text or name not in decoded:
            decoded[name] = text
    return decoded


def _join_extended(pieces: dict[int, tuple[bytes, bool]], hint: str, detector: Detector | None) -> str:
    ordered = [pieces[-1]] if -1 in pieces else [pieces[number] for number in sorted(pieces)]
    charset = ""
    joined = b""
    for position, (value, encoded) in enumerate(ordered):
        if not encoded:
            joined += value
            continue
        if position == 0 and value.count(b"'") >= 2:
            label, _, value = value.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        joined += unquote_to_bytes(value)
    if b"=?" in joined:
        return decode_value(joined, hint=charset or hint, detector=detector)
    return clean_line(decode(joined, charset or hint, detector=detector).text)

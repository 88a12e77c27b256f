"""Reading mail: pure functions from bytes to values, without database or settings; none raises, whatever arrives."""

from .addresses import Address, normalise_email
from .caps import Caps
from .classify import Classification, classify
from .dedupe import Peek, dedupe_key, peek
from .mail_types import Headers, ParsedAttachment, ParsedMail
from .parser import parse, parse_headers

__all__ = [
    "Address",
    "Caps",
    "Classification",
    "Headers",
    "ParsedAttachment",
    "ParsedMail",
    "Peek",
    "classify",
    "dedupe_key",
    "normalise_email",
    "parse",
    "parse_headers",
    "peek",
]

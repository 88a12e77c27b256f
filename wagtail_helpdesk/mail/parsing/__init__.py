"""Reading mail: pure functions from bytes to values, without database or settings. Nothing here raises, whatever arrives."""

from .addresses import Address
from .caps import Caps
from .mail_types import Headers, ParsedAttachment, ParsedMail
from .parser import parse

__all__ = ["Address", "Caps", "Headers", "ParsedAttachment", "ParsedMail", "parse"]

"""What a report says, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """What a delivery report says of one recipient."""

    #: One of RFC 3464 2.3.3: failed, delayed, delivered, relayed, expanded; "" where it cannot be told.
    action: str = ""
    #: RFC 3463, such as 5.1.1; "" for none.
    status: str = ""
    #: "" where the report does not name it.
    final: str = ""
    original: str = ""
    diagnostic: str = field(default="", repr=False)
    smtp_code: int | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Under which addresses we may know the recipient, that which we wrote to first."""
        return tuple(dict.fromkeys(address for address in (self.original, self.final) if address))


@dataclass(frozen=True, slots=True)
class Report:
    """A report about a mail. ``standard``: in the form of the RFCs; anything else is good for filing only."""

    kind: Literal["dsn", "mdn", "arf"]
    standard: bool
    recipients: tuple[RecipientReport, ...] = ()
    #: What the sending side called its mail (RFC 3461 4.4).
    envelope_id: str = ""
    #: Message-IDs of the mail that this is about, its own first, then those of its References, newest first.
    returned_ids: tuple[str, ...] = ()
    #: The values of one header field of the returned mail that the caller asked for.
    returned_marks: tuple[str, ...] = ()
    #: The envelope sender of the mail that a feedback report is about.
    original_sender: str = ""
    #: RFC 5965 3.1: abuse, fraud, not-spam ...; RFC 8098 3.2.6: displayed, deleted ... In lower case.
    feedback_type: str = ""
    disposition: str = ""
    #: All words of the report, in which an identifier may stand that is nowhere else.
    words: str = field(default="", repr=False)

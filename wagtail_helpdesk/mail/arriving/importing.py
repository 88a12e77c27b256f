"""Reads mails from .eml and .msg files, folders of them, and mbox files."""

from __future__ import annotations

import mailbox as mailbox_files
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process, release_leases
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome
from wagtail_helpdesk.mail.models import InboundMail

#: Seconds to wait for another process that reads the same mail, and between two looks.
PATIENCE = 60.0
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Source:
    """One mail to import: ``label`` is its path, in an mbox path#n (from 1)."""

    label: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one mail of an import."""

    source: str
    message_id: str
    outcome: str
    ticket: str | None
    message: int | None
    reason: str


def find_sources(path: Path) -> Iterator[Source]:
    """Yield the mails at ``path``: a file, every file under a folder (by name), the mails of an mbox. OSError."""
    if path.is_dir():
        for inner in sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith(".")):
            yield from find_sources(inner)
    elif _is_mbox(path):
        yield from _mails_of_mbox(path)
    else:
        yield Source(str(path), path.read_bytes())


def import_mail(source: Source, origin: Origin) -> Imported:
    """Accept and process one mail; never raises for what is in it."""
    accepted = accept(source.raw, Envelope(), origin)
    mail = accepted.mail
    if not accepted.is_new and mail.state == InboundState.DONE:
        return _report(source, mail, MailOutcome.DUPLICATE, "accepted before")
    mail = _process_whoever_has_it(mail)
    return _report(source, mail, mail.outcome or MailOutcome.FAILED, mail.reason or "another process is reading it")


def _process_whoever_has_it(mail: InboundMail) -> InboundMail:
    """Process ``mail``; when another process has it, wait for that one to finish or to be gone."""
    end = time.monotonic() + PATIENCE
    while True:
        release_leases()
        mail = process(mail.pk, may_defer=False)
        was_put_off = mail.state == InboundState.RECEIVED and mail.reason
        if was_put_off or mail.state in (InboundState.DONE, InboundState.FAILED) or time.monotonic() > end:
            return mail
        time.sleep(PAUSE)


def _report(source: Source, mail: InboundMail, outcome: str, reason: str) -> Imported:
    return Imported(
        source=source.label,
        message_id=mail.message_id_header,
        outcome=str(outcome),
        ticket=mail.ticket.reference if mail.ticket_id else None,
        message=mail.message_id,
        reason=reason,
    )


def _is_mbox(path: Path) -> bool:
    """An mbox begins with a "From " line, and so may a single mail: the name or a second such line tells."""
    if path.suffix.lower() in (".eml", ".msg"):
        return False
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _mails_of_mbox(path: Path) -> Iterator[Source]:
    """Split a copy of the file: the original is neither locked nor written."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "mbox"
        shutil.copyfile(path, copy)
        box = mailbox_files.mbox(copy, create=False)
        try:
            for number, key in enumerate(box.iterkeys(), 1):
                yield Source(f"{path}#{number}", box.get_bytes(key))
        finally:
            box.close()

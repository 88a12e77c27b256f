"""A storage that takes no files: the mail waits, and is whole when it comes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk.conversations.files import FOLDER
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.mail.arriving.process import STORAGE_PATIENCE, STORAGE_STEP, process
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome
from wagtail_helpdesk.mail.work import process_due
from wagtail_helpdesk.tickets.models import Ticket

START = datetime(2030, 5, 6, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def mail_with_file():
    mail = make_mail("See the file", date=START)
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    return mail


@pytest.fixture
def broken(settings, tmp_path):
    """The storage, with a file where its folder of attachments should be."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.WAGTAIL_HELPDESK = {}
    storage = private_storage()
    storage.save(FOLDER, ContentFile(b""))
    return storage


def test_waits_and_is_whole(desk, broken, mail_with_file):
    with time_machine.travel(START, tick=False) as clock:
        mail = take_in(mail_with_file, desk.mailbox)
        assert (mail.state, mail.reason) == (InboundState.RECEIVED, "its files cannot be stored")
        assert not Ticket.objects.exists()
        assert process_due() == 0
        broken.delete(FOLDER)
        clock.shift(STORAGE_STEP + timedelta(seconds=1))
        assert process_due() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.outcome, mail.attempts) == (InboundState.DONE, MailOutcome.OPENED, 1)
    assert [file.display_name for file in mail.message.attachments.all()] == ["bill.pdf"]
    assert mail.message.flags == []


def test_not_for_ever(desk, broken, mail_with_file):
    with time_machine.travel(START, tick=False) as clock:
        mail = take_in(mail_with_file, desk.mailbox)
        clock.shift(STORAGE_PATIENCE)
        mail = process(mail.pk)
    # From here on a person decides, in the mail log.
    assert mail.state == InboundState.FAILED
    assert mail.reason.startswith("could not be filed")


def test_trace_says_which_character_set_it_was(desk):
    raw = make_mail("X").as_bytes().replace(b'charset="utf-8"', b'charset="iso-8859-1"').replace(b"7bit", b"8bit")
    head, _blank, _body = raw.partition(b"\n\n")
    mail = take_in(head + b"\n\n" + "Grüße aus Köln".encode() + b"\n", desk.mailbox)
    assert mail.message.text.strip() == "Grüße aus Köln"
    assert "character set: declared iso-8859-1, read as utf-8" in mail.trace

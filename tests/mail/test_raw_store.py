"""The raw source of every mail: kept whole, shared by equal mails, gone when its time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.mail.arriving import raw_store
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.clean import clean, sweep_orphans
from wagtail_helpdesk.mail.models import AddressSuppression, AutoReplyLedger, InboundMail, RawMail
from wagtail_helpdesk.testing import factories


@pytest.fixture(autouse=True, params=["storage", "db"])
def store(request: pytest.FixtureRequest, settings, tmp_path) -> str:
    """Run each test with both stores."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.WAGTAIL_HELPDESK = {"RAW_STORE": request.param}
    return request.param


RAW = b"Subject: x\r\nX-Odd: \xff\x00\r\n\r\n\x80 body \r\n.\r\n"


def test_byte_for_byte(desk: Desk) -> None:
    mail = take_in(RAW, desk.mailbox)
    assert raw_store.load_raw(mail) == RAW


def test_storing_again_is_harmless(desk: Desk) -> None:
    mail = take_in(RAW, desk.mailbox)
    raw_store.store_raw(RAW, mail.raw_sha256)
    assert raw_store.load_raw(mail) == RAW


def test_nothing_readable_by_others(desk: Desk, store: str) -> None:
    mail = take_in(RAW, desk.mailbox)
    if store == "db":
        assert bytes(RawMail.objects.get().content) != RAW
    else:
        with pytest.raises(ValueError, match="not accessible via a URL"):
            private_storage().url(mail.raw_ref)


def test_source_that_is_gone(desk: Desk, store: str) -> None:
    """Nothing raises; the mail is told as failed."""
    accepted = accept(RAW, Envelope(), Origin("import", desk.mailbox.pk))
    if store == "db":
        RawMail.objects.all().delete()
    else:
        private_storage().delete(accepted.mail.raw_ref)
    mail = process(accepted.mail.pk)
    assert (mail.state, mail.outcome) == ("failed", "failed")
    with pytest.raises(raw_store.RawMissing):
        raw_store.load_raw(mail)


def test_kept_for_its_time(desk: Desk, django_capture_on_commit_callbacks) -> None:
    mail = take_in(make_mail("Hello"), desk.mailbox)
    with time_machine.travel(timezone.now() + timedelta(days=399), tick=False):
        clean()
    mail.refresh_from_db()
    assert raw_store.load_raw(mail)
    with time_machine.travel(timezone.now() + timedelta(days=401), tick=False):
        with django_capture_on_commit_callbacks(execute=True):
            clean()
        assert not AutoReplyLedger.objects.exists()
    mail.refresh_from_db()
    assert mail.raw_ref == ""
    assert (mail.outcome, mail.ticket.messages.count()) == ("opened", 1)


def test_shared_source_goes_with_the_last_mail(desk: Desk, django_capture_on_commit_callbacks) -> None:
    mail = take_in(RAW, desk.mailbox)
    twin = InboundMail.objects.create(
        raw_sha256=mail.raw_sha256, raw_ref=mail.raw_ref, size=1, dedupe_key="0" * 64, origin="import"
    )
    with django_capture_on_commit_callbacks(execute=True):
        raw_store.drop_raw(mail)
    assert raw_store.load_raw(twin) == RAW
    with django_capture_on_commit_callbacks(execute=True):
        raw_store.drop_raw(twin)
    twin.raw_ref = "db" if RawMail.objects.exists() else "raw/gone"
    with pytest.raises(raw_store.RawMissing):
        raw_store.load_raw(twin)


def test_files_without_a_row_are_swept_when_old(desk: Desk) -> None:
    ticket = factories.make_ticket(files=[NewFile("a.txt", b"kept")])
    storage = private_storage()
    orphan = storage.save("attachments/ab/orphan", ContentFile(b"x"))
    assert sweep_orphans() == 0
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        assert sweep_orphans() == 1
    assert not storage.exists(orphan)
    assert storage.exists(Attachment.objects.get(message__ticket=ticket).storage_key)


def test_suppression_ends(desk: Desk) -> None:
    AddressSuppression.objects.create(address_hash="0" * 64, reason="repeating", until=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False):
        clean()
    assert not AddressSuppression.objects.exists()

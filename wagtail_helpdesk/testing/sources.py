"""What every kind of mail source promises, as tests: ours pass them, and so must a site's own.

::

    @pytest.mark.django_db
    class TestPigeons(SourceContract):
        def make_source(self): return MailSource.objects.create(mailbox=..., kind="pigeon", settings={...})
        def deliver(self, raw): ...
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta

from django.utils import timezone

from wagtail_helpdesk.mail.arriving.raw_store import load_raw
from wagtail_helpdesk.mail.choices import PostAction, StartFrom
from wagtail_helpdesk.mail.fetching.fetch import fetch, sweep
from wagtail_helpdesk.mail.models import InboundMail, InboundOrigin, MailSource
from wagtail_helpdesk.mail.sources import open_source
from wagtail_helpdesk.mail.sources.base import MailGone, RemoteMail, SourceError

#: Line ends as they travel (RFC 5322 2.1), bytes that are no UTF-8, and what a line-based protocol may trip over.
MAIL = (
    b"From: Ana <ana@example.org>\r\nTo: support@desk.example\r\nSubject: Contract %d\r\n"
    b"Message-ID: <contract-%d@example.org>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n"
    b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xfc\xdfe\r\n.\r\n.. dots\r\n)\r\nFrom here\r\n"
)


class SourceContract(ABC):
    """The promises. Each test gets a new source from :meth:`make_source`."""

    @abstractmethod
    def make_source(self) -> MailSource:
        """Return a new row whose folder is empty and can be read."""

    @abstractmethod
    def deliver(self, raw: bytes) -> None:
        """Put one mail into the folder of the source that was made last, as a mail server would."""

    def test_a_new_mail_is_taken_once_and_byte_for_byte(self) -> None:
        row = self._begun()
        self.deliver(MAIL % (1, 1))
        assert fetch(row).taken == 1
        assert (fetch(row).taken, sweep(row).taken) == (0, 0)
        assert load_raw(InboundMail.objects.get()) == MAIL % (1, 1)
        assert InboundOrigin.objects.get().post_action_state == "done"

    def test_what_was_there_before_is_left_alone(self) -> None:
        row = self.make_source()
        self.deliver(MAIL % (1, 1))
        assert fetch(row).error == ""
        assert (fetch(row).taken, sweep(row).taken) == (0, 0)
        self.deliver(MAIL % (2, 2))
        assert fetch(row).taken == 1
        assert InboundMail.objects.get().subject == "Contract 2"

    def test_old_mail_is_taken_where_that_was_asked_for(self) -> None:
        row = self.make_source()
        row.start_from, row.start_days = StartFrom.DAYS, 3
        row.save()
        self.deliver(MAIL % (1, 1))
        assert fetch(row).taken + sweep(row).taken == 1
        assert fetch(row).taken + sweep(row).taken == 0

    def test_keys_are_the_same_in_every_session(self) -> None:
        row = self._begun()
        for number in range(3):
            self.deliver(MAIL % (number, number))
        assert len(set(self._keys(row))) == 3
        assert self._keys(row) == self._keys(row)

    def test_every_post_action_is_done_and_may_be_repeated(self) -> None:
        for action in open_source(self.make_source()).post_actions:
            if action in (PostAction.KEEP, PostAction.MOVE):
                continue
            row = self._begun()
            self.deliver(MAIL % (1, 1))
            with open_source(row).session() as session:
                session.enter(row.folders.get().name)
                mails = session.list_new(0)
                session.settle(mails, action, "")
                session.settle(mails, action, "")
                assert len(session.list_new(0)) == (0 if action == PostAction.DELETE else len(mails))

    def test_a_mail_that_is_gone(self) -> None:
        row = self._begun()
        self.deliver(MAIL % (1, 1))
        if PostAction.DELETE not in open_source(row).post_actions:
            return
        with open_source(row).session() as session:
            session.enter(row.folders.get().name)
            mails = session.list_new(0)
            session.settle(mails, PostAction.DELETE, "")
        with open_source(row).session() as session:
            session.enter(row.folders.get().name)
            assert self._is_gone(session, mails[-1])
            assert session.describe(mails) == []

    def test_a_mail_that_is_too_large(self) -> None:
        row = self._begun()
        raw = MAIL % (1, 1) + b"x" * 70 + b"\r\n"
        self.deliver(raw)
        with open_source(row).session() as session:
            session.enter(row.folders.get().name)
            mail = session.describe(session.list_new(0))[-1]
            fetched = session.fetch(mail, 100)
            assert fetched.whole_size is not None and fetched.whole_size >= len(raw)
            assert raw.startswith(fetched.raw) and fetched.raw
            assert session.fetch(mail, 10_000).whole_size is None

    def test_times_are_those_of_the_delivery(self) -> None:
        row = self._begun()
        self.deliver(MAIL % (1, 1))
        with open_source(row).session() as session:
            session.enter(row.folders.get().name)
            for mail in session.describe(session.list_new(0)):
                assert mail.received_at is None or abs(mail.received_at - timezone.now()) < timedelta(minutes=5)

    def test_check_says_what_is_wrong_and_never_raises(self) -> None:
        row = self._begun()
        steps = open_source(row).check()
        assert steps and all(step.ok for step in steps), steps
        folder = row.folders.get()
        folder.name = "No such folder"
        folder.save()
        assert not open_source(row).check()[-1].ok
        assert fetch(row).error != ""

    def test_folders_are_named(self) -> None:
        row = self._begun()
        assert row.folders.get().name in open_source(row).list_folders()

    def _begun(self) -> MailSource:
        """Return a source that has been visited once: what is delivered from now on is new."""
        row = self.make_source()
        assert fetch(row).error == ""
        return row

    def _keys(self, row: MailSource) -> list[str]:
        with open_source(row).session() as session:
            session.enter(row.folders.get().name)
            return [mail.key for mail in session.list_new(0)]

    def _is_gone(self, session, mail: RemoteMail) -> bool:
        try:
            session.fetch(mail, 10_000)
        except MailGone:
            return True
        except SourceError:
            return False
        return False

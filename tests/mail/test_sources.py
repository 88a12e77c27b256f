"""Kinds of sources that a site adds, and what is said of sources in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.mail.sources import make_imap
from tests.personas import Desk
from wagtail_helpdesk.mail import sources
from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.choices import PostAction
from wagtail_helpdesk.mail.fetching.fetch import fetch
from wagtail_helpdesk.mail.models import MailSource
from wagtail_helpdesk.mail.sources.base import (
    BEGINNING,
    Fetched,
    FolderFacts,
    MailGone,
    RemoteMail,
    Session,
    Source,
    SourceRefused,
)
from wagtail_helpdesk.mail.sources.problems import describe_problem, describe_warning, dismiss_warnings, warn
from wagtail_helpdesk.testing.sources import SourceContract

#: What the pigeons brought, by loft.
LOFTS: dict[str, dict[int, bytes]] = {}


class PigeonSession(Session):
    """The least that a session has to do."""

    def __init__(self, loft: dict[int, bytes]) -> None:
        super().__init__()
        self._loft = loft

    def enter(self, folder, *, readonly=False):
        if folder != "INBOX":
            raise SourceRefused("the pigeons do not know this loft")
        return FolderFacts()

    def list_new(self, after):
        return [RemoteMail(str(number), size=len(raw)) for number, raw in self._loft.items()]

    def list_since(self, since):
        return self.list_new(0)

    def describe(self, mails):
        return [mail for mail in mails if int(mail.key) in self._loft]

    def fetch(self, mail, limit):
        if int(mail.key) not in self._loft:
            raise MailGone
        raw = self._loft[int(mail.key)]
        return Fetched(raw) if len(raw) <= limit else Fetched(raw[:BEGINNING], len(raw))

    def settle(self, mails, action, move_to):
        for mail in mails:
            self._loft.pop(int(mail.key), None)


class PigeonSource(Source):
    """A kind of a site's own."""

    label = "Pigeons"
    post_actions = (PostAction.DELETE,)

    @contextmanager
    def session(self) -> Iterator[PigeonSession]:
        yield PigeonSession(LOFTS[self.row.settings["loft"]])

    def check(self) -> list[CheckStep]:
        known = all(folder.name == "INBOX" for folder in self.row.folders.all())
        return [CheckStep("Loft", known)]


@pytest.fixture
def pigeons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_kinds", sources.kinds())
    sources.register("pigeon", PigeonSource)


class TestKindOfASite(SourceContract):
    @pytest.fixture(autouse=True)
    def _pigeons(self, desk: Desk, pigeons: None) -> None:
        self.desk, self.brought = desk, 0

    def make_source(self) -> MailSource:
        self.loft = str(len(LOFTS))
        LOFTS[self.loft] = {}
        return MailSource.objects.create(
            mailbox=self.desk.mailbox, kind="pigeon", settings={"loft": self.loft}, post_action="delete"
        )

    def deliver(self, raw: bytes) -> None:
        self.brought += 1
        LOFTS[self.loft][self.brought] = raw


def test_kinds_are_listed_with_what_a_form_needs(pigeons: None) -> None:
    assert list(sources.kinds()) == ["imap", "pop3", "maildir", "pigeon"]
    for kind in sources.kinds().values():
        assert str(kind.label)
        assert set(kind.columns) <= {field.name for field in MailSource._meta.get_fields()}
    assert [setting.name for setting in sources.kinds()["maildir"].settings] == ["path"]


def test_failure_of_a_kind_of_its_own_is_shown_as_it_says(desk: Desk, pigeons: None) -> None:
    LOFTS["x"] = {}
    row = MailSource.objects.create(mailbox=desk.mailbox, kind="pigeon", settings={"loft": "x"})
    row.folders.create(name="Roof")
    assert describe_problem(fetch(row).error) == "the pigeons do not know this loft"


def test_error_in_a_kind_hurts_no_other(desk: Desk, pigeons: None, caplog: pytest.LogCaptureFixture) -> None:
    row = MailSource.objects.create(mailbox=desk.mailbox, kind="pigeon", settings={"loft": "secret loft"})
    assert fetch(row).error == "unexpected"
    row.refresh_from_db()
    assert (row.last_error, row.failures) == ("unexpected", 1)
    assert "KeyError" in caplog.text and "secret loft" not in caplog.text


def test_warnings_in_words(desk: Desk) -> None:
    row = make_imap(desk.mailbox, ("127.0.0.1", 1))
    for _ in range(2):
        warn(row, "mail_unreadable", folder="INBOX", uid=5)
    warn(row, "no_uidplus")
    assert [describe_warning(one) for one in row.warnings] == [
        "A mail could not be fetched after several tries. It is still on the server. (INBOX, 5)",
        "The server cannot delete single mails (UIDPLUS): they are only marked as deleted.",
    ]
    for uid in range(50):
        warn(row, "mail_too_large", folder="INBOX", uid=uid)
    assert len(row.warnings) == 20
    dismiss_warnings(row)
    row.refresh_from_db()
    assert row.warnings == []

"""Fetching from a real Dovecot; and SIGKILL at any moment of it: no mail is lost, none is taken twice."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import dovecot as dovecots
from tests.faults.conftest import Victim
from tests.faults.dovecot import PASSWORD, Dovecot
from tests.mail.helpers import make_mail
from tests.personas import Desk
from wagtail_helpdesk import vault
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.fetching.fetch import fetch, sweep
from wagtail_helpdesk.mail.models import InboundMail, InboundOrigin, MailSource, SourceFolder
from wagtail_helpdesk.mail.sources import open_source
from wagtail_helpdesk.mail.work import process_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.testing.sources import SourceContract
from wagtail_helpdesk.tickets.models import Ticket

HERE = __name__
pytestmark = pytest.mark.skipif(dovecots.reason_for_none() is not None, reason=str(dovecots.reason_for_none()))
_users = (f"user{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server for all tests of this module: each uses an account of its own."""
    with dovecots.run_dovecot() as server:
        yield server


@pytest.fixture
def trusted(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the authority of the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.authority))


def make_source(mailbox: Mailbox, dovecot: Dovecot, kind: str = "imap", **fields) -> MailSource:
    """Return a source for an account of its own, in clear where nothing else is said."""
    port = dovecot.imap if kind == "imap" else dovecot.pop3
    fields = {"host": "127.0.0.1", "port": port, "security": "none", **fields}
    return MailSource.objects.create(
        mailbox=mailbox, kind=kind, username=next(_users), password=vault.seal(PASSWORD), **fields
    )


class _ServerContract(SourceContract):
    kind = "imap"

    @pytest.fixture(autouse=True)
    def _server(self, desk: Desk, dovecot: Dovecot, trusted: None) -> None:
        self.desk, self.dovecot = desk, dovecot

    def make_source(self) -> MailSource:
        port = self.dovecot.imaps if self.kind == "imap" else self.dovecot.pop3s
        self.row = make_source(
            self.desk.mailbox, self.dovecot, self.kind, host="localhost", port=port, security="tls", **self.fields
        )
        return self.row

    def deliver(self, raw: bytes) -> None:
        self.dovecot.deliver(self.row.username, raw)


class TestImapContract(_ServerContract):
    fields = {}


class TestPop3Contract(_ServerContract):
    kind = "pop3"
    fields = {"post_action": "delete"}


@pytest.mark.parametrize("kind", ["imap", "pop3"])
def test_starttls(desk: Desk, dovecot: Dovecot, trusted: None, kind: str) -> None:
    row = make_source(desk.mailbox, dovecot, kind, host="localhost", security="starttls")
    assert fetch(row).error == ""
    assert all(step.ok for step in open_source(row).check())


@pytest.mark.parametrize("kind", ["imap", "pop3"])
@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("why", ["nobody vouches for it", "it is another's"])
def test_bad_certificate(
    desk: Desk, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, kind: str, security: str, why: str
) -> None:
    """No name or password is sent to a server that may be anybody."""
    host = "localhost"
    if why == "it is another's":
        monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.authority))
        host = "127.0.0.1"
    port = getattr(dovecot, kind + ("s" if security == "tls" else ""))
    row = make_source(desk.mailbox, dovecot, kind, host=host, port=port, security=security)
    assert fetch(row).error == "certificate"
    log = (dovecot.authority.parent / "log").read_text()
    assert f"user=<{row.username}>" not in log


def test_wrong_password(desk: Desk, dovecot: Dovecot) -> None:
    for kind in ("imap", "pop3"):
        row = make_source(desk.mailbox, dovecot, kind)
        row.password = vault.seal("wrong")
        assert fetch(row).error == "login_refused"


def test_deleting_leaves_what_others_marked(desk: Desk, dovecot: Dovecot) -> None:
    row = make_source(desk.mailbox, dovecot, post_action="delete")
    dovecot.deliver(row.username, b"Subject: theirs\r\n\r\nx\r\n")
    with dovecot.client(row.username) as client:
        client.select()
        client.store("1", "+FLAGS", r"(\Deleted)")
        client.unselect()
    fetch(row)
    dovecot.deliver(row.username, make_mail("Hello").as_bytes())
    assert fetch(row).taken == 1
    assert [b"UID 1 " in line for line in dovecot.flags(row.username)] == [True]


def test_moving(desk: Desk, dovecot: Dovecot) -> None:
    row = make_source(desk.mailbox, dovecot, post_action="move", move_to="Done")
    fetch(row)
    dovecot.deliver(row.username, make_mail("Hello").as_bytes())
    assert fetch(row).taken == 1
    assert dovecot.flags(row.username) == []
    assert len(dovecot.flags(row.username, "Done")) == 1
    assert row.warnings == []


def test_sent_folder_is_read_and_never_touched(desk: Desk, dovecot: Dovecot) -> None:
    row = make_source(desk.mailbox, dovecot)
    SourceFolder.objects.create(source=row, name="Sent", role="sent")
    SourceFolder.objects.create(source=row, name="INBOX")
    fetch(row)
    question = make_mail("How?", sender="ana@example.org")
    answer = make_mail("So.", sender="support@desk.example", to="ana@example.org", in_reply_to=question["Message-ID"])
    dovecot.deliver(row.username, answer.as_bytes(), folder="Sent")
    dovecot.deliver(row.username, question.as_bytes())
    assert fetch(row).taken == 2
    process_due()
    assert [one.direction for one in Ticket.objects.get().messages.order_by("pk")] == ["inbound", "outbound"]
    assert b"Seen" not in dovecot.flags(row.username, "Sent")[0]


def test_news_wake_up(desk: Desk, dovecot: Dovecot) -> None:
    row = make_source(desk.mailbox, dovecot)
    with open_source(row).watch("INBOX") as watch:
        assert watch.wait(0.05) is False
        threading.Timer(0.2, dovecot.deliver, [row.username, b"Subject: x\r\n\r\nx\r\n"]).start()
        assert watch.wait(10) is True


def test_mail_with_long_lines_by_pop3(desk: Desk, dovecot: Dovecot) -> None:
    row = make_source(desk.mailbox, dovecot, "pop3")
    fetch(row)
    raw = b"Subject: long\r\n\r\n" + b"x" * 100_000 + b"\r\n..\r\n.\r\n" + b"." * 70_000 + b"\r\n"
    dovecot.deliver(row.username, raw)
    assert fetch(row).taken == 1
    from wagtail_helpdesk.mail.arriving.raw_store import load_raw

    assert load_raw(InboundMail.objects.get()) == raw


def test_folder_made_anew(desk: Desk, dovecot: Dovecot) -> None:
    row = make_source(desk.mailbox, dovecot)
    SourceFolder.objects.create(source=row, name="Done")
    fetch(row)
    first, second = (make_mail("Hello", subject=subject).as_bytes() for subject in ("First", "Second"))
    dovecot.deliver(row.username, first, folder="Done")
    assert fetch(row).taken == 1
    with dovecot.client(row.username) as client:
        client.delete("Done")
        client.create("Done")
    dovecot.deliver(row.username, first, second, folder="Done")
    fetch(row)
    sweep(row)
    assert set(InboundMail.objects.values_list("subject", flat=True)) == {"First", "Second"}
    assert InboundMail.objects.count() == 2


# What follows is done by processes that are killed.


def fetch_source(pk: int) -> None:
    """Fetch what is new."""
    assert fetch(MailSource.objects.get(pk=pk)).error == ""


def catch_up(pk: int) -> None:
    """Do all that a worker would in the hours after."""
    row = MailSource.objects.get(pk=pk)
    for visited in (fetch(row), sweep(row)):
        assert visited.error == ""
    while process_due():
        pass


@pytest.mark.parametrize("kind", ["imap", "pop3", "maildir"])
def test_killed_at_each_step(victim: Victim, dovecot: Dovecot, tmp_path: Path, kind: str) -> None:
    import mailbox as mailbox_files

    mailbox = factories.make_mailbox("support@desk.example")
    if kind == "maildir":
        maildir = mailbox_files.Maildir(tmp_path / "Maildir")
        row = MailSource.objects.create(mailbox=mailbox, kind=kind, settings={"path": maildir._path})
    else:
        row = make_source(mailbox, dovecot, kind, post_action="delete" if kind == "pop3" else "mark")
    fetch_source(row.pk)
    numbers = itertools.count()
    subjects: list[str] = []

    def prepare() -> tuple[str, list[int]]:
        # Two, where a step between them may matter.
        subjects[:] = [f"{kind} {next(numbers)} {letter}" for letter in ("ab" if kind == "imap" else "a")]
        for subject in subjects:
            raw = make_mail("Hello", subject=subject, sender=f"{subject.replace(' ', '')}@example.org").as_bytes()
            if kind == "maildir":
                maildir.add(raw)
            else:
                dovecot.deliver(row.username, raw)
        return f"{HERE}.fetch_source", [row.pk]

    steps = 0
    for _step in kills(victim, prepare, every=1 if kind == "imap" else 3):
        steps += 1
        assert victim.run(f"{HERE}.catch_up", row.pk)
        for subject in subjects:
            assert Ticket.objects.filter(subject=subject).count() == 1
        assert InboundMail.objects.filter(subject__in=subjects).count() == len(subjects)
        assert not InboundOrigin.objects.exclude(post_action_state="done").exists()
        if kind == "imap":
            assert all(b"$HelpdeskDone" in line for line in dovecot.flags(row.username))
        elif kind == "pop3":
            assert dovecot.flags(row.username) == []
        else:
            assert not list((tmp_path / "Maildir" / "new").iterdir())
    assert steps > 5


def kills(victim: Victim, prepare: Callable[[], tuple[str, list[int]]], *, every: int) -> Iterator[int]:
    """As ``kill_at_each_step``, at every so-manieth step."""
    for step in itertools.count(step=every):
        function, arguments = prepare()
        finished = victim.run(function, *arguments, step=step)
        yield step
        if finished:
            return


def test_two_workers_on_one_folder(second_victim: Victim, victim: Victim, dovecot: Dovecot) -> None:
    count = 200
    row = make_source(factories.make_mailbox("support@desk.example"), dovecot)
    fetch_source(row.pk)
    dovecot.deliver(
        row.username, *(make_mail(f"Text {number}", subject=f"Mail {number}").as_bytes() for number in range(count))
    )
    threads = [
        threading.Thread(target=one.run, args=(f"{HERE}.fetch_source", row.pk)) for one in (victim, second_victim)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert victim.run(f"{HERE}.fetch_source", row.pk)
    assert InboundMail.objects.count() == InboundOrigin.objects.count() == count
    assert set(InboundMail.objects.values_list("subject", flat=True)) == {f"Mail {number}" for number in range(count)}

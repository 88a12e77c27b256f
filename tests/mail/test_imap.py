"""Fetching by IMAP from a server that does what it is told."""

from __future__ import annotations

import hashlib
import imaplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from tests.mail.helpers import make_mail
from tests.mail.imap_server import ImapFolder, imap_server
from tests.mail.oauth.provider import fake_provider
from tests.mail.sources import make_imap
from tests.personas import Desk
from wagtail_helpdesk import vault
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.arriving import accept as accepting
from wagtail_helpdesk.mail.fetching.fetch import fetch, fetch_due, sweep, sweep_due
from wagtail_helpdesk.mail.fetching.watching import Watchers, watch
from wagtail_helpdesk.mail.models import (
    InboundDelivery,
    InboundMail,
    InboundOrigin,
    MailAccount,
    MailSource,
    OutboundMail,
)
from wagtail_helpdesk.mail.sources import open_source
from wagtail_helpdesk.mail.sources.base import SourceRefused
from wagtail_helpdesk.mail.work import process_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.testing.sources import SourceContract
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.models import Ticket

SYSTEM = Actor.system()


class TestContract(SourceContract):
    @pytest.fixture(autouse=True)
    def _server(self, desk: Desk) -> Iterator[None]:
        self.desk = desk
        with ExitStack() as self.servers:
            yield

    def make_source(self) -> MailSource:
        self.folder = ImapFolder()
        return make_imap(self.desk.mailbox, self.servers.enter_context(imap_server(self.folder)))

    def deliver(self, raw: bytes) -> None:
        self.folder.add(raw)


class Rig:
    """A server's folder, the source that reads it, and what came of it."""

    def __init__(self, folder: ImapFolder, row: MailSource) -> None:
        self.folder, self.row = folder, row

    def deliver(self, *subjects: str, **fields) -> None:
        """Put mails into the folder, each from somebody else, dated as they arrived."""
        for subject in subjects:
            sender = f"{subject.lower().replace(' ', '-')}@example.org"
            mail = make_mail(f"Text of {subject}", subject=subject, sender=sender, date=fields.get("at"))
            self.folder.add(mail.as_bytes(), **fields)

    def subjects(self) -> list[str]:
        return list(InboundMail.objects.order_by("pk").values_list("subject", flat=True))

    def reload(self) -> MailSource:
        self.row = MailSource.objects.get(pk=self.row.pk)
        return self.row

    def warnings(self) -> list[str]:
        return [one["code"] for one in self.reload().warnings]

    def commands(self, word: str) -> list[str]:
        return [one for one in self.folder.log if word in one]


@contextmanager
def make_rig(mailbox, **fields) -> Iterator[Rig]:
    folder = ImapFolder()
    with imap_server(folder) as address:
        yield Rig(folder, make_imap(mailbox, address, **fields))


@pytest.fixture
def rig(desk: Desk) -> Iterator[Rig]:
    """A source whose folder has been visited, so that all that comes now is new."""
    with make_rig(desk.mailbox) as rig:
        assert fetch(rig.row).error == ""
        yield rig


def test_new_mails_become_tickets_and_are_marked(rig: Rig) -> None:
    rig.deliver("One", "Two")
    assert fetch(rig.row).taken == 2
    process_due()
    assert set(Ticket.objects.values_list("subject", flat=True)) == {"One", "Two"}
    assert all({r"\Seen", "$HelpdeskDone"} <= mail.flags for mail in rig.folder.mails.values())
    assert set(InboundOrigin.objects.values_list("post_action_state", flat=True)) == {"done"}
    assert fetch(rig.row).taken == 0
    row = rig.reload()
    assert (row.failures, row.last_error, row.warnings) == (0, "", [])
    assert row.last_ok_at is not None
    assert not rig.commands("BODY[]"), "fetching never marks as read"


def test_raw_is_kept_byte_for_byte(rig: Rig) -> None:
    raw = b"Subject: bytes\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n\xf0\xd2\xc9 {12}\r\n)\r\n"
    rig.folder.add(raw)
    fetch(rig.row)
    from wagtail_helpdesk.mail.arriving.raw_store import load_raw

    assert load_raw(InboundMail.objects.get()) == raw


def test_what_was_there_before_is_left_alone(desk: Desk) -> None:
    with make_rig(desk.mailbox) as rig:
        rig.deliver("Old")
        assert (fetch(rig.row).taken, sweep(rig.row).taken) == (0, 0)
        rig.deliver("New")
        assert (fetch(rig.row).taken, sweep(rig.row).taken) == (1, 0)
        assert rig.subjects() == ["New"]


def test_mail_of_the_last_days_causes_no_automatic_mail(desk: Desk) -> None:
    with make_rig(desk.mailbox, start_from="days", start_days=3) as rig:
        now = timezone.now().replace(microsecond=0)
        rig.deliver("Ancient", at=now - timedelta(days=5))
        rig.deliver("Yesterday", at=now - timedelta(days=1))
        rig.deliver("Just now", at=now - timedelta(minutes=5))
        assert (fetch(rig.row).taken, sweep(rig.row).taken) == (0, 2)
        rig.deliver("New")
        fetch(rig.row)
        process_due()
        assert rig.subjects() == ["Yesterday", "Just now", "New"]
        assert Ticket.objects.get(subject="Yesterday").created_at == now - timedelta(days=1)
        acknowledged = OutboundMail.objects.values_list("ticket__subject", flat=True)
        assert list(acknowledged) == ["New"]


def test_the_last_mail_that_every_range_names_is_not_new(rig: Rig) -> None:
    """UID SEARCH n:* answers with the last mail, even one below n (RFC 3501 6.4.8)."""
    rig.deliver("One")
    assert [fetch(rig.row).taken for _ in range(3)] == [1, 0, 0]
    assert rig.commands("SEARCH UID 2:*")
    assert InboundOrigin.objects.count() == 1


def test_server_that_does_not_say_uidnext(desk: Desk) -> None:
    with make_rig(desk.mailbox) as rig:
        rig.folder.says_next_uid = False
        rig.deliver("Old")
        fetch(rig.row)
        rig.deliver("New")
        fetch(rig.row)
        assert rig.subjects() == ["New"]


def test_outage_of_three_days(rig: Rig) -> None:
    start = timezone.now()
    for day in (1, 2, 3):
        rig.deliver(f"Day {day}", at=(start + timedelta(days=day)).replace(microsecond=0))
    with time_machine.travel(start + timedelta(days=3, hours=1), tick=False):
        assert fetch_due() == 3
        process_due()
    assert Ticket.objects.count() == 3
    # Two days late, an acknowledgement would only confuse.
    acknowledged = set(OutboundMail.objects.values_list("ticket__subject", flat=True))
    assert acknowledged == {"Day 3"}


def test_new_uidvalidity(rig: Rig) -> None:
    rig.deliver("One", "Two")
    fetch(rig.row)
    rig.folder.uidvalidity = 8
    rig.folder.mails = dict(enumerate(rig.folder.mails.values(), 40))
    rig.folder.next_uid = 50
    rig.deliver("Three")
    fetch(rig.row)
    sweep(rig.row)
    rig.deliver("Four")
    fetch(rig.row)
    process_due()
    assert sorted(Ticket.objects.values_list("subject", flat=True)) == ["Four", "One", "Three", "Two"]
    assert rig.warnings() == ["uidvalidity_changed"]
    assert InboundMail.objects.count() == 4


def test_new_uidvalidity_long_after_acknowledges_nothing_old(rig: Rig) -> None:
    start = timezone.now()
    rig.folder.uidvalidity = 8
    rig.deliver("Late", at=(start + timedelta(hours=1)).replace(microsecond=0))
    with time_machine.travel(start + timedelta(days=2), tick=False):
        fetch(rig.row)
        sweep(rig.row)
        process_due()
    assert rig.subjects() == ["Late"]
    assert not OutboundMail.objects.exists()


def test_mail_that_shows_late_below_others(rig: Rig) -> None:
    rig.deliver("One", uid=10)
    fetch(rig.row)
    sweep(rig.row)
    rig.deliver("Late", uid=9)
    assert fetch(rig.row).taken == 0
    assert sweep(rig.row).taken == 0, "not due yet"
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert sweep_due() == 1
    assert rig.subjects() == ["One", "Late"]


@pytest.mark.parametrize(
    "answer",
    [
        b"{tag} BAD internal error\r\n",
        b"{tag} NO [SERVERBUG] cannot\r\n",
        b"* 5 FETCH (UID 5 BODY[] {20}\r\nabc",
        b"this is no IMAP\r\n",
        b"* 5 FETCH (UID 5 BODY[] NIL)\r\n{tag} OK done\r\n",
        b"",
    ],
)
def test_one_mail_that_cannot_be_fetched(rig: Rig, answer: bytes) -> None:
    rig.deliver(*(f"Mail {number}" for number in range(1, 10)))
    if answer.endswith(b"abc"):
        # The connection breaks in the middle of the mail.
        def break_off(command: str) -> bytes | None:
            if "FETCH 5 (UID BODY" not in command:
                return None
            rig.folder.cut_after = len(answer)
            return answer

        rig.folder.faults.append(break_off)
    else:
        rig.folder.fail(r"FETCH 5 \(UID BODY", answer)
    start = timezone.now()
    for minutes in (0, 2, 14, 80, 1600, 3200):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert fetch(rig.row).error == ""
            sweep(rig.row)
    assert rig.subjects() == [f"Mail {number}" for number in range(1, 10) if number != 5]
    origin = InboundOrigin.objects.get(inbound=None)
    assert (origin.uid, origin.attempts, origin.next_try_at, origin.post_action_state) == (5, 5, None, "failed")
    assert rig.warnings() == ["mail_unreadable"]
    assert rig.row.warnings[0]["uid"] == 5


def test_mail_that_can_be_fetched_at_the_second_try(rig: Rig) -> None:
    rig.deliver("One")
    rig.folder.fail("FETCH 1 .*BODY", b"{tag} NO later\r\n")
    fetch(rig.row)
    rig.folder.faults.clear()
    assert sweep(rig.row).taken == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert sweep_due() == 1
    origin = InboundOrigin.objects.get()
    assert (origin.attempts, origin.last_error, origin.post_action_state) == (0, "", "done")
    assert r"\Seen" in rig.folder.mails[1].flags
    assert rig.warnings() == []


def test_mail_that_is_gone_when_it_is_tried_again(rig: Rig) -> None:
    rig.deliver("One")
    rig.folder.fail("FETCH 1 .*BODY", b"{tag} NO later\r\n")
    fetch(rig.row)
    rig.folder.mails.clear()
    rig.folder.faults.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        sweep_due()
    assert InboundOrigin.objects.get().post_action_state == "done"
    assert rig.warnings() == []


def test_flags_that_somebody_sets_meanwhile_are_no_bodies(rig: Rig) -> None:
    """A server may tell of other mails in any answer (RFC 3501 7): a body is found by its UID, not by its place."""
    rig.deliver("One", "Two")
    raw = rig.folder.mails[2].raw
    rig.folder.fail(
        r"FETCH 2 \(UID BODY",
        b"* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nwrong)\r\n"
        + f"* 2 FETCH (BODY[] {{{len(raw)}}}\r\n".encode()
        + raw
        + b" UID 2)\r\n* 1 EXPUNGE\r\n{tag} OK done\r\n",
    )
    fetch(rig.row)
    assert rig.subjects() == ["One", "Two"]


@pytest.mark.parametrize("size", [0, 10, 60, 100, 200, 300, 400, 600, 900, 1300, 2000])
def test_cut_at_any_byte(rig: Rig, size: int) -> None:
    rig.deliver("One", "Two")
    rig.folder.cut_after = size
    fetch(rig.row)
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        fetch_due()
        sweep_due()
    process_due()
    assert sorted(Ticket.objects.values_list("subject", flat=True)) == ["One", "Two"]
    assert all(r"\Seen" in mail.flags for mail in rig.folder.mails.values())


def test_mails_that_are_deleted_while_they_are_fetched(rig: Rig) -> None:
    rig.deliver("One", "Two", "Three")

    def delete(command: str) -> None:
        if "FETCH 1 (UID BODY" in command:
            rig.folder.mails.pop(2, None)

    rig.folder.faults.append(delete)
    assert fetch(rig.row).taken == 2
    assert rig.subjects() == ["One", "Three"]
    assert rig.warnings() == []


def test_oversize_mail_becomes_a_ticket_that_says_so(rig: Rig, settings) -> None:
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "MAX_MAIL_BYTES": 300_000}
    big = make_mail("My film is attached.", subject="Film")
    big.add_attachment(b"x" * 900_000, maintype="video", subtype="mp4", filename="film.mp4")
    rig.folder.add(big.as_bytes())
    rig.deliver("After")
    rig.row.post_action = "delete"
    rig.row.save()
    assert fetch(rig.row).taken == 2
    process_due()
    message = Ticket.objects.get(subject="Film").messages.get()
    assert message.text.startswith("This message of 1.2")
    assert "My film is attached." in message.text
    assert message.flags == ["left_on_server"]
    assert not message.attachments.exists()
    assert rig.warnings() == ["mail_too_large"]
    assert [mail.raw for mail in rig.folder.mails.values()] == [big.as_bytes()], "it is never deleted there"
    assert sweep(rig.row).taken == 0


def test_line_limit_of_imaplib(rig: Rig, monkeypatch) -> None:
    rig.deliver(*(f"Mail {number}" for number in range(40)))
    monkeypatch.setattr(imaplib, "_MAXLINE", 90)
    assert fetch(rig.row).error == ""
    assert InboundMail.objects.count() == 40
    assert [one.split()[-1] for one in rig.commands("SEARCH")] == ["1:*", "1:20", "21:*"]


def test_folder_with_many_mails(desk: Desk) -> None:
    with make_rig(desk.mailbox, start_from="days", start_days=2) as rig:
        old = datetime(2020, 1, 1, tzinfo=UTC)
        for uid in range(1, 150_001):
            rig.folder.add(b"", uid=uid, at=old)
        rig.deliver("New", at=timezone.now().replace(microsecond=0))
        fetch(rig.row)
        assert sweep(rig.row).taken == 1
        assert rig.subjects() == ["New"]


def test_search_covers_uids_far_apart(rig: Rig) -> None:
    for uid in (5, 300_000, 4_000_000_000):
        rig.deliver(f"Mail {uid}", uid=uid)
    assert fetch(rig.row).taken == 3
    assert len(rig.commands("SEARCH")) < 60


def test_database_down(rig: Rig, monkeypatch) -> None:
    rig.deliver("One")

    def fail(*args, **kwargs):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(accepting, "_insert", fail)
        with pytest.raises(OperationalError):
            fetch(rig.row)
    assert not rig.folder.mails[1].flags
    assert fetch(rig.row).taken == 1
    assert r"\Seen" in rig.folder.mails[1].flags


def test_disk_full(rig: Rig, monkeypatch) -> None:
    rig.deliver("One")

    def fail(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(accepting, "store_raw", fail)
        assert fetch(rig.row).error == "storage"
    assert not rig.folder.mails[1].flags
    assert not InboundOrigin.objects.exists()
    assert fetch(rig.row).taken == 1


def test_ticket_erased_while_its_mail_lies_on_the_server(rig: Rig, desk: Desk) -> None:
    rig.deliver("One")
    fetch(rig.row)
    process_due()
    EraseTicket(ticket=TrashTicket(ticket=Ticket.objects.get(), actor=SYSTEM)(), actor=SYSTEM)()
    rig.folder.uidvalidity = 9
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        fetch_due()
        sweep_due()
        process_due()
    assert Ticket.objects.count() == 1
    assert InboundMail.objects.count() == 1


def test_post_action_move(rig: Rig) -> None:
    MailSource.objects.update(post_action="move", move_to="Done")
    rig.deliver("One")
    fetch(rig.reload())
    assert not rig.folder.mails
    assert len(rig.folder.moved["Done"]) == 1


@pytest.mark.parametrize(
    ("capabilities", "warning", "left"),
    [
        ("IMAP4rev1 UIDPLUS", [], ["Someone else's"]),
        ("IMAP4rev1", ["no_uidplus"], ["Someone else's", "One"]),
    ],
)
def test_deleting_never_expunges_what_others_marked(rig: Rig, capabilities: str, warning: list, left: list) -> None:
    rig.deliver("Someone else's")
    fetch(rig.row)
    rig.folder.mails[1].flags.add(r"\Deleted")
    rig.folder.capabilities = capabilities
    MailSource.objects.update(post_action="delete")
    rig.deliver("One")
    fetch(rig.reload())
    assert [mail.raw.split(b"Subject: ")[1].split(b"\n")[0].decode() for mail in rig.folder.mails.values()] == left
    assert rig.warnings() == warning
    assert not [one for one in rig.folder.log if one.upper() == "EXPUNGE"]
    assert all(r"\Deleted" in mail.flags for mail in rig.folder.mails.values())


@pytest.mark.parametrize(
    ("capabilities", "copies", "warning"),
    [("IMAP4rev1 UIDPLUS", 1, []), ("IMAP4rev1", 0, ["cannot_move"])],
)
def test_moving_without_move(rig: Rig, capabilities: str, copies: int, warning: list) -> None:
    rig.folder.capabilities = capabilities
    MailSource.objects.update(post_action="move", move_to="Done")
    rig.deliver("One")
    fetch(rig.reload())
    assert len(rig.folder.moved.get("Done", [])) == copies
    assert len(rig.folder.mails) == 1 - copies
    assert rig.warnings() == warning


def test_gmail_deletes_by_moving_to_its_trash(rig: Rig) -> None:
    rig.folder.capabilities += " X-GM-EXT-1"
    MailSource.objects.update(post_action="delete")
    rig.deliver("One")
    fetch(rig.reload())
    assert list(rig.folder.moved) == ["[Gmail]/Bin"]


def test_post_action_keep_opens_the_folder_read_only(rig: Rig) -> None:
    MailSource.objects.update(post_action="keep")
    rig.folder.log.clear()
    rig.deliver("One")
    assert fetch(rig.reload()).taken == 1
    assert rig.commands("EXAMINE") and not rig.commands("SELECT") and not rig.commands("STORE")
    assert sweep_due() == 0


def test_post_action_that_the_server_refuses(rig: Rig) -> None:
    rig.deliver("One")
    rig.folder.fail("STORE", b"{tag} NO not here\r\n")
    fetch(rig.row)
    start = timezone.now()
    for minutes in (2, 14, 80, 1600, 3200):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            sweep(rig.row)
    assert InboundOrigin.objects.get().post_action_state == "failed"
    assert rig.warnings() == ["post_action_failed"]
    assert fetch(rig.row).taken == 0


def test_keywords_that_a_server_does_not_keep(rig: Rig) -> None:
    rig.deliver("One")
    rig.folder.fail(r"STORE.*HelpdeskDone", b"{tag} NO no keywords\r\n")
    fetch(rig.row)
    assert rig.folder.mails[1].flags == {r"\Seen"}
    assert rig.warnings() == ["no_keywords"]


def test_wrong_password(rig: Rig) -> None:
    rig.row.password = vault.seal("wrong")
    rig.row.save()
    start = timezone.now()
    waits = []
    for _attempt in range(9):
        row = rig.reload()
        with time_machine.travel(max(row.next_fetch_at, start) + timedelta(seconds=1), tick=False):
            fetch_due()
            waits.append(round((rig.reload().next_fetch_at - timezone.now()).total_seconds() / 60))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (rig.row.last_error, rig.row.failures) == ("login_refused", 9)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"host": "mail.example"}, "insecure"),
        ({"host": ""}, "not_configured"),
        ({"username": ""}, "not_configured"),
        ({"username": "a\r\nb"}, "not_configured"),
        ({"password": ""}, "not_configured"),
        ({"password": "damaged"}, "secret_lost"),
        ({"security": "starttls"}, "no_starttls"),
        ({"security": "tls"}, "tls"),
        ({"kind": "carrier pigeon"}, "not_configured"),
        ({"port": 1}, "no_connection"),
    ],
)
def test_settings_that_cannot_work(rig: Rig, fields: dict, error: str) -> None:
    rig.folder.log.clear()
    MailSource.objects.update(**fields)
    assert fetch(rig.reload()).error == error
    assert rig.reload().last_error == error
    assert not [one for one in rig.folder.log if "secret" in one or "LOGIN" in one]


def test_server_that_is_busy_is_not_a_wrong_password(rig: Rig) -> None:
    rig.folder.fail("LOGIN", b"{tag} NO [UNAVAILABLE] later\r\n")
    assert fetch(rig.row).error == "busy"


def test_password_beyond_ascii_and_with_quotes(rig: Rig) -> None:
    rig.folder.password = r"a\"b\\c"
    rig.row.password = vault.seal('a"b\\c')
    assert fetch(rig.row).error == ""


def make_account(**fields) -> MailAccount:
    return MailAccount.objects.create(
        name="Google",
        provider="google",
        username="support@desk.example",
        client_id="id",
        access_token=vault.seal("good"),
        access_expires_at=timezone.now() + timedelta(hours=1),
        needs_consent=False,
        **fields,
    )


def test_signing_in_by_token(rig: Rig) -> None:
    rig.row.account, rig.row.password, rig.row.username = make_account(), "", ""
    rig.row.save()
    rig.folder.tokens.add("good")
    rig.folder.log.clear()
    rig.deliver("One")
    assert fetch(rig.reload()).taken == 1
    assert not rig.commands("LOGIN")


def test_signing_in_where_only_the_standard_is_offered(rig: Rig) -> None:
    rig.row.account = make_account()
    rig.row.save()
    rig.folder.capabilities = "IMAP4rev1 UIDPLUS AUTH=OAUTHBEARER"
    rig.folder.tokens.add("good")
    rig.folder.log.clear()
    rig.deliver("One")
    assert fetch(rig.reload()).taken == 1
    assert rig.commands("AUTHENTICATE") == ["AUTHENTICATE OAUTHBEARER"]


def test_token_that_ended_is_replaced_once(rig: Rig) -> None:
    with fake_provider() as provider:
        rig.row.account = make_account(refresh_token=vault.seal("refresh-1"))
        rig.row.save()
        rig.folder.log.clear()
        rig.deliver("One")
        provider.gives("fresh")
        rig.folder.tokens.add("fresh")
        assert fetch(rig.reload()).taken == 1
        assert len(rig.commands("AUTHENTICATE")) == 2
        assert fetch(rig.reload()).error == ""
        assert len(rig.commands("AUTHENTICATE")) == 3, "the new token is kept"


def test_account_without_consent_is_not_hammered(rig: Rig) -> None:
    rig.row.account = make_account()
    rig.row.save()
    # The server refuses the token, and without a refresh token there is no other.
    assert fetch(rig.reload()).error == "consent_needed"
    rig.folder.log.clear()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert fetch_due() == 0
    assert rig.folder.log == []
    assert rig.reload().state == "consent"


def test_lease_that_was_lost_meanwhile(rig: Rig, monkeypatch) -> None:
    """Whoever was away for too long writes nothing more; the other one takes the mail."""
    rig.deliver("One")
    store = accepting.store_raw

    def steal(*args):
        rig.row.folders.update(lease_owner="somebody else")
        return store(*args)

    with monkeypatch.context() as patch:
        patch.setattr(accepting, "store_raw", steal)
        visited = fetch(rig.row)
    assert (visited.taken, visited.error) == (0, "")
    assert not InboundMail.objects.exists() and not rig.folder.mails[1].flags
    rig.row.folders.update(lease_owner="", lease_until=None)
    assert fetch(rig.row).taken == 1


def test_mail_that_another_worker_took_meanwhile(rig: Rig, monkeypatch) -> None:
    """The unique key decides, not the lease."""
    rig.deliver("One")
    store = accepting.store_raw

    def take_first(*args):
        with monkeypatch.context() as patch:
            patch.setattr(accepting, "store_raw", store)
            origin = accepting.accept(args[0], accepting.Envelope(), accepting.Origin("imap", rig.row.mailbox_id))
        key_hash = hashlib.sha256(b"INBOX|7|1").hexdigest()
        InboundOrigin.objects.create(source=rig.row, key_hash=key_hash, inbound=origin.mail)
        return store(*args)

    with monkeypatch.context() as patch:
        patch.setattr(accepting, "store_raw", take_first)
        visited = fetch(rig.row)
    assert (visited.taken, visited.error) == (0, "")
    assert (InboundMail.objects.count(), InboundOrigin.objects.count(), InboundDelivery.objects.count()) == (1, 1, 0)


def test_empty_folder_is_not_searched(desk: Desk) -> None:
    """Some servers refuse to name the last mail of none."""
    with make_rig(desk.mailbox) as rig:
        rig.folder.fail("SEARCH", b"{tag} BAD no such mail\r\n")
        rig.folder.says_next_uid = False
        assert fetch(rig.row).error == ""
        rig.folder.faults.clear()
        rig.deliver("One")
        assert fetch(rig.row).taken == 1


def test_two_workers_visit_a_source_once(rig: Rig) -> None:
    MailSource.objects.update(next_fetch_at=timezone.now())
    rig.folder.log.clear()
    fetch_due()
    fetch_due()
    assert len(rig.commands("LOGIN")) == 1


def test_a_live_lease_is_respected_and_a_dead_one_taken_over(rig: Rig) -> None:
    rig.deliver("One")
    folder = rig.row.folders.get()
    now = timezone.now()
    folder.lease_owner, folder.lease_until = "elsewhere:1:x", now + timedelta(minutes=15)
    folder.save()
    assert fetch(rig.row).taken == 0
    # The clock of another machine may be five minutes off.
    with time_machine.travel(now + timedelta(minutes=5)):
        assert fetch(rig.row).taken == 0
    with time_machine.travel(now + timedelta(minutes=16)):
        assert fetch(rig.row).taken == 1


def test_time_runs_out(rig: Rig, monkeypatch) -> None:
    """A source with very much mail does not keep the worker from everything else."""
    from wagtail_helpdesk.mail.fetching import fetch as fetching

    rig.deliver(*(f"Mail {number}" for number in range(60)))
    monkeypatch.setattr(fetching, "BUDGET", -1.0)
    assert fetch(rig.row).taken == 0
    assert rig.row.folders.get().backlog == 60
    assert rig.reload().next_fetch_at <= timezone.now()
    monkeypatch.undo()
    assert fetch_due() == 60
    assert rig.row.folders.get().backlog == 0


def test_connection_test_says_what_it_found(rig: Rig) -> None:
    steps = open_source(rig.row).check()
    assert [(step.name, step.ok) for step in steps] == [
        ("Connection", True),
        ("Sign-in", True),
        ("Folder INBOX", True),
        ("Mail that was taken", True),
    ]
    assert open_source(rig.row).list_folders() == ["INBOX", "[Gmail]/Bin", "Done"]


@pytest.mark.parametrize(
    ("fields", "last"),
    [
        ({"port": 1}, "Connection: The server cannot be reached."),
        ({"username": ""}, "Connection: Something is missing in its settings."),
        ({"password": vault.seal("wrong")}, "Sign-in: The server refused the user name or password."),
        (
            {"post_action": "move", "move_to": "Nowhere"},
            "Mail that was taken: A folder does not exist or cannot be opened.",
        ),
    ],
)
def test_connection_test_ends_where_it_fails(rig: Rig, fields: dict, last: str) -> None:
    MailSource.objects.update(**fields)
    step = open_source(rig.reload()).check()[-1]
    assert (f"{step.name}: {step.detail}", step.ok) == (last, False)


def test_waiting_for_news(rig: Rig) -> None:
    with open_source(rig.row).watch("INBOX") as watch:
        assert watch.wait(0.05) is False
        rig.folder.news.set()
        assert watch.wait(5) is True


def test_command_fetches_now_and_fails_where_a_source_does(rig: Rig, desk: Desk) -> None:
    rig.deliver("One")
    MailSource.objects.update(next_fetch_at=timezone.now() + timedelta(hours=1))
    out = StringIO()
    call_command("helpdesk_mail", "fetch", "--mailbox", "support@desk.example", stdout=out)
    assert out.getvalue() == f"{rig.row.pk} imap support@desk.example: 1 mails\n"
    call_command("helpdesk_mail", "sweep", stdout=out)
    MailSource.objects.create(mailbox=desk.mailbox, kind="imap")
    with pytest.raises(CommandError, match="1 mail sources failed"):
        call_command("helpdesk_mail", "fetch", stdout=out)
    assert "Something is missing in its settings." in out.getvalue()
    with pytest.raises(CommandError, match="no mailbox"):
        call_command("helpdesk_mail", "fetch", "--mailbox", "nobody@desk.example", stdout=out)


@pytest.mark.django_db(transaction=True)
def test_news_are_fetched_at_once() -> None:
    mailbox = factories.make_mailbox("support@desk.example")
    with make_rig(mailbox, waits_for_news=True) as rig:
        fetch(rig.row)
        watchers = Watchers()
        thread = threading.Thread(target=watchers.run)
        thread.start()
        try:
            wait_until(lambda: rig.commands("IDLE"))
            rig.deliver("One")
            rig.folder.news.set()
            wait_until(lambda: InboundMail.objects.exists())
        finally:
            watchers.stop.set()
            thread.join()
        assert rig.subjects() == ["One"]


def test_watching_ends_when_it_is_switched_off(rig: Rig) -> None:
    MailSource.objects.update(waits_for_news=False)
    rig.folder.log.clear()
    watch(rig.row, threading.Event())
    assert not rig.commands("IDLE")


def test_server_without_idle_is_not_watched(rig: Rig) -> None:
    rig.folder.capabilities = "IMAP4rev1"
    with pytest.raises(SourceRefused, match="no_idle"):
        watch(rig.row, threading.Event())


def wait_until(holds: Callable[[], object]) -> None:
    """Return as soon as ``holds()``; another thread is at work."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it never happened"
        threading.Event().wait(0.02)

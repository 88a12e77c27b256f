"""SIGKILL at any moment of intake: nothing is lost, nothing is taken twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.conftest import Site
from tests.mail.helpers import make_mail
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.mail.raw_store import load_raw
from wagtail_helpdesk.tickets.models import Ticket

ADDRESS = "support@desk.example"
PROCESS = "wagtail_helpdesk.mail.process"

#: Where the process is killed: before the raw mail is stored ... after the outcome is committed.
POINTS = [
    "wagtail_helpdesk.mail.accept:store_raw:before:1",
    "wagtail_helpdesk.mail.accept:store_raw:after:1",
    "wagtail_helpdesk.mail.accept:InboundMail.objects.create:after:1",
    f"{PROCESS}:_claim:before:1",
    f"{PROCESS}:_claim:after:1",
    f"{PROCESS}:parse:after:1",
    "wagtail_helpdesk.mail.filing:receive:before:1",
    "wagtail_helpdesk.conversations.actions.open_ticket:open_ticket_row:after:1",
    "wagtail_helpdesk.conversations.actions.write_message:store_files:after:1",
    "wagtail_helpdesk.conversations.actions.open_ticket:record_activity:after:1",
    "wagtail_helpdesk.mail.enqueue:OutboundMail.objects.create:after:1",
    "wagtail_helpdesk.mail.filing:receive:after:1",
    f"{PROCESS}:_finish:after:1",
    f"{PROCESS}:_attempt:after:1",
]


def write_mails(folder: Path, count: int) -> None:
    """Write ``count`` mails with a file each, from people of their own."""
    folder.mkdir()
    for number in range(count):
        message = make_mail(
            f"Question {number}", subject=f"Question {number}", sender=f"c{number}@d{number}.example", to=ADDRESS
        )
        message.add_attachment(f"file {number}".encode(), maintype="application", subtype="pdf", filename="a.pdf")
        (folder / f"{number:03}.eml").write_bytes(message.as_bytes())


def assert_all_there(count: int) -> None:
    """Each mail is one ticket with one message, one readable file, one acknowledgement and its raw source."""
    assert InboundMail.objects.filter(state="done", outcome="opened").count() == count
    subjects = sorted(Ticket.objects.values_list("subject", flat=True))
    assert subjects == sorted(f"Question {number}" for number in range(count))
    assert Message.objects.count() == count
    assert OutboundMail.objects.filter(kind="ack").count() == count
    contents = sorted(read_file(attachment) for attachment in Attachment.objects.all())
    assert contents == sorted(f"file {number}".encode() for number in range(count))
    assert all(load_raw(mail) for mail in InboundMail.objects.all())


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point(site: Site, tmp_path: Path, point: str) -> None:
    write_mails(tmp_path / "mails", 2)
    command = ("helpdesk_mail", "import", str(tmp_path / "mails"), "--mailbox", ADDRESS)
    assert site.run(*command, point=point) == -9
    assert site.run(*command) == 0
    assert_all_there(2)


def test_worker_goes_on_where_the_import_was_killed(site: Site, tmp_path: Path) -> None:
    """The files may be gone by then: what was accepted is in the database."""
    write_mails(tmp_path / "mails", 1)
    command = ("helpdesk_mail", "import", str(tmp_path / "mails"), "--mailbox", ADDRESS)
    assert site.run(*command, point=f"{PROCESS}:parse:after:1") == -9
    (tmp_path / "mails" / "000.eml").unlink()
    assert site.run("helpdesk_mail", "process") == 0
    assert_all_there(1)


def test_mail_that_kills_its_reader_is_read_simply_the_third_time(site: Site, tmp_path: Path) -> None:
    write_mails(tmp_path / "mails", 1)
    command = ("helpdesk_mail", "import", str(tmp_path / "mails"), "--mailbox", ADDRESS)
    for _ in range(2):
        assert site.run(*command, point=f"{PROCESS}:parse:after:1") == -9
    assert site.run(*command, point=f"{PROCESS}:parse:after:1") == 0
    mail = InboundMail.objects.get()
    assert (mail.outcome, mail.attempts) == ("opened", 3)
    assert "unreadable" in mail.message.flags
    assert mail.message.attachments.get().display_name == "original.eml"


def test_killed_at_random_moments(site: Site, tmp_path: Path, dice: random.Random) -> None:
    count = 30
    write_mails(tmp_path / "mails", count)
    command = ("helpdesk_mail", "import", str(tmp_path / "mails"), "--mailbox", ADDRESS)
    for _ in range(6):
        site.run_and_kill(*command, seconds=dice.uniform(1.0, 4.0))
    assert site.run(*command) == 0
    assert_all_there(count)


def test_two_importers_at_once(site: Site, tmp_path: Path) -> None:
    count = 25
    write_mails(tmp_path / "mails", count)
    command = ("helpdesk_mail", "import", str(tmp_path / "mails"), "--mailbox", ADDRESS)
    site.run("helpdesk_mail", "import", str(tmp_path / "mails" / "000.eml"), "--mailbox", ADDRESS)
    both = [site.start(*command) for _ in range(2)]
    for process in both:
        process.communicate(timeout=120)
    assert site.run(*command) == 0
    assert_all_there(count)

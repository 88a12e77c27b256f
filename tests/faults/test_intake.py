"""SIGKILL at any moment of intake: nothing is lost, nothing is taken twice."""

from __future__ import annotations

import itertools
import threading
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from tests.faults.conftest import Victim
from tests.mail.helpers import make_mail
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.mail.arriving.raw_store import load_raw
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

HERE = __name__
ADDRESS = "support@desk.example"


def import_mails(folder: str) -> None:
    """Import every mail of a folder."""
    call_command("helpdesk_mail", "import", folder, "--mailbox", ADDRESS, stdout=StringIO(), stderr=StringIO())


def process_mails() -> None:
    """Read what was accepted."""
    call_command("helpdesk_mail", "process")


def submit_form(key: str) -> None:
    """Take in what a contact form sends, twice, as an impatient customer does."""
    for _ in range(2):
        factories.make_ticket(f"By form {key}", key=key, channel="form", address=f"{key}@d-{key}.example")


def write_mail(folder: Path, subject: str) -> Path:
    """Write a mail with a file, from a person of its own; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    sender = f"{subject.lower().replace(' ', '-')}@{subject.lower().replace(' ', '-')}.example"
    message = make_mail(f"Text of {subject}", subject=subject, sender=sender, to=ADDRESS)
    message.add_attachment(f"file of {subject}".encode(), maintype="application", subtype="pdf", filename="a.pdf")
    path = folder / f"{subject}.eml"
    path.write_bytes(message.as_bytes())
    return path


def assert_taken_in_once(subject: str) -> None:
    """The mail is one ticket with one message, one readable file, one acknowledgement and its raw source."""
    mail = InboundMail.objects.get(subject=subject)
    assert (mail.state, mail.outcome) == ("done", "opened")
    assert load_raw(mail)
    ticket = Ticket.objects.get(subject=subject)
    message = Message.objects.get(ticket=ticket)
    assert mail.message == message
    assert OutboundMail.objects.filter(ticket=ticket, kind="ack").count() == 1
    assert read_file(Attachment.objects.get(message=message)) == f"file of {subject}".encode()


def test_import_killed_at_each_step(victim: Victim, tmp_path: Path) -> None:
    subjects = (f"Question {number}" for number in itertools.count())
    subject = ""

    def prepare() -> tuple[str, list[str]]:
        nonlocal subject
        subject = next(subjects)
        write_mail(tmp_path / subject, subject)
        return f"{HERE}.import_mails", [str(tmp_path / subject)]

    # The mailbox is made by the first mail; that is no step of the others.
    function, arguments = prepare()
    assert victim.run(function, *arguments)
    steps = 0
    for _step in victim.kill_at_each_step(prepare):
        steps += 1
        assert victim.run(f"{HERE}.import_mails", str(tmp_path / subject))
        assert_taken_in_once(subject)
    assert steps > 40


def test_worker_goes_on_where_the_import_was_killed(victim: Victim, tmp_path: Path) -> None:
    """The file may be gone by then: what was accepted is in the database."""
    subjects = (f"Gone {number}" for number in itertools.count())
    path = Path()

    def prepare() -> tuple[str, list[str]]:
        nonlocal path
        subject = next(subjects)
        path = write_mail(tmp_path / subject, subject)
        return f"{HERE}.import_mails", [str(path.parent)]

    went_on = 0
    for step in range(0, 60, 5):
        function, arguments = prepare()
        finished = victim.run(function, *arguments, step=step)
        if not finished and InboundMail.objects.filter(subject=path.stem).exists():
            path.unlink()
            assert victim.run(f"{HERE}.process_mails")
            assert_taken_in_once(path.stem)
            went_on += 1
    assert went_on > 3


def test_mail_that_kills_its_reader_is_read_simply_the_third_time(
    victim: Victim, tmp_path: Path, transactional_db: None
) -> None:
    write_mail(tmp_path / "one", "Deadly")
    assert victim.run(f"{HERE}.import_mails", str(tmp_path / "one"))
    InboundMail.objects.update(state="received", attempts=2, outcome="")
    Ticket.objects.all().delete()
    assert victim.run(f"{HERE}.process_mails")
    mail = InboundMail.objects.get()
    assert (mail.outcome, mail.attempts) == ("opened", 3)
    assert "unreadable" in mail.message.flags
    assert mail.message.attachments.get().display_name == "original.eml"


def test_form_killed_at_each_step(victim: Victim) -> None:
    keys = (f"k{number}" for number in itertools.count())
    key = ""

    def prepare() -> tuple[str, list[str]]:
        nonlocal key
        key = next(keys)
        return f"{HERE}.submit_form", [key]

    for _step in victim.kill_at_each_step(prepare):
        assert victim.run(f"{HERE}.submit_form", key)
        message = Message.objects.get(text=f"By form {key}")
        assert OutboundMail.objects.filter(ticket=message.ticket).count() == 1


def test_two_importers_at_once(second_victim: Victim, victim: Victim, tmp_path: Path) -> None:
    count = 12
    victim.run(f"{HERE}.import_mails", str(write_mail(tmp_path / "first", "First").parent))
    for number in range(count):
        write_mail(tmp_path / "mails", f"Both {number}")
    threads = [
        threading.Thread(target=one.run, args=(f"{HERE}.import_mails", str(tmp_path / "mails")))
        for one in (victim, second_victim)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert victim.run(f"{HERE}.import_mails", str(tmp_path / "mails"))
    for number in range(count):
        assert_taken_in_once(f"Both {number}")

"""Mail from a Maildir."""

from __future__ import annotations

import mailbox
import os
import time
from pathlib import Path

import pytest

from tests.mail.helpers import make_mail
from tests.personas import Desk
from wagtail_helpdesk.mail.fetching.fetch import fetch, sweep
from wagtail_helpdesk.mail.models import InboundMail, MailSource, OutboundMail, SourceFolder
from wagtail_helpdesk.mail.sources import open_source
from wagtail_helpdesk.mail.sources.base import MailFailed
from wagtail_helpdesk.mail.work import process_due
from wagtail_helpdesk.testing.sources import SourceContract


class TestContract(SourceContract):
    @pytest.fixture(autouse=True)
    def _desk(self, desk: Desk, tmp_path: Path) -> None:
        self.desk, self.path, self.made = desk, tmp_path, 0

    def make_source(self) -> MailSource:
        self.made += 1
        self.maildir = mailbox.Maildir(self.path / f"mail{self.made}")
        return make_source(self.desk, self.path / f"mail{self.made}")

    def deliver(self, raw: bytes) -> None:
        self.maildir.add(raw)


def make_source(desk: Desk, path: Path, **fields) -> MailSource:
    return MailSource.objects.create(mailbox=desk.mailbox, kind="maildir", settings={"path": str(path)}, **fields)


@pytest.fixture
def maildir(tmp_path: Path) -> mailbox.Maildir:
    box = mailbox.Maildir(tmp_path / "Maildir")
    box.add_folder("Done")
    return box


def files(maildir: mailbox.Maildir, folder: str = "") -> list[str]:
    return sorted(path.name for path in (Path(maildir._path) / folder / "cur").iterdir())


def test_taken_mail_is_marked_as_seen_and_keeps_its_flags(desk: Desk, maildir: mailbox.Maildir) -> None:
    row = make_source(desk, maildir._path)
    fetch(row)
    mail = mailbox.MaildirMessage(make_mail("Hello"))
    mail.set_subdir("cur")
    mail.set_flags("FP")
    maildir.add(mail)
    maildir.add(make_mail("Two").as_bytes())
    assert fetch(row).taken == 2
    assert [name.partition(":")[2] for name in files(maildir)] in (["2,FPS", "2,S"], ["2,S", "2,FPS"])
    assert fetch(row).taken == 0


def test_moving_and_deleting(desk: Desk, maildir: mailbox.Maildir) -> None:
    row = make_source(desk, maildir._path, post_action="move", move_to="Done")
    fetch(row)
    maildir.add(make_mail("Hello").as_bytes())
    fetch(row)
    assert len(files(maildir, ".Done")) == 1 and not files(maildir)
    row.post_action = "delete"
    row.save()
    maildir.add(make_mail("Two").as_bytes())
    fetch(row)
    assert not list(maildir.keys())


def test_mail_of_the_last_days_goes_by_the_time_of_delivery(desk: Desk, maildir: mailbox.Maildir) -> None:
    for subject, days in (("Old", 10), ("Young", 1)):
        key = maildir.add(make_mail("Hello", subject=subject).as_bytes())
        then = time.time() - days * 86400
        os.utime(Path(maildir._path) / "new" / key, (then, then))
    row = make_source(desk, maildir._path, start_from="days", start_days=3)
    assert fetch(row).taken + sweep(row).taken == 1
    process_due()
    assert InboundMail.objects.get().subject == "Young"
    assert not OutboundMail.objects.exists(), "old mail is not acknowledged"


def test_another_program_moves_a_mail_from_new_to_cur_meanwhile(desk: Desk, maildir: mailbox.Maildir) -> None:
    row = make_source(desk, maildir._path)
    with open_source(row).session() as session:
        session.enter("INBOX")
        key = maildir.add(make_mail("Hello").as_bytes())
        mail = session.describe(session.list_new(0))[0]
        (Path(maildir._path) / "new" / key).rename(Path(maildir._path) / "cur" / f"{key}:2,S")
        assert b"Hello" in session.fetch(mail, 10_000).raw


def test_mail_that_may_not_be_read(desk: Desk, maildir: mailbox.Maildir) -> None:
    row = make_source(desk, maildir._path)
    with open_source(row).session() as session:
        session.enter("INBOX")
        mail = None
        (Path(maildir._path) / "new" / "1.folder.host").mkdir()
        mail = session.describe(session.list_new(0))[0]
        with pytest.raises(MailFailed):
            session.fetch(mail, 10_000)


@pytest.mark.parametrize("folder", ["../Maildir", "..", "a/b", "Nothing"])
def test_folders_outside_are_refused(desk: Desk, maildir: mailbox.Maildir, folder: str) -> None:
    row = make_source(desk, maildir._path)
    SourceFolder.objects.create(source=row, name=folder)
    assert fetch(row).error == "no_folder"


@pytest.mark.parametrize(
    ("path", "error"), [("", "not_configured"), ("mail", "not_configured"), ("/nowhere", "no_folder")]
)
def test_path_that_cannot_work(desk: Desk, path: str, error: str) -> None:
    row = make_source(desk, Path("/"))
    row.settings = {"path": path}
    assert fetch(row).error == error
    assert not open_source(row).check()[-1].ok


def test_folder_names(desk: Desk, maildir: mailbox.Maildir) -> None:
    assert open_source(make_source(desk, maildir._path)).list_folders() == ["INBOX", "Done"]

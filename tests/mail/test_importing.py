"""``manage.py helpdesk_mail import``: files, folders and mbox, and what is said about each mail."""

from __future__ import annotations

import json
import mailbox as mailbox_files
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from tests.mail.helpers import make_mail
from tests.personas import Desk
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.arriving import importing
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.tickets.models import Ticket

ADDRESS = "support@desk.example"


def run(*paths: Path, mailbox: str = ADDRESS, options: tuple[str, ...] = ()) -> tuple[list[dict[str, object]], str]:
    """Return the objects on standard output, and what was said beside them."""
    out, err = StringIO(), StringIO()
    arguments = ("import", *map(str, paths), "--mailbox", mailbox, "--json", *options)
    call_command("helpdesk_mail", *arguments, stdout=out, stderr=err)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_one_file(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(make_mail("Hello", message_id="<a@example.org>").as_bytes())
    rows, _said = run(path)
    ticket = Ticket.objects.get()
    assert rows == [
        {
            "source": str(path),
            "message_id": "a@example.org",
            "outcome": "opened",
            "ticket": ticket.reference,
            "message": ticket.messages.get().pk,
            "reason": "T10",
        }
    ]
    rows, _said = run(path)
    assert (rows[0]["outcome"], rows[0]["ticket"]) == ("duplicate", ticket.reference)


def test_folder_and_mbox(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    (folder / "inner").mkdir(parents=True)
    (folder / "1.eml").write_bytes(make_mail("One").as_bytes())
    (folder / "inner" / "2.eml").write_bytes(make_mail("Two").as_bytes())
    box = mailbox_files.mbox(folder / "old.mbox")
    for text in ("Three\n\nFrom here on it is quoted.\n", "Four"):
        box.add(make_mail(text))
    box.close()
    before = (folder / "old.mbox").read_bytes()
    rows, said = run(folder)
    assert [row["outcome"] for row in rows] == ["opened"] * 4
    assert [Path(str(row["source"])).name for row in rows] == ["1.eml", "2.eml", "old.mbox#1", "old.mbox#2"]
    assert "4 mails: 4 opened" in said
    assert (folder / "old.mbox").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["1.eml", "inner", "old.mbox"]


def test_missing_mailbox_is_made_and_said(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(make_mail("Hello", to="new@shop.example").as_bytes())
    _rows, said = run(path, mailbox="New@Shop.example")
    assert "New@Shop.example" in said
    assert Mailbox.objects.filter(address="New@Shop.example").count() == 1
    _rows, said = run(path, mailbox="new@shop.example")
    assert "it was made" not in said
    assert Ticket.objects.get().mailbox.address == "New@Shop.example"


def test_archive_sends_nothing(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(make_mail("Hello").as_bytes())
    run(path, options=("--archive",))
    assert OutboundMail.objects.count() == 0


@pytest.mark.parametrize("mailbox", ["nobody", "", "a@b@c <x"])
def test_no_address(desk: Desk, tmp_path: Path, mailbox: str) -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        run(tmp_path, mailbox=mailbox)


def test_no_such_path(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        run(tmp_path / "nothing.eml")


def test_hostile_folder_is_taken_in_whole(desk: Desk, tmp_path: Path) -> None:
    samples = {
        "empty.eml": b"",
        "nul.eml": b"\x00" * 5000,
        "headers.eml": b"Subject: =?utf-8?B?broken\r\nFrom: <\r\n",
        "nested.eml": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: message/rfc822\r\n\r\n" * 900,
        "surrogate.eml": b"Subject: \xed\xa0\x80\r\n\r\n\xed\xa0\x80\xff",
        "long.eml": b"Subject: " + b"x" * 300_000 + b"\r\n\r\nHello",
        "huge.eml": make_mail("y" * 3_000_000).as_bytes(),
        "last.eml": make_mail("I am well").as_bytes(),
    }
    for name, raw in samples.items():
        (tmp_path / name).write_bytes(raw)
    rows, _said = run(tmp_path)
    assert len(rows) == len(samples)
    assert {row["outcome"] for row in rows} <= {"opened", "quarantined"}
    assert all(mail.ticket.messages.exists() for mail in InboundMail.objects.all())


def test_database_that_goes_away(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail stays where it is, the others are taken in, and the command says so."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.eml").write_bytes(make_mail(name, subject=name).as_bytes())
    original = importing.accept

    def accept_but_first(raw: bytes, *args: object) -> object:
        if b"Subject: a" in raw:
            raise OperationalError
        return original(raw, *args)

    monkeypatch.setattr(importing, "accept", accept_but_first)
    out = StringIO()
    with pytest.raises(CommandError, match="1 mails could not"):
        arguments = ("import", str(tmp_path), "--mailbox", ADDRESS, "--json")
        call_command("helpdesk_mail", *arguments, stdout=out, stderr=StringIO())
    outcomes = [json.loads(line)["outcome"] for line in out.getvalue().splitlines()]
    assert outcomes == ["failed", "opened"]
    monkeypatch.undo()
    rows, _said = run(tmp_path)
    assert [row["outcome"] for row in rows] == ["opened", "duplicate"]

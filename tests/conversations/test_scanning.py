"""Files that may do harm: scanned, warned of; logos that come again and again are folded away."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from wagtail_helpdesk.checks import check_values
from wagtail_helpdesk.conversations.choices import ScanState
from wagtail_helpdesk.conversations.file_names import is_dangerous
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.scanning import scan_due
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.inbox.thread import conversation_of
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import TokenPurpose

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def finds_eicar(file) -> bool:
    content = file.read()
    if content == b"breaks":
        raise ConnectionError("the scanner is away")
    return b"EICAR" not in content


def says_nothing(file) -> None:
    return None


@pytest.fixture
def scanner(settings):
    settings.WAGTAIL_HELPDESK = {"ATTACHMENT_SCANNER": f"{__name__}.finds_eicar"}


def arrive(ticket, **files) -> dict[str, Attachment]:
    new = [NewFile(f"{name}.txt", content) for name, content in files.items()]
    message = factories.add_customer_message(ticket, files=tuple(new))
    return {name: message.attachments.get(display_name=f"{name}.txt") for name in files}


def url(file) -> str:
    return reverse("helpdesk_conversations:file", args=[file.public_id])


def states(*files) -> list[str]:
    for file in files:
        file.refresh_from_db()
    return [file.scan_state for file in files]


class TestScanning:
    def test_nothing_is_locked_without_a_scanner(self, desk, ticket, login):
        file = arrive(ticket, a=EICAR)["a"]
        assert file.scan_state == ScanState.NONE
        response = login(desk.light).get(url(file))
        assert response.status_code == 200 and b"".join(response)
        assert scan_due() == 0

    def test_locked_until_scanned(self, desk, ticket, login, scanner):
        file = arrive(ticket, a=b"harmless")["a"]
        client = login(desk.agent)
        page = client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert "locked until it is scanned" in page and url(file) not in page
        assert client.get(url(file)).status_code == 302
        call_command("helpdesk_work", "--once")
        assert states(file) == [ScanState.CLEAN]
        response = client.get(url(file))
        assert response.status_code == 200 and b"".join(response) == b"harmless"

    def test_infected_stays_locked_but_for_administrators(self, desk, ticket, login, scanner):
        file = arrive(ticket, a=EICAR)["a"]
        assert scan_due() == 1
        assert states(file) == [ScanState.INFECTED]
        for name in ("light", "agent", "manager"):
            assert login(getattr(desk, name)).get(url(file)).status_code == 302
        client = login(desk.administrator)
        assert "found something in this file" in client.get(url(file)).content.decode()
        assert b"".join(client.get(url(file), {"anyway": "1"})) == EICAR
        page = client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert "infected" in page

    def test_customers_do_not_get_it_either(self, ticket, client, scanner):
        file = arrive(ticket, a=EICAR)["a"]
        path = f"/helpdesk/t/{token_for(ticket.participants.get(), TokenPurpose.PORTAL).signed}/"
        assert "being checked" in client.get(path).content.decode()
        file.scan_state = ScanState.CLEAN
        file.save()
        page = client.get(path).content.decode()
        address = page.split('href="/helpdesk/files/')[1].split('"')[0]
        file.scan_state = ScanState.INFECTED
        file.save()
        assert client.get(f"/helpdesk/files/{address}").status_code == 403

    def test_a_scanner_that_is_away_decides_nothing(self, ticket, scanner):
        found = arrive(ticket, a=b"breaks", b=b"harmless")
        assert scan_due() == 1
        assert states(found["a"], found["b"]) == [ScanState.PENDING, ScanState.CLEAN]

    def test_scanner_out_of_order_is_left_alone_for_this_round(self, ticket, scanner):
        found = arrive(ticket, a=b"breaks", b=b"breaks", c=b"breaks", d=b"harmless")
        assert scan_due() == 0
        assert states(found["d"]) == [ScanState.PENDING]

    def test_no_verdict_is_no_verdict(self, ticket, settings):
        settings.WAGTAIL_HELPDESK = {"ATTACHMENT_SCANNER": f"{__name__}.says_nothing"}
        file = arrive(ticket, a=b"harmless")["a"]
        assert scan_due() == 0
        assert states(file) == [ScanState.PENDING]

    def test_without_the_setting_nothing_waits_any_more(self, ticket, settings, scanner):
        file = arrive(ticket, a=b"harmless")["a"]
        settings.WAGTAIL_HELPDESK = {}
        scan_due()
        assert states(file) == [ScanState.NONE]

    def test_our_own_files_are_not_scanned(self, desk, ticket, scanner):
        reply = factories.add_reply(ticket, desk.agent, files=[NewFile("a.txt", b"a")])
        assert reply.attachments.get().scan_state == ScanState.NONE

    @pytest.mark.parametrize("value", ["no.such.function", "tests", 5, "tests.conversations.test_scanning.EICAR"])
    def test_check(self, settings, value):
        settings.WAGTAIL_HELPDESK = {"ATTACHMENT_SCANNER": value}
        assert [error.id for error in check_values()] == ["wagtail_helpdesk.E002"]


class TestDangerous:
    @pytest.mark.parametrize("name", ["a.exe", "a.pdf.EXE", "a.docm", "a.html", "a.js", "a.lnk", "x.ps1", "a.scr "])
    def test_programs(self, name):
        assert is_dangerous(name)

    @pytest.mark.parametrize("name", ["a.pdf", "exe", "a.docx", "a.png", "a.eml", "a.exe.txt", "", "a."])
    def test_others(self, name):
        assert not is_dangerous(name)

    def test_warns_before_the_download(self, desk, ticket, login):
        message = factories.add_customer_message(
            ticket, files=(NewFile("bill.exe", b"MZ"), NewFile("bill.pdf", b"%PDF"))
        )
        risky, plain = message.attachments.all()
        client = login(desk.light)
        page = client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert f'href="{url(risky)}">' in page
        assert f'href="{url(plain)}" download>' in page
        warning = client.get(url(risky))
        assert "can start a program" in warning.content.decode()
        assert "Content-Disposition" not in warning
        saved = client.get(url(risky), {"anyway": "1"})
        assert saved["Content-Disposition"].startswith("attachment") and b"".join(saved) == b"MZ"


def test_images_that_came_before_are_folded(desk, ticket, login):
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    logo, bill = NewFile("logo.png", out.getvalue(), "image/png"), NewFile("bill.txt", b"x")
    for _n in range(3):
        factories.add_customer_message(ticket, files=(logo, bill))
    items = [item for item in conversation_of(ticket, desk.agent).items if item.template == "message"][1:]
    assert [[file.display_name for file in item.files] for item in items] == [
        ["logo.png", "bill.txt"],
        ["bill.txt"],
        ["bill.txt"],
    ]
    assert [len(item.images) for item in items] == [1, 0, 0]
    page = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
    assert page.count("1 image that came before") == 2

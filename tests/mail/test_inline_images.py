"""Pictures inside a mail: shown where they stand, and not listed as files a second time."""

from __future__ import annotations

import base64
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from io import BytesIO

import pytest
from PIL import Image

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.sanitising import used_content_ids
from wagtail_helpdesk.mail.arriving.inline_images import embed_images


def picture(colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, "PNG")
    return out.getvalue()


def related(html: str, **headers: str) -> bytes:
    """Return a mail whose HTML has one picture beside it."""
    outer = make_mail("x")
    mail = MIMEMultipart("related")
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        mail[name] = outer[name]
    mail.attach(MIMEText(html, "html"))
    image = MIMEImage(picture())
    for name, value in headers.items():
        image[name.replace("_", "-")] = value
    mail.attach(image)
    return mail.as_bytes()


SHOP = "https://shop.example/a b.png"


@pytest.mark.parametrize(
    ("html", "headers", "hidden"),
    [
        ('<p>Look:</p><img src="cid:a@b">', {"Content_ID": "<a@b>"}, True),
        ("<p>Look!</p>", {"Content_ID": "<a@b>"}, False),
        (
            '<p>Look:</p><img src="https://shop.example/a b.png">',
            {"Content_Location": "https://shop.example/a b.png"},
            True,
        ),
        ("<p>Look!</p>", {"Content_Location": SHOP}, False),
    ],
)
def test_picture_beside_the_html(desk: Desk, html: str, headers: dict[str, str], hidden: bool) -> None:
    mail = take_in(related(html, **headers), desk.mailbox)
    attachment = Attachment.objects.get()
    assert attachment.hidden is hidden
    assert (attachment.content_id in used_content_ids(mail.message.html)) is hidden
    assert mail.ticket.attachment_count == (0 if hidden else 1)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_picture_inside_the_html(desk: Desk, quote: str) -> None:
    data = base64.b64encode(picture()).decode()
    source = f"{quote}data:image/png;base64,{data}{quote}"
    html = f"<p>Look:</p><img alt=x src={source}><img src={source}>"
    mail = take_in(make_mail("Look:", html=html), desk.mailbox)
    attachment = Attachment.objects.get()
    assert (attachment.sniffed_type, attachment.hidden) == ("image/png", True)
    assert mail.message.html.count(f"cid:{attachment.content_id}") == 2
    assert "data:" not in mail.message.html


@pytest.mark.parametrize(
    "source",
    [
        "data:image/svg+xml;base64," + base64.b64encode(b"<svg onload=alert(1)>").decode(),
        "data:image/png;base64,####",
        "data:image/png;base64," + base64.b64encode(b"<script>alert(1)</script>").decode(),
        "data:text/html,<script>alert(1)</script>",
    ],
)
def test_what_only_claims_to_be_a_picture(desk: Desk, source: str) -> None:
    mail = take_in(make_mail("Look:", html=f"<p>Look:</p><img src='{source}'>"), desk.mailbox)
    assert not Attachment.objects.exists()
    assert "data:" not in mail.message.html


def test_no_more_than_the_cap() -> None:
    sources = [base64.b64encode(picture(f"#{number:06x}")).decode() for number in range(60)]
    html = "".join(f'<img src="data:image/png;base64,{source}">' for source in sources)
    html, files = embed_images(html, [], {})
    assert len(files) == html.count("cid:") == 50


def test_list_that_writes_in_its_own_name(desk: Desk) -> None:
    message = make_mail(
        "Hi",
        sender="Ana via List <list@lists.example>",
        List_Id="<list.lists.example>",
        X_Original_From="Ana <ana@example.org>",
    )
    assert take_in(message, desk.mailbox).message.from_address == "ana@example.org"
    forged = make_mail("Hi", sender="eve@evil.example", X_Original_From="Ana <ana@example.org>")
    assert take_in(forged, desk.mailbox).message.from_address == "eve@evil.example"

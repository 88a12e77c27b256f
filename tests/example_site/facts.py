"""Runs inside the example site's own settings and prints, as JSON, what the tests ask about it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from io import StringIO
from itertools import pairwise
from typing import Any

import django

django.setup()

from demo_desk.models import SentMail  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import authenticate, get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Page  # noqa: E402

from wagtail_helpdesk.conversations.choices import MessageState  # noqa: E402
from wagtail_helpdesk.conversations.models import Attachment, Message  # noqa: E402
from wagtail_helpdesk.desk.models import Mailbox, Team  # noqa: E402
from wagtail_helpdesk.knowledge_base.models import TicketArticle  # noqa: E402
from wagtail_helpdesk.knowledge_base.querysets import articles_of  # noqa: E402
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail  # noqa: E402
from wagtail_helpdesk.pipeline import STEPS  # noqa: E402
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent  # noqa: E402
from wagtail_helpdesk.worker import Worker  # noqa: E402

settings.ALLOWED_HOSTS = ["*"]


def counts() -> dict[str, int]:
    """Return how much there is of what load_demo makes."""
    models = (Ticket, Message, Attachment, SentMail, Page, Team, Mailbox, TicketArticle, TicketEvent, get_user_model())
    return {model.__name__: model.objects.count() for model in models}


def desk() -> dict[str, Any]:
    """Return what the demo desk holds."""
    now = timezone.now()
    tickets = list(Ticket.objects.all())
    return {
        "counts": counts(),
        "categories": sorted({ticket.category for ticket in tickets}),
        "channels": sorted({ticket.channel for ticket in tickets}),
        "languages": sorted({ticket.language for ticket in tickets}),
        "longest": max(ticket.message_count for ticket in tickets),
        "messages": dict(Counter(Message.objects.values_list("direction", flat=True))),
        "scheduled": Message.objects.filter(state=MessageState.SCHEDULED).count(),
        "in_order": all(early.created_at <= late.created_at for early, late in pairwise(tickets)),
        "from_the_future": Message.objects.filter(created_at__gt=now).count()
        + TicketEvent.objects.filter(created_at__gt=now).count(),
        "events_on_the_last_day": TicketEvent.objects.filter(
            ticket=tickets[0], created_at__gte=tickets[-1].created_at
        ).count(),
        "mail_outcomes": dict(Counter(InboundMail.objects.values_list("outcome", flat=True))),
        "outbox": dict(Counter(OutboundMail.objects.values_list("state", flat=True))),
        "articles": [link.state for ticket in tickets for link in articles_of(ticket)],
        "sign_in": [bool(authenticate(username=name, password="helpdesk")) for name in sys.argv[1].split(",")],
    }


def pages(client: Client) -> dict[str, int]:
    """Return the status of each public page."""
    return {page.url: client.get(page.url).status_code for page in Page.objects.live().filter(depth__gt=1)}


def circle(client: Client) -> dict[str, Any]:
    """Write a mail, read its acknowledgement, answer it, look at the tracking page."""
    box = Mailbox.objects.get(is_default=True)
    letter = {"name": "Zoë", "address": "zoe@new.example", "mailbox": box.pk, "subject": "Hello", "text": "Anybody?"}
    written = client.post("/post-office/write/", letter)
    Worker(STEPS).run_once()
    mail = SentMail.objects.filter(recipients=["zoe@new.example"]).first()
    shown = client.get(f"/post-office/{mail.pk}/?view=text").content.decode()
    html = client.get(f"/post-office/{mail.pk}/html/")
    answered = client.post(f"/post-office/{mail.pk}/", {"text": "I mean it."})
    ticket = Ticket.objects.latest("pk")
    link = next(word for word in mail.text.split() if "/helpdesk/t/" in word).strip("<>")
    tracking = client.get(link)
    return {
        "written": written.status_code,
        "answered": answered.status_code,
        "subject": ticket.subject,
        "texts": [message.reply_text.strip() for message in ticket.messages.in_order()],
        "mail_names_ticket": ticket.reference in shown,
        "frame_policy": html.headers["Content-Security-Policy"],
        "link": link,
        "tracking": tracking.status_code,
        "tracking_in_design": "Rua das Oficinas" in tracking.content.decode(),
        "empty_answer": client.post(f"/post-office/{mail.pk}/", {"text": ""}).status_code,
        "missing": client.get("/post-office/999999/").status_code,
    }


def main() -> None:
    """Print all facts."""
    client = Client(SERVER_NAME="127.0.0.1", SERVER_PORT="8765")
    before = desk()
    call_command("load_demo", stdout=StringIO())
    found = {"desk": before, "second_run": counts(), "pages": pages(client), "circle": circle(client)}
    sys.stdout.write(json.dumps(found))


main()

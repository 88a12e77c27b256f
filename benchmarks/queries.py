"""Counts the queries of each screen and of each step that a message takes."""

from __future__ import annotations

import email
import email.policy
import random
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale, Site

from benchmarks.fill import BusyDesk, fill
from benchmarks.mails import make_mail
from benchmarks.report import print_table
from tests.pages.trees import make_article, make_centre, make_section
from tests.testsite.models import StandardPage
from wagtail_helpdesk.contact_forms.models import ContactForm
from wagtail_helpdesk.conversations.actions.publish_message import PublishMessage
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.standing_views import VIEWS
from wagtail_helpdesk.mail.arriving.accept import Accepted, Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox.deliver import deliver
from wagtail_helpdesk.mail.transports import open_transport
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import TokenPurpose
from wagtail_helpdesk.tickets.models import Ticket

LENGTHS = (5, 50, 200)
#: So that every list has a full page.
TICKETS = 3000
_READS = ("SELECT", "(SELECT", "WITH")
_WRITES = ("INSERT", "UPDATE", "DELETE")


def measure_queries(desk: BusyDesk) -> None:
    """Print both tables. Savepoints and transactions are not counted: they read and write nothing."""
    fill(desk, TICKETS)
    print_table("Queries of each screen", ("screen", "reads", "writes"), list(_screens(desk)))
    print_table("Queries of each step", ("step", "reads", "writes"), list(_steps(desk)))


def _screens(desk: BusyDesk) -> Any:
    agent = signed_in(desk.agent)
    visitor = Client()
    for view in VIEWS:
        yield _row(f"inbox, {view.label}", getting(agent, reverse("helpdesk_inbox:view", args=[view.slug])))
    yield _row("inbox, counts of all views", getting(agent, reverse("helpdesk_inbox:pulse")))
    for length in LENGTHS:
        ticket = make_conversation(desk, length)
        address = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        yield _row(f"conversation, {length} messages", getting(agent, address))
        token = token_for(ticket.participants.get(), TokenPurpose.PORTAL)
        address = reverse("wagtail_helpdesk:tracking", args=[token.signed])
        yield _row(f"tracking page, {length} messages", getting(visitor, address))
    page, form = make_contact_page(desk)
    yield _row("page with a contact form", getting(visitor, page))
    yield _row("contact form sent", submitting(visitor, form))
    yield _row("contact form sent with errors", submitting(visitor, form, email=""))
    for name, address in help_addresses().items():
        yield _row(name, getting(visitor, address))


def _steps(desk: BusyDesk) -> Any:
    mailbox, chance = desk.mailbox, random.Random(7)
    subject = "A question that opens a ticket"

    def mail(number: int, **fields: Any) -> bytes:
        headers = fields.pop("headers", {})
        # A sender of its own for each: who writes the same thing again and again is taken for a machine.
        sender, message_id = 9000 + fields.pop("sender", number), f"<q{number}@example.org>"
        message = make_mail(chance, mailbox.address, sender=sender, subject=subject, message_id=message_id, **fields)
        for name, value in headers.items():
            message[name] = value
        return message.as_bytes()

    new = take_in(mail(1, file_bytes=0), mailbox)
    yield _row("accept a mail", lambda: take_in(mail(2, file_bytes=0), mailbox))
    yield _row("accept a further copy of it", lambda: take_in(mail(2, file_bytes=0), mailbox))
    yield _row("process: opens a ticket, acknowledged", lambda: process(new.mail.pk, may_defer=False))
    threaded = take_in(mail(3, sender=1, file_bytes=0, headers={"In-Reply-To": "<q1@example.org>"}), mailbox)
    yield _row("process: answer to it", lambda: process(threaded.mail.pk, may_defer=False))
    for number, files in enumerate((1, 5), 4):
        with_files = take_in(_with_files(mail(number, file_bytes=0), files), mailbox)
        yield _row(f"process: opens a ticket, {files} file{'s'[: files - 1]}", processing(with_files))
    new.mail.refresh_from_db()
    ticket = new.mail.ticket
    actor = Actor.of_user(desk.agent)
    sent: list[Any] = []
    yield _row("reply (scheduled)", lambda: sent.append(Reply(ticket=ticket, html="<p>Yes.</p>", actor=actor)()))
    type(sent[0]).objects.filter(pk=sent[0].pk).update(publish_at=timezone.now())
    yield _row("publish it", lambda: PublishMessage(message_id=sent[0].pk)())
    outgoing = OutboundMail.objects.get(message=sent[0])
    with open_transport(outgoing.mailbox) as transport:
        yield _row("deliver its mail", lambda: deliver(outgoing.pk, transport))


def _row(name: str, run: Callable[[], Any]) -> tuple[str, int, int]:
    with CaptureQueriesContext(connection) as captured:
        run()
    statements = [query["sql"].lstrip().upper() for query in captured.captured_queries]
    reads = sum(statement.startswith(_READS) for statement in statements)
    writes = sum(statement.startswith(_WRITES) for statement in statements)
    return name, reads, writes


def signed_in(user: Any) -> Client:
    """Return the browser of ``user``."""
    client = Client()
    client.force_login(user)
    return client


def getting(client: Client, address: str) -> Callable[[], Any]:
    """Return what fetches ``address``, once it has been fetched (compiled templates, caches of Wagtail)."""

    def get() -> None:
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answers {response.status_code}")

    get()
    return get


def submitting(client: Client, form: ContactForm, **changes: str) -> Callable[[], Any]:
    """Return what posts a contact form; each time another message."""
    address = reverse("wagtail_helpdesk:contact_form", args=[form.pk])
    numbers = iter(range(1_000_000))
    data = {"name": "Ana", "email": "ana@example.org", "subject": "A question", "language": "en", "place": "1"}

    def post() -> None:
        message = f"Message {next(numbers)} about {changes}"
        client.post(address, {**data, "message": message, **changes}, headers={"Sec-Fetch-Site": "same-origin"})

    post()
    return post


def processing(accepted: Accepted) -> Callable[[], Any]:
    """Return what reads an accepted mail."""
    return lambda: process(accepted.mail.pk, may_defer=False)


def take_in(raw: bytes, mailbox: Mailbox) -> Accepted:
    """Accept a mail."""
    return accept(raw, Envelope(), Origin("import", mailbox.pk))


def make_conversation(desk: BusyDesk, length: int) -> Ticket:
    """Return a ticket with ``length`` messages, every third one an agent's reply."""
    ticket = factories.make_ticket(team=desk.teams[0], mailbox=desk.mailbox)
    for number in range(1, length):
        if number % 3 == 2:
            factories.add_reply(ticket, desk.agent)
        else:
            factories.add_customer_message(ticket)
    return ticket


def make_contact_page(desk: BusyDesk) -> tuple[str, ContactForm]:
    """Return the address of a page with a contact form, and the form."""
    form = ContactForm.objects.create(title="Contact", team=desk.teams[0], mailbox=desk.mailbox, locale=_locale())
    page = StandardPage(title="Contact", slug="contact", body=[("contact_form", {"form": form})])
    Site.objects.get(is_default_site=True).root_page.add_child(instance=page)
    return page.get_url(), form


def help_addresses(articles: int = 60) -> dict[str, str]:
    """Return the addresses of a help centre with three sections."""
    centre = make_centre()
    sections = [make_section(centre, title) for title in ("Orders", "Repairs", "Account")]
    made = [make_article(sections[number % 3], f"How to change order {number}") for number in range(articles)]
    return {
        "help centre": centre.get_url(),
        "help centre, search": f"{centre.get_url()}?q=order",
        "help section": sections[0].get_url(),
        "help article": made[0].get_url(),
    }


def _with_files(raw: bytes, count: int) -> bytes:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for number in range(count):
        mail.add_attachment(b"x" * 20_000, maintype="text", subtype="plain", filename=f"notes{number}.txt")
    return mail.as_bytes()


def _locale() -> Locale:
    return Locale.objects.get(language_code=settings.LANGUAGE_CODE)

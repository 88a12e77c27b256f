"""A ticket's life as it is told, and as it is played through the desk's own doors and actions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from wagtail.models import Page

from demo_desk.letters import File, Letter, answer_to, deliver
from demo_desk.models import SentMail
from demo_desk.people import TEAMS, user
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.words import NewFile, Words
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team, TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.intake.incoming import IncomingMessage, Person
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.knowledge_base.actions.draft_article import DraftArticle
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_due import ChangeDue
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.actions.change_priority import ChangePriority
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, TrashTicket
from wagtail_helpdesk.tickets.actions.change_type import ChangeType
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket

#: What happens in a step, to the story's ticket at its time.
Deed = Callable[["Story", datetime], None]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens ``after`` so many minutes."""

    after: int
    deed: Deed


@dataclass(kw_only=True)
class Story:
    """One ticket: who asks (name, address), when (hours ago), where, and what follows."""

    ago: float
    name: str
    address: str
    subject: str
    text: str
    to: str = "service"
    html: str = ""
    cc: Sequence[str] = ()
    files: Sequence[File] = ()
    headers: Sequence[tuple[str, str]] = ()
    #: Address of the page whose contact form was used, "" for a mail.
    page: str = ""
    language: str = ""
    steps: Sequence[Step] = ()
    ticket_id: int = field(default=0, init=False)

    @property
    def ticket(self) -> Ticket:
        """The ticket, as it is now."""
        return Ticket.objects.get(pk=self.ticket_id)

    def moments(self, now: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """Yield each moment of this story with what happens in it."""
        moment = now - timedelta(hours=self.ago)
        yield moment, lambda start=moment: self._begin(start)
        for step in self.steps:
            moment += timedelta(minutes=step.after)
            if moment < now:
                yield moment, lambda step=step, then=moment: step.deed(self, then)

    def _begin(self, now: datetime) -> None:
        self.ticket_id = self._send_form(now) if self.page else self._send_mail(now)

    def _send_mail(self, now: datetime) -> int:
        letter = Letter(
            sender=self.address,
            sender_name=self.name,
            to=TEAMS[self.to][2],
            cc=self.cc,
            subject=self.subject,
            text=self.text,
            html=self.html,
            at=now,
            files=self.files,
            headers=self.headers,
        )
        return deliver(letter).ticket_id

    def _send_form(self, now: datetime) -> int:
        page = Page.objects.get(slug=self.page, locale__language_code=self.language or "en")
        files = tuple(NewFile(file.name, file.content, file.type) for file in self.files)
        source = {"source_page": page, "source_title": page.title, "source_url": page.full_url}
        incoming = IncomingMessage(
            channel=Channel.FORM,
            key=hashlib.sha256(f"demo {self.address} {self.subject}".encode()).hexdigest(),
            sender=Person(self.address, self.name),
            words=Words(text=self.text, subject=self.subject, files=files),
            mailbox_id=mailbox(self.to).pk,
            received_at=now,
            language=self.language,
            ticket_fields=source,
        )
        return receive(incoming).ticket_id


def mailbox(team: str) -> Mailbox:
    """Return a team's mailbox."""
    return Mailbox.objects.get(address=TEAMS[team][2])


def status(name: str) -> Status:
    """Return a status by its category, or by its name."""
    named = Status.objects.filter(name=name).first()
    return named or default_status(name)


def paragraphs(text: str) -> str:
    """Return what an agent's editor makes of ``text``."""
    parts = (format_html_join("<br>", "{}", ((line,) for line in part.splitlines())) for part in text.split("\n\n"))
    return format_html_join("", "<p>{}</p>", ((part,) for part in parts))


def acting(story: Story, login: str) -> dict[str, Any]:
    """Return what every action on the story's ticket is given."""
    return {"ticket": story.ticket, "actor": Actor.of_user(user(login))}


def reply(after: int, login: str, text: str, then: str = "", delay: int = 0, files: Sequence[File] = ()) -> Step:
    """An agent answers; ``then`` is the status it leaves, ``delay`` the seconds until it is sent."""

    def deed(story: Story, now: datetime) -> None:
        Reply(
            html=paragraphs(text),
            status=status(then) if then else None,
            delay=delay,
            files=[NewFile(file.name, file.content, file.type) for file in files],
            **acting(story, login),
        )()

    return Step(after, deed)


def note(after: int, login: str, text: str) -> Step:
    """An agent writes to colleagues."""
    return Step(after, lambda story, now: AddNote(html=paragraphs(text), **acting(story, login))())


def answer(after: int, text: str, files: Sequence[File] = (), headers: Sequence[tuple[str, str]] = ()) -> Step:
    """The customer answers the last mail he got about this ticket."""

    def deed(story: Story, now: datetime) -> None:
        reference = story.ticket.reference
        mails = [mail for mail in SentMail.objects.all() if story.address in mail.recipients]
        mail = next((mail for mail in mails if reference in mail.source), mails[0])
        deliver(replace(answer_to(mail, text=text, at=now, files=files), headers=headers))

    return Step(after, deed)


def assign(after: int, login: str, to: str | None = None) -> Step:
    """An agent takes the ticket, or gives it to ``to``."""
    return Step(after, lambda story, now: AssignTicket(assignee=user(to or login), **acting(story, login))())


def move(after: int, login: str, team: str) -> Step:
    """An agent gives the ticket to another team."""
    return Step(
        after, lambda story, now: MoveTicket(team=Team.objects.get(name=TEAMS[team][0]), **acting(story, login))()
    )


def tag(after: int, login: str, *names: str) -> Step:
    """An agent tags the ticket."""
    return Step(after, lambda story, now: TagTicket(add=names, **acting(story, login))())


def set_status(after: int, login: str, to: str) -> Step:
    """An agent sets the status."""
    return Step(after, lambda story, now: ChangeStatus(status=status(to), **acting(story, login))())


def urgent(after: int, login: str) -> Step:
    """An agent gives the ticket the highest priority."""
    return Step(
        after,
        lambda story, now: ChangePriority(
            priority=Priority.objects.order_by("-level").first(), **acting(story, login)
        )(),
    )


def classify(after: int, login: str, kind: str, *, due: int | None = None, **values: Any) -> Step:
    """An agent says what kind of case it is, in how many days it is due, and fills in fields by their keys."""

    def deed(story: Story, now: datetime) -> None:
        ChangeType(ticket_type=TicketType.objects.get(name=kind), **acting(story, login))()
        if due is not None:
            ChangeDue(due_on=timezone.localdate(now) + timedelta(days=due), **acting(story, login))()
        for key, value in values.items():
            ChangeField(field=TicketField.objects.get(key=key), value=value, **acting(story, login))()

    return Step(after, deed)


def trash(after: int, login: str) -> Step:
    """A manager throws the ticket away."""
    return Step(after, lambda story, now: TrashTicket(**acting(story, login))())


def promote(after: int, login: str, *, section: str, question: str, text: str, tags: Sequence[str] = ()) -> Step:
    """An agent makes an article of the ticket's public messages."""

    def deed(story: Story, now: datetime) -> None:
        DraftArticle(
            section=Page.objects.get(slug=section, locale__language_code="en").pk,
            question=question,
            answer=str(format_html("{}", paragraphs(text))),
            tags=tags,
            messages=list(story.ticket.messages.public().values_list("pk", flat=True)),
            **acting(story, login),
        )()

    return Step(after, deed)

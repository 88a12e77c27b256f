"""Fills the database with tickets to search in: few words stand often, most hardly ever, as in a language.

Rows are written in bulk, with the keys they are to have: a million tickets in minutes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from benchmarks.fill import BusyDesk
from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_priority, default_status
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.search.entries import assignee_mark, month_mark, team_mark
from wagtail_helpdesk.search.fulltext import ensure_fulltext
from wagtail_helpdesk.search.models import SearchEntry
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import Channel, Role, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant

BATCH = 5000
VOCABULARY = 60_000
#: Words of a message, on the average.
WORDS = 60
TWO_YEARS = timedelta(days=730)
#: Tickets of the small team, in a thousand.
SMALL_SHARE = 2
#: Each time half of the messages have it: those of the first third of the time, and those of one team.
OLD_WORD, TEAM_WORD = "outdatedness", "wholesaling"


@dataclass
class Corpus:
    """A desk with much to be found. ``words``: the vocabulary, the most frequent first.

    ``room``: the most tickets that it will have; what others add meanwhile gets keys behind those (PostgreSQL only).
    """

    desk: BusyDesk
    room: int = 0
    small_team: Team = field(init=False)
    small_agent: Any = field(init=False)
    words: list[str] = field(init=False)
    size: int = 0

    def __post_init__(self) -> None:
        chance = random.Random(1)
        syllables = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
        made: dict[str, None] = {}
        while len(made) < VOCABULARY:
            made["".join(chance.choices(syllables, k=chance.randint(2, 5)))] = None
        self.words = list(made)
        # As Zipf found it, the very first ones less often: those are no words that anybody looks for.
        weights = list(accumulate(1 / (rank + 8) for rank in range(VOCABULARY)))
        self._pool = chance.choices(self.words, cum_weights=weights, k=2_000_000)
        self.small_team = factories.make_team("Legal")
        self.small_agent = factories.make_user("small", group=factories.AGENTS, teams=[self.small_team])

    def fill(self, total: int) -> None:
        """Bring the number of tickets to ``total``."""
        postgres = connection.vendor == "postgresql"
        if postgres:
            with connection.cursor() as cursor:
                cursor.execute("DROP INDEX IF EXISTS helpdesk_search_words")
        for first in range(self.size, total, BATCH):
            with transaction.atomic():
                self._write(first, min(BATCH, total - first), total)
        self.size = total
        ensure_fulltext(connection.alias)
        if postgres:
            with connection.cursor() as cursor:
                for table in (Contact, ContactEmail, Ticket, TicketParticipant, Message, SearchEntry):
                    name = table._meta.db_table
                    cursor.execute(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), greatest(%s, max(id))) FROM {name}",
                        [4 * (self.room + 20)],
                    )
                # What autovacuum does in a server that is left alone for a while.
                cursor.execute("VACUUM ANALYZE")

    def _write(self, first: int, size: int, total: int) -> None:
        chance = random.Random(first)
        rows: dict[type[models.Model], list[dict[str, Any]]] = {}
        for number in range(first, first + size):
            for model, values in self._ticket(chance, number, total):
                rows.setdefault(model, []).append(values)
        for model in (Contact, ContactEmail, Ticket, TicketParticipant, Message, SearchEntry):
            insert(model, rows[model])

    def _ticket(
        self, chance: random.Random, number: int, total: int
    ) -> Iterator[tuple[type[models.Model], dict[str, Any]]]:
        desk, key = self.desk, 10 + number
        # Each size spans two years of its own beginning: what comes later is younger.
        at = timezone.now() - TWO_YEARS * (1 - number / total)
        team = self.small_team if chance.randrange(1000) < SMALL_SHARE else chance.choice(desk.teams)
        assignee = self.small_agent if team is self.small_team else chance.choice(desk.agents[team.pk])
        category = chance.choices((Category.OPEN, Category.CLOSED, Category.SPAM), (8, 87, 5))[0]
        contact = 10 + number // 3
        name, address = f"Customer {contact}", f"customer{contact}@example{contact % 97}.org"
        if number % 3 == 0 or number == 0:
            yield Contact, {"id": contact, "name": name, "created_at": at}
            yield (
                ContactEmail,
                {"id": contact, "contact_id": contact, "address": address, "address_hash": address_hash(address)},
            )
        subject = " ".join(self._some(chance, 5))
        ticket = {
            "id": key,
            "subject": subject,
            "status_id": _status(category),
            "category": category,
            "priority_id": _priority(),
            "channel": Channel.EMAIL,
            "team_id": team.pk,
            "assignee_id": assignee.pk,
            "requester_id": contact,
            "mailbox_id": desk.mailbox.pk,
            "created_at": at,
            "last_activity_at": at + timedelta(hours=2),
            "message_count": 3,
        }
        yield Ticket, ticket
        yield (
            TicketParticipant,
            {"id": key, "ticket_id": key, "contact_id": contact, "address": address, "role": Role.REQUESTER},
        )
        who = f"customer {contact} customer{contact} example{contact % 97} org"
        marks = f"{team_mark(team.pk)} {assignee_mark(assignee.pk)}"
        asked = " ".join(f"_f{word}" for word in who.split())
        about = " ".join(f"_s{word}" for word in subject.split())

        def entry(own: int, place: int, words: str, at: datetime) -> tuple[type[models.Model], dict[str, Any]]:
            values = {"id": 4 * key + place, "key": own, "ticket_id": key, "team_id": team.pk, "at": at}
            return SearchEntry, {**values, "words": f" {words} {marks} {month_mark(at)} "}

        yield entry(-key, 0, f"{subject} hd_ {key} {who} {about} {asked}", ticket["last_activity_at"])
        for place in range(3):
            own = 3 * key + place
            words = self._some(chance, chance.randint(WORDS // 3, WORDS * 5 // 3))
            if number < total // 3 and chance.random() < 0.5:
                words.append(OLD_WORD)
            if team == desk.teams[-1] and chance.random() < 0.5:
                words.append(TEAM_WORD)
            words.append(f"unique{own}")
            text, written = " ".join(words), at + timedelta(hours=place)
            inbound = place != 1
            message = {
                "id": own,
                "ticket_id": key,
                "direction": Direction.INBOUND if inbound else Direction.OUTBOUND,
                "visibility": Visibility.PUBLIC,
                "channel": Channel.EMAIL,
                "author_contact_id": contact if inbound else None,
                "author_user_id": None if inbound else assignee.pk,
                "author_name": name if inbound else "Agent",
                "subject": subject,
                "text": text,
                "reply_text": text,
                "created_at": written,
            }
            yield Message, message
            yield entry(own, place + 1, f"{subject} {text} {about} {asked if inbound else '_fagent'}", written)

    def _some(self, chance: random.Random, number: int) -> list[str]:
        start = chance.randrange(len(self._pool) - number)
        return self._pool[start : start + number]


_known: dict[str, int] = {}


def _status(category: str) -> int:
    if category not in _known:
        _known[category] = default_status(category).pk
    return _known[category]


def _priority() -> int:
    if "priority" not in _known:
        _known["priority"] = default_priority().pk
    return _known["priority"]


def insert(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that are given by their columns; what is not given is what an unsaved instance has."""
    blank = model()
    fields = model._meta.concrete_fields
    usual = {field.column: field.get_db_prep_save(field.pre_save(blank, add=True), connection) for field in fields}
    adapt = connection.ops.adapt_datetimefield_value

    def values_of(row: dict[str, Any]) -> Iterable[Any]:
        merged = {**usual, **row}
        return [adapt(value) if isinstance(value, datetime) else value for value in map(merged.get, usual)]

    names = ", ".join(map(connection.ops.quote_name, usual))
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(values_of(row))
        else:
            places = ", ".join(["%s"] * len(usual))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", map(values_of, rows))

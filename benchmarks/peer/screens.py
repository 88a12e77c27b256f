"""django-helpdesk's screens, timed in its own environment as a browser asks for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

WARM_UP = 2
#: The screens that both products have, by the names of the tables.
LIST, COMMON, RARE = "list", "search, common word", "search, rare word"
CONVERSATION = "conversation, {} messages"
#: What half of the tickets have, and one in a thousand.
COMMON_WORD, RARE_WORD = "parcel", "xylophone"


class Screens:
    """The agent's browser. The newest tickets have conversations of the ``lengths``."""

    def __init__(self, lengths: Sequence[int]) -> None:
        from django.contrib.auth import get_user_model
        from django.test import Client
        from django.urls import reverse
        from helpdesk.models import Ticket

        model = get_user_model()
        user = model.objects.filter(username="agent").first() or model.objects.create_superuser(
            "agent", "a@example.com"
        )
        self._client = Client(headers={"host": "localhost"})
        self._client.force_login(user)
        self._pages = {
            LIST: [reverse("helpdesk:list"), self._rows({"filtering": {"status__in": [1, 2]}})],
            COMMON: [self._rows({"search_string": COMMON_WORD})],
            RARE: [self._rows({"search_string": RARE_WORD})],
        }
        for length, ticket in zip(lengths, Ticket.objects.order_by("-pk"), strict=False):
            _lengthen(ticket, length)
            self._pages[CONVERSATION.format(length)] = [reverse("helpdesk:view", args=[ticket.pk])]

    def times(self, repeat: int) -> dict[str, list[float]]:
        """Return the seconds of ``repeat`` runs of each screen: a page and the rows it fetches count as one."""
        for addresses in self._pages.values():
            for _ in range(WARM_UP):
                self._fetch(addresses)
        found: dict[str, list[float]] = {name: [] for name in self._pages}
        for _ in range(repeat):
            for name, addresses in self._pages.items():
                started = time.perf_counter()
                self._fetch(addresses)
                found[name].append(time.perf_counter() - started)
        return found

    def queries(self) -> dict[str, int]:
        """Return how often each screen reads the database."""
        from benchmarks.counting import Counter

        found = {}
        for name, addresses in self._pages.items():
            with Counter() as counter:
                self._fetch(addresses)
            found[name] = counter.reads
        return found

    def _rows(self, query: dict[str, Any]) -> str:
        from django.urls import reverse
        from helpdesk.query import query_to_base64

        whole = {"filtering": {}, "filtering_null": {}, "sorting": "created", "sortreverse": True, "search_string": ""}
        return f"{reverse('helpdesk:datatables_ticket_list', args=[query_to_base64({**whole, **query})])}?length=25"

    def _fetch(self, addresses: list[str]) -> None:
        for address in addresses:
            response = self._client.get(address)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answers {response.status_code}")


def _lengthen(ticket: Any, messages: int) -> None:
    """Give ``ticket`` as many follow-ups as its conversation is to have messages: its own words are the first."""
    from django.utils import timezone
    from helpdesk.models import FollowUp

    text = "I ordered it three weeks ago and have heard nothing since. " * 5
    FollowUp.objects.bulk_create(
        FollowUp(ticket=ticket, date=timezone.now(), title="Comment", comment=text, public=True)
        for _ in range(messages - 1 - ticket.followup_set.count())
    )

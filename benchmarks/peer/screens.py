"""django-helpdesk's screens, timed in its own environment as a browser asks for them."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

WARM_UP = 2


class Screens:
    """The agent's browser."""

    def __init__(self) -> None:
        from helpdesk.models import Ticket

        model = get_user_model()
        user = model.objects.filter(username="agent").first() or model.objects.create_superuser(
            "agent", "a@example.com"
        )
        self._client = Client(headers={"host": "localhost"})
        self._client.force_login(user)
        newest = Ticket.objects.order_by("-pk").first()
        self._pages = {
            "list": [reverse("helpdesk:list"), self._rows({"filtering": {"status__in": [1, 2]}})],
            "conversation": [reverse("helpdesk:view", args=[newest.pk])],
            "search, common word": [self._rows({"search_string": "parcel"})],
            "search, rare word": [self._rows({"search_string": "xylophone"})],
            "dashboard": [reverse("helpdesk:dashboard")],
        }

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
        from helpdesk.query import query_to_base64

        whole = {"filtering": {}, "filtering_null": {}, "sorting": "created", "sortreverse": True, "search_string": ""}
        return f"{reverse('helpdesk:datatables_ticket_list', args=[query_to_base64({**whole, **query})])}?length=25"

    def _fetch(self, addresses: list[str]) -> None:
        for address in addresses:
            response = self._client.get(address)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answers {response.status_code}")


def lengthen_newest(messages: int) -> None:
    """Give the newest ticket ``messages`` follow-ups."""
    from django.utils import timezone
    from helpdesk.models import FollowUp, Ticket

    newest = Ticket.objects.order_by("-pk").first()
    missing = messages - newest.followup_set.count()
    text = "I ordered it three weeks ago and have heard nothing since. " * 5
    FollowUp.objects.bulk_create(
        FollowUp(ticket=newest, date=timezone.now(), title="Comment", comment=text, public=True) for _ in range(missing)
    )

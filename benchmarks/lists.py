"""How long the inbox takes, the more tickets there are; beside a plain Wagtail listing of the same rows."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse

from benchmarks.counting import queries_of, span
from benchmarks.fill import BusyDesk
from benchmarks.growth import Growth
from benchmarks.models import BareTicket
from benchmarks.queries import getting, signed_in
from benchmarks.report import Times, print_growth, ratio, times_of
from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.inbox.listing import list_page
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.saved.models import SavedView
from wagtail_helpdesk.inbox.standing_views import BY_SLUG, VIEWS
from wagtail_helpdesk.tickets.models import Ticket

FLOOR = "plain Wagtail listing"
#: What no number of tickets makes slower: by what it differs from size to size, the machine did.
STILL = "a page without tickets"
#: Rows from the top to the page called "deep".
DEEP = 5000


def measure_lists(desk: BusyDesk, sizes: Iterable[int], repeat: int) -> None:
    """Fill the database to each size, and print the times of every screen at each of them."""
    growth = Growth(desk, mails=False)
    found: dict[int, dict[str, Times]] = {}
    queries: dict[str, list[int]] = defaultdict(list)
    for size in sorted(sizes):
        start = time.perf_counter()
        growth.fill(size)
        print(f"{size} tickets: filled in {time.perf_counter() - start:.0f} s", flush=True)
        screens = dict(_screens(desk))
        for name, run in screens.items():
            queries[name].append(queries_of(run))
        found[size] = times_of(screens, repeat)
    smallest, largest = found[min(found)], found[max(found)]
    drift = largest[STILL].p50 / smallest[STILL].p50
    print_growth(
        "Times of the inbox",
        "screen",
        found,
        {
            "less the machine's": {
                name: ratio(times.p50 / smallest[name].p50, drift) for name, times in largest.items()
            },
            "ours / floor": {name: ratio(times.p50, largest[FLOOR].p50) for name, times in largest.items()},
            "queries": {name: span(counts) for name, counts in queries.items()},
        },
    )


def _screens(desk: BusyDesk) -> Iterable[tuple[str, Callable[[], Any]]]:
    yield STILL, getting(signed_in(desk.superuser), reverse("wagtailadmin_account"))
    yield FLOOR, getting(signed_in(desk.superuser), reverse(BareTicket.snippet_viewset.get_url_name("list")))
    for role, user in (("agent", desk.agent), ("manager", desk.manager)):
        client = signed_in(user)
        for view in VIEWS:
            yield f"{role}, {view.label}", getting(client, reverse("helpdesk_inbox:view", args=[view.slug]))
        yield f"{role}, one mailbox", getting(client, f"{_list('all')}?mailbox={desk.mailbox.pk}")
        yield f"{role}, saved view", getting(client, _list(f"saved-{_saved_view(desk, user).pk}"))
        yield f"{role}, counts", getting(client, f"{reverse('helpdesk_inbox:pulse')}?counts=1")
        yield f"{role}, update of the rows", getting(client, _pulse("all", user))
        yield f"{role}, idle", _idle(client, _pulse("all", user))
    address = reverse("helpdesk_inbox:view", args=["closed"])
    yield "manager, Closed, deep page", getting(signed_in(desk.manager), f"{address}?after={_deep_key(desk)}")
    yield "agent, All open, by tag", getting(signed_in(desk.agent), f"{_list('all')}?tag={desk.tags[0].pk}")
    for name in ("status", "assignee"):
        yield f"agent, All open, grouped by {name}", getting(signed_in(desk.agent), f"{_list('all')}?group={name}")
    yield "agent, All open, a focus session begins", _focus(signed_in(desk.agent))
    newest = Ticket.objects.filter(team=desk.teams[0]).order_by("-pk").first()
    ticket = reverse("helpdesk_tickets:ticket", args=[newest.pk])
    yield "agent, conversation", getting(signed_in(desk.agent), ticket)
    yield "agent, conversation within a view", getting(signed_in(desk.agent), f"{ticket}?view=all")


def _list(slug: str) -> str:
    return reverse("helpdesk_inbox:view", args=[slug])


def _saved_view(desk: BusyDesk, user: Any) -> SavedView:
    """A view that few tickets match: it reads all that it may."""
    conditions = {"all": [{"field": "tag", "operator": "is", "value": [str(desk.tags[0].pk)]}], "any": []}
    return SavedView.objects.get_or_create(name="By tag", owner=user, defaults={"conditions": conditions})[0]


def _pulse(slug: str, user: Any) -> str:
    """What an open list asks, as if every row of it had changed."""
    rows = ",".join(f"{ticket.pk}.0" for ticket in list_page(Place(BY_SLUG[slug]), user).rows)
    return f"{reverse('helpdesk_inbox:pulse')}?counts=1&view={slug}&more=1&rows={rows}"


def _idle(client: Any, address: str) -> Callable[[], Any]:
    """The same question again and again, while nothing happens."""

    def ask() -> Any:
        etag = known.get("etag")
        response = client.get(address, **({"HTTP_IF_NONE_MATCH": etag} if etag else {}))
        known["etag"] = response["ETag"]
        return response

    known: dict[str, str] = {}
    ask()
    return ask


def _focus(client: Any) -> Callable[[], Any]:
    """The first ticket of a session is looked for, and claimed."""

    def begin() -> None:
        FocusSession.objects.all().delete()
        response = client.post(reverse("helpdesk_inbox:start_focus"), {"place": "all"})
        if "/tickets/" not in response.url:
            raise RuntimeError(f"No ticket: {response.url}")

    begin()
    return begin


def _deep_key(desk: BusyDesk) -> str:
    view = BY_SLUG["closed"]
    rows = view.tickets_for(desk.manager).order_by(*view.ordering.columns())
    return str(view.ordering.key_of(rows[min(DEEP, rows.count() // 2)]))

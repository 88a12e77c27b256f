"""How many bytes of scripts and style sheets the help desk adds to a page of Wagtail's admin."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from benchmarks.fill import BusyDesk
from benchmarks.models import BareTicket
from benchmarks.queries import signed_in
from benchmarks.report import print_table
from wagtail_helpdesk.testing import factories

_FILE = re.compile(r'(?:src|href)="([^"]+\.(?:js|css))(?:\?[^"]*)?"')
OURS = "wagtail_helpdesk/"
SCRIPT, STYLE = ".js", ".css"


def measure_weight(desk: BusyDesk) -> None:
    """Print what each page has that a plain Wagtail listing has not, and what of ours stands in that one already."""
    client = signed_in(desk.superuser)
    ticket = factories.make_ticket(team=desk.teams[0], mailbox=desk.mailbox)
    bare = _files(client, reverse(BareTicket.snippet_viewset.get_url_name("list")))
    pages = {
        "inbox, list": reverse("helpdesk_inbox:view", args=["all"]),
        "inbox, ticket": reverse("helpdesk_tickets:ticket", args=[ticket.pk]),
        "inbox, new ticket": reverse("helpdesk_tickets:new"),
    }
    rows = [_row("any page of the admin", {name for name in bare if name.startswith(OURS)})]
    rows += [_row(name, _files(client, address) - bare) for name, address in pages.items()]
    head = ("page", "our scripts", "our style sheets", "Wagtail's own beside", "files of ours")
    print_table("kB that the help desk adds to a page of Wagtail's admin: as they are / with gzip", head, rows)


def _row(name: str, added: set[str]) -> tuple[Any, ...]:
    ours = {file for file in added if file.startswith(OURS)}
    kinds = (_of_kind(ours, SCRIPT), _of_kind(ours, STYLE), added - ours)
    return (name, *map(_weight, kinds), len(ours))


def _of_kind(files: Iterable[str], ending: str) -> Iterator[str]:
    return (name for name in files if name.endswith(ending))


def _weight(files: Iterable[str]) -> str:
    """Return their bytes, each file by itself, as a server sends them."""
    contents = [Path(finders.find(name)).read_bytes() for name in files]
    zipped = sum(len(gzip.compress(content, 6)) for content in contents)
    return f"{sum(map(len, contents)) / 1000:.1f} / {zipped / 1000:.1f}"


def _files(client: Client, address: str) -> set[str]:
    """Return the names of the static files that a page names. RuntimeError where there is no such page."""
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answers {response.status_code}")
    paths = {urlsplit(found).path for found in _FILE.findall(response.content.decode())}
    return {path.removeprefix(settings.STATIC_URL) for path in paths if path.startswith(settings.STATIC_URL)}

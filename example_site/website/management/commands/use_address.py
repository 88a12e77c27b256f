from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand
from wagtail.models import Site


class Command(BaseCommand):
    help = "Tell the site the address it is served at, so that links in mails lead there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="such as http://127.0.0.1:8000")

    def handle(self, *, address: str, **options: Any) -> None:
        parts = urlsplit(address)
        site = Site.objects.get(is_default_site=True)
        site.hostname, site.port = parts.hostname, parts.port or 80
        site.save()

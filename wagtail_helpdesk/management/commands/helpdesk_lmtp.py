"""Takes mail from a mail server: ``manage.py helpdesk_lmtp --listen unix:/run/helpdesk/lmtp.sock``."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Takes mail from this machine's mail server over LMTP, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--listen", required=True, metavar="ADDRESS", help="unix:/path/of/socket, 127.0.0.1:port or [::1]:port"
        )
        parser.add_argument("--mode", default="660", help="permissions of the socket (octal, 660)")

    def handle(self, *args: Any, listen: str, mode: str, **options: Any) -> None:
        try:
            from wagtail_helpdesk.mail import lmtp
        except ImportError as error:
            raise CommandError('This needs aiosmtpd: pip install "wagtail-helpdesk-suite[lmtp]".') from error
        try:
            address, permissions = lmtp.Address.parse(listen), int(mode, 8)
        except ValueError as error:
            raise CommandError(f"Cannot listen there: {error}.") from error
        try:
            asyncio.run(
                lmtp.serve(address, mode=permissions, ready=lambda: self.stdout.write(f"Listening on {listen}"))
            )
        except OSError as error:
            raise CommandError(f"Cannot listen there: {error.strerror}.") from error

"""Looks after push messages: ``manage.py helpdesk_push [--new-keys]``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from wagtail_helpdesk.notifications.push.keys import contact, public_key, replace_keys
from wagtail_helpdesk.notifications.push.models import Push, PushSubscription


class Command(BaseCommand):
    help = "Shows how many devices get notices by push; makes a new key pair where the old one is lost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new-keys", action="store_true", help="make a new pair; every agent has to turn devices on again"
        )

    def handle(self, *args: Any, new_keys: bool, **options: Any) -> None:
        if new_keys:
            self.stdout.write(f"New keys. Devices to be turned on again: {replace_keys()}")
        devices = PushSubscription.objects.live(timezone.now())
        self.stdout.write(f"Public key: {public_key()}")
        self.stdout.write(f"Contact: {contact() or 'none'}")
        self.stdout.write(f"Devices: {devices.count()}, of them failing: {devices.filter(failures__gt=0).count()}")
        self.stdout.write(f"Waiting: {Push.objects.count()}")

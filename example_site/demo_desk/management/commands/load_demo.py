"""Fills the example site with its pages and its demo desk. A second run changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from wagtail.models import Workflow
from website.loading import load_website

from demo_desk import loading, people, ready
from wagtail_helpdesk.tickets.models import Ticket


class Command(BaseCommand):
    help = "Load the website and the demo desk. What is there already is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("  People ...")
        people.make_users()
        self.stdout.write("  Website ...")
        load_website()
        # Mails that leave while the stories are played carry links to the site.
        call_command("use_address", settings.WAGTAILADMIN_BASE_URL)
        if not Workflow.objects.filter(name=people.WORKFLOW).exists():
            people.make_workflow()
        if Ticket.objects.exists():
            self.stdout.write("  The desk has tickets already; they are kept.")
            return
        people.make_desk()
        ready.make_ready()
        self.stdout.write("  Tickets ...")
        loading.play(say=self._say)

    def _say(self, done: int, total: int) -> None:
        if done % 25 == 0 or done == total:
            self.stdout.write(f"    {done} of {total} things that happened")
            self.stdout.flush()

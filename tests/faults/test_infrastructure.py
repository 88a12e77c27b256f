"""The ground of the fault tests: processes really die, at every step, and see the test's data."""

from __future__ import annotations

import pytest
from django.core.mail import send_mail
from django.db import transaction

from wagtail_helpdesk.desk.models import Team

HERE = __name__


def make_two_and_mail(first, second):
    with transaction.atomic():
        Team.objects.create(name=first)
        Team.objects.create(name=second)
    send_mail("Two teams", "made", "desk@example.com", ["root@example.com"])
    Team.objects.filter(name=first).update(name=f"{first}, mailed")


def fail():
    raise ValueError


def test_killed_at_each_step(victim):
    seen = set()

    def prepare():
        Team.objects.filter(name__startswith="fault").delete()
        for mail in victim.outbox.glob("*"):
            mail.unlink()
        return f"{HERE}.make_two_and_mail", ["fault one", "fault two"]

    for _step in victim.kill_at_each_step(prepare):
        names = frozenset(Team.objects.filter(name__startswith="fault").values_list("name", flat=True))
        seen.add((names, len(list(victim.outbox.glob("*")))))
    made, mailed = frozenset({"fault one", "fault two"}), frozenset({"fault one, mailed", "fault two"})
    assert seen == {(frozenset(), 0), (made, 0), (made, 1), (mailed, 1)}


def test_without_a_step_it_runs_to_its_end(victim):
    assert victim.run(f"{HERE}.make_two_and_mail", "fault three", "fault four")
    assert Team.objects.filter(name__startswith="fault").count() == 2


def test_a_failure_is_not_taken_for_a_kill(victim):
    with pytest.raises(AssertionError, match="failed in its process"):
        victim.run(f"{HERE}.fail")

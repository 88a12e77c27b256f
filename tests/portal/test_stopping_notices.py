"""An agent ends notices by mail over the link of a digest; a look at the link changes nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail.models import Site

from tests.personas import Desk
from wagtail_helpdesk.notifications.letters import digest_letter
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.notifications.outgoing import queue_letter
from wagtail_helpdesk.notifications.preferences import ways_for
from wagtail_helpdesk.notifications.stop_tokens import stop_token

pytestmark = pytest.mark.django_db


def link(user) -> str:
    return reverse("wagtail_helpdesk:stop_notices", args=[stop_token(user)])


@pytest.fixture
def notice(desk: Desk, ticket) -> Notice:
    return Notice.objects.create(user=desk.agent, ticket=ticket, kind="assigned", mail_state="digest")


def test_a_look_changes_nothing(client, desk, notice):
    response = client.get(link(desk.agent))
    assert "Send me no more notices" in response.content.decode()
    assert "no-cache" in response["Cache-Control"]
    assert not NoticePreference.objects.exists()


def test_one_click(client, desk, notice):
    headers = {"Origin": "https://mail.example.org", "Sec-Fetch-Site": "cross-site"}
    response = client.post(link(desk.agent), {"List-Unsubscribe": "One-Click"}, headers=headers)
    assert response.status_code == 200 and "Done" in response.content.decode()
    chosen = NoticePreference.objects.get(user=desk.agent).choices
    assert not any(ways_for(chosen, kind).by_mail for kind in chosen)
    assert ways_for(chosen, "assigned").in_app
    notice.refresh_from_db()
    assert (notice.mail_state, notice.in_app) == ("dropped", True)
    assert client.post(link(desk.agent)).status_code == 200
    assert "Done" in client.get(link(desk.agent)).content.decode()


def test_choices_stay_as_they_were_but_for_mail(client, desk):
    NoticePreference.objects.create(
        user=desk.agent, choices={"team": {"in_app": False, "by_mail": True, "by_push": True}}, rhythm="daily"
    )
    client.post(link(desk.agent))
    kept = NoticePreference.objects.get(user=desk.agent)
    assert kept.choices["team"] == {"in_app": False, "by_mail": False, "by_push": True}
    assert kept.rhythm == "daily"


def test_forged_and_outdated_links(client, desk):
    good = stop_token(desk.agent)
    other = f"{desk.manager.pk}-{good.rpartition('-')[2]}"
    for token in (other, good[:-1] + ("a" if good[-1] != "a" else "b"), "x", f"{10**30}-{good[-16:]}"):
        assert client.post(reverse("wagtail_helpdesk:stop_notices", args=[token])).status_code == 404
    desk.agent.email = "elsewhere@desk.example"
    desk.agent.save()
    assert client.post(reverse("wagtail_helpdesk:stop_notices", args=[good])).status_code == 404
    desk.agent.is_active = False
    desk.agent.save()
    assert client.post(link(desk.agent)).status_code == 404
    assert not NoticePreference.objects.exists()


@pytest.mark.parametrize(("port", "one_click"), [(443, True), (80, False)])
def test_digest_names_the_link(desk, notice, port, one_click):
    Site.objects.filter(is_default_site=True).update(hostname="localhost", port=port)
    Site.clear_site_root_paths_cache()
    mail = queue_letter(digest_letter(desk.agent, [notice]), desk.agent)
    headers = dict(mail.headers)
    assert headers["List-Unsubscribe"].endswith(f"{link(desk.agent)}>")
    assert headers.get("List-Unsubscribe-Post") == ("List-Unsubscribe=One-Click" if one_click else None)

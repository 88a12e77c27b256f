"""Images from elsewhere: whoever opens a ticket loads none; after somebody allowed them they come through us."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.conversations.remote_images.conftest import picture
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.allow_images import AllowImages, TrustSender
from wagtail_helpdesk.conversations.remote_images.picture import nothing, placeholder
from wagtail_helpdesk.conversations.remote_images.proxy import find_image, sign_image
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories


@pytest.fixture
def message(desk, ticket, elsewhere):
    address = elsewhere.answer("/a.png", picture())
    return factories.add_customer_message(
        ticket,
        html=f'<p>See <img src="{address}"> <img src="{elsewhere.url("/count.gif")}" width="1" height="1"></p>',
    )


@pytest.fixture
def choose(login, message):
    """Return a function that posts a choice as somebody."""

    def post(user, show, **extra):
        return login(user).post(
            reverse("helpdesk_tickets:images", args=[message.ticket_id, message.pk]), {"show": show}, **extra
        )

    return post


def frame(client, message):
    return client.get(reverse("helpdesk_conversations:body", args=[message.pk]))


def images_in(response) -> list[str]:
    return re.findall(r'<img src="([^"]+)"', response.content.decode())


def test_nothing_is_loaded_before(desk, message, login, elsewhere):
    client = login(desk.agent)
    assert images_in(frame(client, message)) == []
    assert (
        "2 remote images are not shown."
        in client.get(reverse("helpdesk_tickets:ticket", args=[message.ticket_id])).content.decode()
    )
    signature = sign_image(message.pk, elsewhere.url("/a.png"))
    assert client.get(reverse("helpdesk_conversations:image", args=[message.pk, signature])).status_code == 404
    assert elsewhere.seen == []


def test_allowed_for_the_message(desk, message, login, elsewhere, choose):
    response = choose(desk.light, "message")
    assert response["Location"].endswith(f"/tickets/{message.ticket_id}/#message-{message.pk}")
    client = login(desk.agent)
    shown = frame(client, message)
    assert elsewhere.seen == []
    # The counting pixel is not among them.
    (address,) = images_in(shown)
    assert address.startswith("http://testserver/admin/helpdesk/messages/")
    assert str(elsewhere.port) not in shown.content.decode()
    image = client.get(address)
    assert image["Content-Type"] == "image/jpeg"
    assert image["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert image["X-Content-Type-Options"] == "nosniff"
    assert "private" in image["Cache-Control"]
    assert [path for path, _headers, _body in elsewhere.seen] == ["/a.png"]
    # Another look takes it from the cache.
    assert client.get(address).content == image.content
    assert len(elsewhere.seen) == 1


def test_message_without_that_image_does_not_serve_it(desk, ticket, message, login, elsewhere):
    other = factories.add_customer_message(ticket, html='<p><img src="https://e.example/x.png"></p>')
    for one in (message, other):
        AllowImages(message=one, actor=Actor.of_user(desk.agent))()
    client, address = login(desk.agent), elsewhere.url("/a.png")
    for pk, signature in (
        (other.pk, sign_image(message.pk, address)),
        (other.pk, sign_image(other.pk, address)),
        (message.pk, "x"),
    ):
        assert client.get(reverse("helpdesk_conversations:image", args=[pk, signature])).status_code == 404
    assert elsewhere.seen == []


def test_who_may_not_see_the_ticket_gets_no_image(desk, message, login, choose, elsewhere):
    choose(desk.agent, "message")
    address = reverse(
        "helpdesk_conversations:image", args=[message.pk, sign_image(message.pk, elsewhere.url("/a.png"))]
    )
    for name in desk.INSIDERS:
        assert login(getattr(desk, name)).get(address).status_code == 200
    for name in desk.OUTSIDERS:
        assert login(getattr(desk, name)).get(address).status_code == 404
        assert choose(getattr(desk, name), "message").status_code == 404
    assert login(None).get(address)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 200, placeholder),
        (b"", 404, placeholder),
        (picture((1, 1)), 200, nothing),
    ],
)
def test_what_cannot_be_shown(desk, ticket, login, elsewhere, content, status, expected):
    message = factories.add_customer_message(ticket, html=f'<img src="{elsewhere.answer("/x", content, status)}">')
    AllowImages(message=message, actor=Actor.of_user(desk.agent))()
    client = login(desk.agent)
    (address,) = images_in(frame(client, message))
    for _look in range(2):
        image = client.get(address)
        assert (image["Content-Type"], image.content) == expected()
    assert len(elsewhere.seen) == 1


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/admin/", "http://169.254.169.254/latest/meta-data/", "http://localhost:6379/", "http://[::1]/"],
)
def test_inner_addresses_get_the_placeholder(desk, ticket, login, address):
    message = factories.add_customer_message(ticket, html=f'<img src="{address}">')
    AllowImages(message=message, actor=Actor.of_user(desk.agent))()
    client = login(desk.agent)
    (ours,) = images_in(frame(client, message))
    assert client.get(ours).content == placeholder()[1]


def test_signature_is_of_message_and_address(message, elsewhere):
    address = elsewhere.url("/a.png")
    assert find_image(message, sign_image(message.pk, address)) == address
    assert find_image(message, sign_image(message.pk + 1, address)) is None
    # Counting pixels are not even looked for.
    assert find_image(message, sign_image(message.pk, elsewhere.url("/count.gif"))) is None


class TestSender:
    def test_always(self, desk, ticket, message, login, choose):
        choose(desk.agent, "sender")
        later = factories.add_customer_message(ticket, html='<img src="https://e.example/new.png">')
        client = login(desk.agent)
        assert len(images_in(frame(client, message))) == len(images_in(frame(client, later))) == 1
        page = client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert "Bruno lets the messages of Ana Souza show images from elsewhere" in page
        assert "Not for Ana Souza any more" in page

    def test_no_longer(self, desk, ticket, message, login, choose):
        choose(desk.agent, "sender")
        choose(desk.agent, "message")
        choose(desk.agent, "never")
        assert images_in(frame(login(desk.agent), message)) == []
        assert [event.data["what"] for event in ticket.events.filter(kind="images")] == ["allowed", "blocked"]

    @pytest.mark.parametrize("doubt", [{"flags": ("outside_sender",)}, {"sender_auth": "fail"}])
    def test_not_for_whoever_only_says_so(self, desk, ticket, message, login, choose, doubt):
        choose(desk.agent, "sender")
        auth = doubt.pop("sender_auth", "")
        forged = factories.add_customer_message(ticket, html='<img src="https://e.example/new.png">', **doubt)
        forged.sender_auth = auth
        forged.save()
        assert images_in(frame(login(desk.agent), forged)) == []

    def test_needs_the_right_to_change(self, desk, message, choose, login):
        assert choose(desk.light, "sender").status_code == 302
        message.author_contact.refresh_from_db()
        assert not message.author_contact.images_allowed
        page = login(desk.light).get(reverse("helpdesk_tickets:ticket", args=[message.ticket_id])).content.decode()
        assert 'value="message"' in page
        assert 'value="sender"' not in page


def test_fetching_page_gets_the_new_choice(desk, message, choose):
    response = choose(desk.agent, "message", headers={"X-Requested-With": "XMLHttpRequest"})
    assert response.status_code == 200
    assert "Images from elsewhere are shown." in response.content.decode()


def test_only_of_messages_that_arrived(desk, ticket):
    reply = factories.add_reply(ticket, desk.agent)
    for action in (AllowImages,):
        with pytest.raises(ActionRefused):
            action(message=reply, actor=Actor.of_user(desk.agent))()
    with pytest.raises(ActionRefused):
        TrustSender(message=reply, allowed=True, actor=Actor.of_user(desk.agent))()

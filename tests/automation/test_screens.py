"""The admin's screens: who lists and changes what, and what a form refuses."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.files import as_new
from wagtail_helpdesk.automation.models import FEATURES, Macro, SavedReply, SavedReplyFile, TicketTemplate
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status

REPLIES = "wagtailsnippets_wagtail_helpdesk_savedreply"
MACROS = "wagtailsnippets_wagtail_helpdesk_macro"
TEMPLATES = "wagtailsnippets_wagtail_helpdesk_tickettemplate"
CHOOSER = "wagtailsnippetchoosers_wagtail_helpdesk_savedreply"

OWNERS = ("agent", "colleague", "other_agent")
ALL = ("manager", "administrator", "superuser")
NOBODY = ("light", "editor")


def posted(**data):
    values = {"name": "Refund", "keywords": "", "body": rich_text("<p>Hello</p>", features=FEATURES), "tags": ""}
    return {**values, **data}


@pytest.mark.parametrize("persona", [*OWNERS, *ALL, *NOBODY])
def test_who_lists_and_changes_what_as(persona, desk, login, make_reply):
    mine = make_reply("Mine only", scope=Scope.ME, owner=desk.agent)
    ours = make_reply("For everyone")
    client = login(getattr(desk, persona))
    page = client.get(reverse(f"{REPLIES}:list"))
    if persona in NOBODY:
        assert page.status_code == 302
    else:
        text = page.content.decode()
        seen = {reply.name for reply in (mine, ours) if reply.name in text}
        expected = {"Mine only"} if persona == "agent" else {"Mine only", "For everyone"} if persona in ALL else set()
        assert seen == expected
    for reply in (mine, ours):
        may = persona in ALL or (persona == "agent" and reply is mine)
        for name in ("edit", "delete", "copy", "usage", "history"):
            status = client.get(reverse(f"{REPLIES}:{name}", args=[reply.pk])).status_code
            assert (status == 200) == may, (name, reply.name)
            assert may or status in (302, 404)
        chosen = client.get(reverse(f"{CHOOSER}:chosen", args=[reply.pk]))
        assert (chosen.status_code == 200) == may
    if persona not in ALL:
        bulk = reverse("wagtail_bulk_action", args=["wagtail_helpdesk", "savedreply", "delete"])
        client.post(f"{bulk}?id={ours.pk}&next=/admin/")
        assert SavedReply.objects.filter(pk=ours.pk).exists()


def test_an_agents_own(desk, login):
    client = login(desk.agent)
    address = reverse(f"{REPLIES}:add")
    assert "scope" not in client.get(address).context["form"].fields
    response = client.post(address, posted(scope=Scope.EVERYONE, new_files=[SimpleUploadedFile("a.txt", b"aaa")]))
    assert response.status_code == 302
    reply = SavedReply.objects.get()
    assert (reply.scope, reply.owner) == (Scope.ME, desk.agent)
    file = reply.files.get()
    assert as_new(file).content == b"aaa"
    key = file.storage_key
    edited = client.post(
        reverse(f"{REPLIES}:edit", args=[reply.pk]), posted(new_files=[SimpleUploadedFile("b.txt", b"b")])
    )
    assert edited.status_code == 302
    assert [file.display_name for file in SavedReplyFile.objects.all()] == ["b.txt"]
    assert key


@pytest.mark.django_db(transaction=True)
def test_a_stored_file_goes_with_its_last_row(transactional_db, make_reply):
    first, second = make_reply(), make_reply()
    key = private_storage().save("saved_replies/ab/abc", SimpleUploadedFile("x", b"x"))
    for reply in (first, second):
        SavedReplyFile.objects.create(saved_reply=reply, storage_key=key, display_name="x", size=1)
    first.delete()
    assert private_storage().exists(key)
    second.delete()
    assert not private_storage().exists(key)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"body": rich_text("<p>{{ customer.shoe_size }}</p>", features=FEATURES)}, "There is no variable"),
        ({"body": rich_text("<p>{{ customer.name</p>", features=FEATURES)}, "looks like {{ customer.name }}"),
        ({"scope": Scope.TEAM}, "Choose one"),
    ],
)
def test_what_a_manager_is_told(data, error, desk, login):
    response = login(desk.manager).post(reverse(f"{REPLIES}:add"), posted(**{"scope": Scope.EVERYONE, **data}))
    assert response.status_code == 200
    assert error in str(response.context["form"].errors)
    assert not SavedReply.objects.exists()


def steps(*rows):
    empty = {"status": "", "priority": "", "team": "", "assign": "me", "assignee": "", "value": ""}
    body = {"body": rich_text("", features=FEATURES)}
    rows = inline_formset([{**empty, **body, **row} for row in rows])
    return nested_form_data({"steps": rows, "questions": inline_formset([])})


def test_a_macro_and_its_steps(desk, login):
    status = default_status(Category.PENDING)
    data = {"name": "Wait", "description": "", "is_active": "on", "scope": Scope.EVERYONE}
    client, address = login(desk.manager), reverse(f"{MACROS}:add")
    page = client.get(address)
    assert b"data-helpdesk-steps-options-value" in page.content
    refused = client.post(address, data | steps({"kind": "status"}, {"kind": "add_tags"}))
    assert refused.status_code == 200 and not Macro.objects.exists()
    assert [list(form.errors) for form in refused.context["form"].formsets["steps"].forms] == [["status"], ["value"]]
    saved = client.post(address, data | steps({"kind": "status", "status": status.pk}, {"kind": "assign"}))
    assert saved.status_code == 302
    assert [(step.kind, step.status) for step in Macro.objects.get().steps.all()] == [
        ("status", status),
        ("assign", None),
    ]


def test_only_agents_can_be_chosen(desk, login):
    form = login(desk.manager).get(reverse(f"{MACROS}:add")).context["form"].formsets["steps"].empty_form
    people = set(form.fields["assignee"].queryset)
    assert desk.agent in people and desk.editor not in people


def test_a_template(desk, login):
    data = {"name": "Call", "channel": "phone", "first": "", "subject": "Call of {{ customer.name }}", "tags": "call"}
    blank = {"to_team": "", "assignee": "", "status": "", "priority": "", "body": rich_text("", features=FEATURES)}
    response = login(desk.agent).post(reverse(f"{TEMPLATES}:add"), data | blank)
    assert response.status_code == 302
    template = TicketTemplate.objects.get()
    assert (template.owner, [tag.name for tag in template.tags.all()]) == (desk.agent, ["call"])


@pytest.mark.parametrize(("persona", "status"), [("manager", 200), ("agent", 302), ("editor", 302)])
def test_folders_are_the_managers(persona, status, desk, login):
    client = login(getattr(desk, persona))
    for name in ("index", "add"):
        assert client.get(reverse(f"helpdesk_reply_folders:{name}")).status_code == status


@pytest.mark.parametrize(
    ("persona", "shown"), [("light", False), ("agent", True), ("manager", True), ("editor", False)]
)
def test_menu(persona, shown, desk, login):
    page = login(getattr(desk, persona)).get("/admin/").content.decode()
    assert (reverse(f"{REPLIES}:list") in page) is shown
    assert (reverse(f"{MACROS}:list") in page) is shown


def test_queries_of_the_list(desk, login, make_reply, django_assert_max_num_queries):
    for number in range(12):
        make_reply(f"Reply {number}", scope=Scope.TEAM, team=desk.team, owner=desk.agent)
    client = login(desk.manager)
    client.get(reverse(f"{REPLIES}:list"))
    with django_assert_max_num_queries(22):
        client.get(reverse(f"{REPLIES}:list"))

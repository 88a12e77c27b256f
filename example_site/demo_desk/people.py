"""Who works at Farol, and how their desk is set up."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from wagtail.models import GroupApprovalTask, Site, Workflow, WorkflowPage, WorkflowTask

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_mailbox, default_status, default_team
from wagtail_helpdesk.desk.models import Mailbox, Status, StatusLabel, Team
from wagtail_helpdesk.pages.models import HelpCentrePage

WORKFLOW = "Help centre"
PASSWORD = "helpdesk"
#: Login: first name, last name, groups.
USERS = {
    "admin": ("Teresa", "Lobo", ()),
    "editor": ("Edgar", "Pires", ("Editors", "Moderators")),
    "manager": ("Marta", "Reis", ("Helpdesk managers",)),
    "bruno": ("Bruno", "Alves", ("Helpdesk agents",)),
    "carla": ("Carla", "Nunes", ("Helpdesk agents",)),
    "lea": ("Lea", "Brandão", ("Helpdesk light agents",)),
}
#: Key: name, members, address, signature.
TEAMS = {
    "service": ("Customer service", ("bruno", "lea"), "help@farol.example", "{agent}\nFarol, customer service"),
    "workshop": ("Workshop", ("carla", "lea"), "workshop@farol.example", "{agent}\nFarol, workshop"),
    "dealers": ("Dealers", ("manager",), "dealers@farol.example", "{agent}\nFarol, dealer desk"),
}
CUSTOMER_LABELS = {
    Category.NEW: ("Received", "Recebido", "Recibido"),
    Category.OPEN: ("We are on it", "Estamos cuidando disso", "Estamos en ello"),
    Category.PENDING: ("We wait for you", "Aguardando você", "Esperamos tu respuesta"),
    Category.RESOLVED: ("Answered", "Respondido", "Respondido"),
    Category.CLOSED: ("Closed", "Encerrado", "Cerrado"),
}


def make_users() -> None:
    """Make the people who can sign in; those who are there keep their password."""
    for login, (first, last, groups) in USERS.items():
        values = {"first_name": first, "last_name": last, "email": f"{login}@farol.example"}
        user, is_new = get_user_model().objects.get_or_create(username=login, defaults=values)
        if is_new:
            user.is_superuser = user.is_staff = login == "admin"
            user.set_password(PASSWORD)
            user.save()
            user.groups.set(Group.objects.filter(name__in=groups))


def make_desk() -> None:
    """Give the desk its teams, mailboxes and customers' words. The team and mailbox made by migrate become ours."""
    site = Site.objects.get(is_default_site=True)
    for key, (name, members, address, signature) in TEAMS.items():
        team = default_team() if key == "service" else Team()
        mailbox = default_mailbox() if key == "service" else Mailbox()
        team.name = name
        team.save()
        team.members.set(get_user_model().objects.filter(username__in=members))
        mailbox.name, mailbox.address, mailbox.team = f"Farol {name}", address, team
        mailbox.signature, mailbox.site, mailbox.language = signature, site, "en"
        mailbox.save()
    for category, labels in CUSTOMER_LABELS.items():
        for language, label in zip(("en", "pt-br", "es"), labels, strict=True):
            StatusLabel.objects.get_or_create(
                status=default_status(category), language=language, defaults={"label": label}
            )
    Status.objects.get_or_create(name="Waiting for parts", category=Category.PENDING, defaults={"sort_order": 3})


def make_workflow() -> None:
    """Let an editor look at what agents draft for the help centre, in each language."""
    task = GroupApprovalTask.objects.create(name="An editor reads it")
    task.groups.add(Group.objects.get(name="Moderators"))
    workflow = Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    for centre in HelpCentrePage.objects.all():
        WorkflowPage.objects.create(workflow=workflow, page=centre)


def user(login: str) -> Any:
    """Return one of the people."""
    return get_user_model().objects.get(username=login)

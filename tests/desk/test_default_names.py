"""What every desk starts with has names in the site's language, whoever's visit made them."""

from __future__ import annotations

import pytest
from django.utils import translation

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status, default_team, ensure_defaults
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_desk() -> None:
    """Take away what ``migrate`` made."""
    for model in (Mailbox, Team, Status, Priority):
        model.objects.all().delete()


@pytest.mark.parametrize(
    ("site", "team", "priorities", "new", "trash"),
    [
        ("pt-br", "Suporte", ["Alta", "Normal", "Baixa"], "Novo", "Lixeira"),
        ("es", "Soporte", ["Alta", "Normal", "Baja"], "Nuevo", "Papelera"),
        ("en", "Support", ["High", "Normal", "Low"], "New", "Trash"),
    ],
)
def test_names_made_by_migrate(settings, site, team, priorities, new, trash):
    """``migrate`` runs without any language."""
    settings.LANGUAGE_CODE = site
    with translation.override(None):
        ensure_defaults()
    assert Team.objects.get().name == Mailbox.objects.get().name == team
    assert list(Priority.objects.order_by("-level").values_list("name", flat=True)) == priorities
    assert Status.objects.get(category=Category.NEW).name == new
    assert Status.objects.get(category=Category.TRASH).name == trash


def test_visitors_language_is_not_stored(settings):
    settings.LANGUAGE_CODE = "pt-br"
    with translation.override("es"):
        assert default_status(Category.CLOSED).name == "Fechado"
        assert default_team().name == "Suporte"


@pytest.mark.parametrize(("language", "label"), [("pt-br", "Fechado"), ("es", "Cerrado"), ("en", "Closed")])
def test_customers_read_their_own_language(language, label):
    """Without labels of its own a status says its category, in whatever language is spoken."""
    status = default_status(Category.CLOSED)
    with translation.override(language):
        assert status.customer_label() == label

"""The registries of Wagtail 8: what its generic views and its API would do to a ticket goes through our actions."""

from __future__ import annotations

import pytest
import wagtail
from django.apps import apps
from django.core.exceptions import PermissionDenied

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import TicketPermissionPolicy

# Wagtail 7.4 has none of this, so there is nothing to collect.
if wagtail.VERSION >= (8, 0):
    from wagtail.actions.registry import action_registry
    from wagtail.permissions import policy_registry

    def test_our_policy_is_in_the_registry():
        assert type(policy_registry.get_by_type(Ticket)) is TicketPermissionPolicy

    @pytest.mark.parametrize("name", ["create", "edit"])
    def test_generic_action_refuses_even_unchecked(name, desk, ticket):
        ticket.subject = "Mine now"
        action = action_registry.get_action_class(Ticket, name)
        for user in (desk.superuser, None):
            with pytest.raises(PermissionDenied):
                action(ticket, user=user).execute(skip_permission_checks=True)
        assert Ticket.objects.get(pk=ticket.pk).subject != "Mine now"

    def test_generic_delete_is_our_trash(desk, ticket):
        action = action_registry.get_action_class(Ticket, "delete")
        with pytest.raises(PermissionDenied):
            action(ticket, user=desk.agent).execute(skip_permission_checks=True)
        action(ticket, user=desk.manager).execute()
        assert Ticket.objects.get(pk=ticket.pk).category == Category.TRASH

    def test_no_other_action_is_registered():
        actions = action_registry.get_actions_for_model(Ticket)
        assert {name: action.__module__ for name, action in actions.items()} == dict.fromkeys(
            ("create", "edit", "delete"), "wagtail_helpdesk.inbox.ticket_snippet.wagtail_actions"
        )

    def test_api_knows_no_model_of_ours():
        exposed = [
            model.__name__
            for model in apps.get_app_config("wagtail_helpdesk").get_models()
            if hasattr(model, "api_fields") and ".contact_forms." not in model.__module__
        ]
        assert exposed == []

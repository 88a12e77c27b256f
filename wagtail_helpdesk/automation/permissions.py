"""Who may change saved replies, macros and templates: managers all of them, every agent the own ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from wagtail_helpdesk.tickets.permissions import may

#: What agents do with what is theirs alone.
_OWN = frozenset({"add", "change", "delete", "view"})


class ScopedPermissionPolicy(ModelPermissionPolicy):
    """Wagtail's view of that: its listings, choosers and views ask this."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Tell whether ``user`` may do ``action`` to some rows."""
        return super().user_has_permission(user, action) or (action in _OWN and may(user, "reply"))

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        """Tell whether ``user`` may do one of ``actions`` to some rows."""
        return any(self.user_has_permission(user, action) for action in actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet:
        """Return the rows on which ``user`` may do one of ``actions``."""
        rows = self.model._default_manager
        if any(super(ScopedPermissionPolicy, self).user_has_permission(user, action) for action in actions):
            return rows.all()
        # "view_all" is nothing that Wagtail asks for: every action of agents is one on rows of their own.
        return rows.changeable_by(user) if _OWN & set(actions) else rows.none()

    def instances_user_has_permission_for(self, user: Any, action: str) -> QuerySet:
        """Return the rows on which ``user`` may do ``action``."""
        return self.instances_user_has_any_permission_for(user, [action])

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        """Tell whether ``user`` may do ``action`` to this row."""
        return self.instances_user_has_permission_for(user, action).filter(pk=instance.pk).exists()

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        """Tell whether ``user`` may do one of ``actions`` to this row."""
        return self.instances_user_has_any_permission_for(user, actions).filter(pk=instance.pk).exists()

"""Run a macro on many tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.macros import macros_for, run_macro
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.registry import BulkAction, BulkFields, Step, Target, register_action
from wagtail_helpdesk.inbox.widgets import Select


class MacroFields(BulkFields):
    """Which one."""

    macro = forms.ModelChoiceField(
        None, label=gettext_lazy("Macro"), empty_label=gettext_lazy("Macro …"), widget=Select
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["macro"].queryset = macros_for(self.user)


def _run(target: Target, data: Mapping[str, Any], actor: Actor) -> Sequence[Step]:
    macro = macros_for(actor.instance).filter(pk=data["macro"]).first()
    if macro is None:
        raise ActionRefused(_("What was chosen does not exist any more."))
    (result,) = run_macro(macro, [target.ticket], actor, last_seen=data.get("last_seen"))
    if result.why:
        raise ActionRefused(result.why)
    return list(result.undo)


def install() -> None:
    """Register it. Called once, from ``pipeline``."""
    register_action(BulkAction("macro", gettext_lazy("Run macro"), "cogs", "change", _run, MacroFields))

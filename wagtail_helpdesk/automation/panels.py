"""How the admin lays out the forms of this package."""

from __future__ import annotations

import json
from typing import Any

from django.forms import Media
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.staticfiles import versioned_static

from wagtail_helpdesk.automation.choices import AskKind
from wagtail_helpdesk.automation.variables import variables


def scope_panel(model_name: str) -> MultiFieldPanel:
    """Return the fields that say for whom something is: managers choose, everybody else writes for himself."""
    permission = f"wagtail_helpdesk.change_{model_name}"
    return MultiFieldPanel(
        [FieldPanel(name, permission=permission) for name in ("scope", "team", "mailbox")],
        heading=_("For whom"),
        permission=permission,
    )


class VariablesPanel(HelpPanel):
    """The list of what a text may name."""

    def __init__(self, template: str = "wagtail_helpdesk/automation/variables_panel.html", **kwargs: Any) -> None:
        super().__init__(template=template, **kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """Knows the names."""

        @property
        def variables(self) -> list[tuple[str, Any]]:
            """Each variable as it is written, and what it is."""
            return [(f"{{{{ {name} }}}}", label) for name, label in variables()]


class _KindsPanel(InlinePanel):
    """Wagtail's panel of rows, whose rows show only the fields of their kind."""

    def row_form(self) -> type[Any]:
        """Return the form of a row."""
        raise NotImplementedError

    def fields_by_kind(self) -> dict[str, Any]:
        """Return which fields each kind shows."""
        raise NotImplementedError

    def get_form_options(self) -> dict[str, Any]:
        """Return Wagtail's options with our form of a row."""
        options = super().get_form_options()
        options["formsets"][self.relation_name]["form"] = self.row_form()
        return options

    class BoundPanel(InlinePanel.BoundPanel):
        """Starts Wagtail's script from an attribute: an inline script would not run under a strict policy."""

        template_name = "wagtail_helpdesk/automation/steps_panel.html"

        @cached_property
        def fields_by_kind(self) -> str:
            """Which fields each kind shows, for our script."""
            return json.dumps(self.panel.fields_by_kind())

        @property
        def media(self) -> Media:
            """Wagtail's media and our script."""
            return super().media + Media(js=[versioned_static("wagtail_helpdesk/automation/steps_controller.js")])


class StepsPanel(_KindsPanel):
    """What a macro does."""

    def row_form(self) -> type[Any]:
        """Return the form of an action."""
        from wagtail_helpdesk.automation.forms import MacroStepForm

        return MacroStepForm

    def fields_by_kind(self) -> dict[str, Any]:
        """Return the fields of each kind of action."""
        from wagtail_helpdesk.automation.action_kinds import ACTION_KINDS

        return {kind.key: kind.fields for kind in ACTION_KINDS.values()}


class QuestionsPanel(_KindsPanel):
    """What a macro asks for."""

    def row_form(self) -> type[Any]:
        """Return the form of a question."""
        from wagtail_helpdesk.automation.forms import MacroQuestionForm

        return MacroQuestionForm

    def fields_by_kind(self) -> dict[str, Any]:
        """Only where one of several is chosen, these are written down."""
        return {str(kind): ["options"] if kind == AskKind.CHOICE else [] for kind in AskKind}


SAVED_REPLY = [
    FieldPanel("name"),
    FieldRowPanel([FieldPanel("folder"), FieldPanel("keywords")]),
    FieldPanel("body"),
    VariablesPanel(),
    MultiFieldPanel(
        [FieldPanel("kept_files"), FieldPanel("new_files")],
        heading=_("Files that go along"),
    ),
    MultiFieldPanel([FieldPanel("status"), FieldPanel("tags")], heading=_("When it is sent")),
    scope_panel("savedreply"),
]
MACRO_STEP = [
    FieldPanel("kind"),
    FieldPanel("status"),
    FieldPanel("priority"),
    FieldPanel("team"),
    FieldPanel("ticket_type"),
    FieldPanel("ticket_field"),
    FieldPanel("days"),
    FieldPanel("assign"),
    FieldPanel("assignee"),
    FieldPanel("answer_to"),
    FieldPanel("value"),
    FieldPanel("body"),
]
MACRO_QUESTION = [
    FieldPanel("label"),
    FieldPanel("name"),
    FieldPanel("kind"),
    FieldPanel("options"),
    FieldPanel("required"),
]
MACRO = [
    FieldPanel("name"),
    FieldPanel("description"),
    QuestionsPanel("questions", heading=_("What it asks for when it is run"), label=_("Question")),
    StepsPanel("steps", heading=_("What it does"), label=_("Action"), min_num=1),
    VariablesPanel(),
    FieldPanel("is_active"),
    scope_panel("macro"),
]
TICKET_TEMPLATE = [
    FieldPanel("name"),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("channel"), FieldPanel("first")]), FieldPanel("subject"), FieldPanel("body")],
        heading=_("What it writes"),
    ),
    VariablesPanel(),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("to_team"), FieldPanel("assignee")]),
            FieldRowPanel([FieldPanel("status"), FieldPanel("priority")]),
            FieldRowPanel([FieldPanel("ticket_type"), FieldPanel("tags")]),
        ],
        heading=_("What it sets"),
    ),
    scope_panel("tickettemplate"),
]

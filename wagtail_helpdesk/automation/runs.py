"""One macro on one ticket, and what a step of it changes, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wagtail_helpdesk.automation.variables import fill_html, fill_text, remove_missing, values_for
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.models import Ticket

if TYPE_CHECKING:
    from wagtail_helpdesk.automation.answers import Chosen
    from wagtail_helpdesk.automation.models import MacroStep
    from wagtail_helpdesk.desk.models import Status


@dataclass
class Run:
    """One macro on one ticket, by one person."""

    ticket: Ticket
    user: Any
    actor: Actor
    #: Whether the person looks at the ticket, with a composer for a text.
    has_composer: bool = False
    #: What the person answered to the macro's questions, as texts and as values of actions have it.
    asked: Mapping[str, str] = field(default_factory=dict)
    asked_plain: Mapping[str, str] = field(default_factory=dict)
    #: What was answered where a question asks for something that a ticket can have; None: nothing was.
    chosen: Mapping[str, Chosen | None] = field(default_factory=dict)
    #: What was done that can be taken back, beside the changes of fields.
    undo: list[dict[str, Any]] = field(default_factory=list)
    #: Values of fields that earlier steps set, by the names that texts have for them.
    set_before: dict[str, str] = field(default_factory=dict)
    #: In a preview, the status that earlier steps would have set; None while it is the ticket's own.
    status_then: Status | None = None
    #: Text for the composer, as the editor stores it.
    draft: str = ""
    #: The message that was written last.
    message: int | None = None

    @property
    def values(self) -> dict[str, str]:
        """What texts may name, with what the steps before have set."""
        known = values_for(user=self.user, ticket=self.ticket, language=self.ticket.language)
        return {**known, **self.set_before, **self.asked}

    def text_of(self, step: MacroStep) -> str:
        """Return the text of ``step`` for this ticket, as the editor stores it."""
        return fill_html(step.body, self.values)

    def value_of(self, step: MacroStep) -> str:
        """Return the value of ``step``: what nobody knows leaves nothing in it."""
        text = fill_text(step.value, {**self.values, **self.asked_plain})
        return remove_missing(text).strip()


@dataclass(frozen=True)
class Line:
    """What one step changes, in words: a field from ``old`` to ``new``, or a text (``html``)."""

    label: str
    old: str = ""
    new: str = ""
    html: str = ""
    #: Why it cannot be done as it is.
    problem: str = ""

    @property
    def changes_nothing(self) -> bool:
        """Whether the ticket is so already."""
        return not self.html and self.old == self.new

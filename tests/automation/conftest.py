"""What agents have ready, made in a line."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Locale

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.models import Macro, MacroQuestion, MacroStep, SavedReply


@pytest.fixture
def make_reply(db: None) -> Any:
    """Return a function that makes a saved reply, for everyone unless said otherwise."""

    def make(
        name: str = "Refund", body: str = "<p>Hello {{ customer.first_name|there }}</p>", **fields: Any
    ) -> SavedReply:
        locale = fields.pop("locale", None) or Locale.get_default()
        return SavedReply.objects.create(name=name, body=body, locale=locale, **{"scope": Scope.EVERYONE, **fields})

    return make


@pytest.fixture
def make_macro(db: None) -> Any:
    """Return a function that makes a macro for everyone of (kind, columns) steps."""

    def make(*steps: tuple[str, dict[str, Any]], name: str = "Close", **fields: Any) -> Macro:
        macro = Macro.objects.create(name=name, **{"scope": Scope.EVERYONE, **fields})
        for order, (kind, columns) in enumerate(steps):
            MacroStep.objects.create(macro=macro, kind=kind, sort_order=order, **columns)
        return macro

    return make


@pytest.fixture
def ask(db: None) -> Any:
    """Return a function that lets a macro ask for something."""

    def add(macro: Macro, name: str, kind: str = "text", **fields: Any) -> MacroQuestion:
        order = macro.questions.count()
        return MacroQuestion.objects.create(
            macro=macro, name=name, kind=kind, sort_order=order, **{"label": name.title(), **fields}
        )

    return add

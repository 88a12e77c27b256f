"""A last look at a mail before it is handed over: what was right when it was queued may be wrong by now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wagtail_helpdesk.mail.models import OutboundMail

Guard = Callable[[OutboundMail], bool]

_guards: dict[str, Guard] = {}


def install(guards: Mapping[str, Guard]) -> None:
    """Set the guards, by audience or kind of mail. Called once, by ``pipeline``: whoever wrote a mail knows it."""
    _guards.clear()
    _guards.update(guards)


def may_leave(mail: OutboundMail) -> bool:
    """Tell whether ``mail`` may still go to whom it was written; one without a guard may."""
    found = (_guards.get(mail.audience), _guards.get(mail.kind))
    return all(guard is None or guard(mail) for guard in found)

"""The answer to a click: parts of the page for our JavaScript, a message and a redirect for a plain form.

Our JavaScript (``answers.js``) puts each part in the place of the element with its id, keeps the focus, shows the
toast with its way back, and tells the page ("helpdesk:changed") that tickets changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from wagtail_helpdesk.inbox.models import UndoRecord

#: Answers to forms that were not taken as they are.
REFUSED = 422

_SAY = {
    "success": messages.success,
    "warning": messages.warning,
    "error": messages.error,
}


def is_fetched(request: HttpRequest) -> bool:
    """Tell whether our JavaScript asks, and wants a part of the page instead of a new one."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def answer(
    request: HttpRequest,
    *,
    then: str,
    said: str = "",
    level: str = "success",
    details: list[str] | None = None,
    undo: UndoRecord | None = None,
    parts: Mapping[str, tuple[str, dict[str, Any]]] | None = None,
    leave: bool = False,
    seconds: int | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Answer a POST.

    ``then``: where a plain form goes (and our JavaScript too, with ``leave``). ``said``: one sentence, ``details`` more
    of them; ``level``: "success", "warning" or "error". ``undo``: what takes it back. ``parts``: {id of an element:
    (template, context)}. ``seconds``: how long the toast stays. ``more`` goes to our JavaScript as it is, such as
    ``tickets`` (keys of those that changed).
    """
    undo_url = reverse("helpdesk_inbox:undo", args=[undo.pk]) if undo else ""
    details = details or []
    fetched = is_fetched(request)
    if said and (leave or not fetched):
        # The next page shows it.
        buttons = [messages.button(undo_url, _("Undo"))] if undo_url else None
        _SAY[level](request, " ".join([said, *details]), buttons=buttons)
    if not fetched:
        return redirect(then)
    body: dict[str, Any] = {"parts": _rendered(request, parts or {}), **more}
    if leave:
        body["redirect"] = then
    elif said:
        body["toast"] = {"text": said, "details": details, "level": level, "close": _("Close")}
        if seconds is not None:
            body["toast"]["seconds"] = seconds
        if undo_url:
            body["toast"] |= {"undo": undo_url, "undo_label": _("Undo")}
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _rendered(request: HttpRequest, parts: Mapping[str, tuple[str, dict[str, Any]]]) -> dict[str, str]:
    return {key: render_to_string(template, context, request) for key, (template, context) in parts.items()}

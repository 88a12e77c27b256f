"""Addresses of new tickets, of what is offered while one writes, and of macros. Below ``helpdesk/tickets/``."""

from __future__ import annotations

from django.urls import path

from wagtail_helpdesk.inbox.views.insertions import (
    InsertReplyView,
    NewReadyView,
    NewSuggestView,
    ReadyView,
    SuggestView,
)
from wagtail_helpdesk.inbox.views.macros import MacrosView, MacroView
from wagtail_helpdesk.inbox.views.new_ticket import DuplicatesView, NewTicketView, PeopleView
from wagtail_helpdesk.inbox.views.references import ReferencesView

WRITING_URLS = [
    path("new/", NewTicketView.as_view(), name="new"),
    path("new/people/", PeopleView.as_view(), name="new_people"),
    path("new/duplicates/", DuplicatesView.as_view(), name="new_duplicates"),
    path("new/suggest/<slug:kind>/", NewSuggestView.as_view(), name="new_suggest"),
    path("new/ready/<slug:kind>/<int:key>/", NewReadyView.as_view(), name="new_ready"),
    path("references/", ReferencesView.as_view(), name="references"),
    path("<int:pk>/suggest/<slug:kind>/", SuggestView.as_view(), name="suggest"),
    path("<int:pk>/ready/<slug:kind>/<int:key>/", ReadyView.as_view(), name="ready"),
    path("<int:pk>/insert-reply/", InsertReplyView.as_view(), name="insert_reply"),
    path("<int:pk>/macros/", MacrosView.as_view(), name="macros"),
    path("<int:pk>/macros/<int:macro>/", MacroView.as_view(), name="macro"),
]

"""Addresses of what is done to a ticket beyond its fields."""

from __future__ import annotations

from django.urls import path

from wagtail_helpdesk.inbox.views.work.checklist import AddItemView, ItemView
from wagtail_helpdesk.inbox.views.work.children import ReplyToChildrenView
from wagtail_helpdesk.inbox.views.work.closing import CloseOnView
from wagtail_helpdesk.inbox.views.work.focus import NextView, SkipView
from wagtail_helpdesk.inbox.views.work.follow import StarView, WatchView
from wagtail_helpdesk.inbox.views.work.links import LinkView, OthersView
from wagtail_helpdesk.inbox.views.work.merge import MergeView, UnmergeView
from wagtail_helpdesk.inbox.views.work.redact import RedactView
from wagtail_helpdesk.inbox.views.work.snooze import SnoozeView, WakeView
from wagtail_helpdesk.inbox.views.work.split import SplitView
from wagtail_helpdesk.inbox.views.work.subject import SubjectView
from wagtail_helpdesk.inbox.views.work.trash import EraseView, PutAwayView

WORK_URLS = [
    path("<int:pk>/subject/", SubjectView.as_view(), name="subject"),
    path("<int:pk>/snooze/", SnoozeView.as_view(), name="snooze"),
    path("<int:pk>/wake/", WakeView.as_view(), name="wake"),
    path("<int:pk>/close-on/", CloseOnView.as_view(), name="close_on"),
    path("<int:pk>/star/", StarView.as_view(), name="star"),
    path("<int:pk>/watch/", WatchView.as_view(), name="watch"),
    path("<int:pk>/links/", LinkView.as_view(), name="links"),
    path("<int:pk>/parts/reply/", ReplyToChildrenView.as_view(), name="reply_children"),
    path("<int:pk>/others/", OthersView.as_view(), name="others"),
    path("<int:pk>/merge/", MergeView.as_view(), name="merge"),
    path("<int:pk>/merges/<int:merge>/undo/", UnmergeView.as_view(), name="unmerge"),
    path("<int:pk>/focus/next/", NextView.as_view(), name="focus_next"),
    path("<int:pk>/focus/skip/", SkipView.as_view(), name="focus_skip"),
    path("<int:pk>/split/", SplitView.as_view(), name="split"),
    path("<int:pk>/checklist/", AddItemView.as_view(), name="add_item"),
    path("<int:pk>/checklist/<int:item>/", ItemView.as_view(), name="item"),
    path("<int:pk>/put-away/", PutAwayView.as_view(), name="put_away"),
    path("<int:pk>/erase/", EraseView.as_view(), name="erase"),
    path("<int:pk>/messages/<int:message>/redact/", RedactView.as_view(), name="redact"),
]

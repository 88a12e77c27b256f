"""What the logs of mail have in common: a list that can be filtered and searched, and the page of one mail."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Model
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from wagtail_helpdesk.configuration.visibility import RequirePermissionMixin
from wagtail_helpdesk.desk.models import Mailbox


def choices_filter(label: Any, choices: Any, **options: Any) -> django_filters.MultipleChoiceFilter:
    """Return a filter with a box for each choice."""
    return django_filters.MultipleChoiceFilter(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **options
    )


class LogFilterSet(WagtailFilterSet):
    """By mailbox."""

    mailbox = django_filters.ModelMultipleChoiceFilter(
        label=gettext_lazy("Mailbox"),
        queryset=lambda request: Mailbox.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )


class LogMixin(RequirePermissionMixin):
    """Subclasses name the log in the addresses, and say how one of its mails is called."""

    #: The name of the viewset.
    log: str

    def title_of(self, mail: Any) -> str:
        """Return what one mail is called."""
        return str(mail)

    def url_of(self, mail: Model) -> str:
        """Return the address of one mail's page."""
        return reverse(f"{self.log}:mail", args=[mail.pk])


class LogListView(LogMixin, BaseListingView):
    """All mails of a log, newest first."""

    template_name = "wagtail_helpdesk/configuration/log_listing.html"
    is_searchable = True
    paginate_by = 50
    verbose_name_plural = gettext_lazy("mails")

    @property
    def index_url_name(self) -> str:
        return f"{self.log}:index"

    @property
    def index_results_url_name(self) -> str:
        return f"{self.log}:results"

    def title_column(self, label: str) -> TitleColumn:
        """Return the column that leads to a mail's page."""
        return TitleColumn(
            "subject",
            label=label,
            accessor=lambda mail: Truncator(self.title_of(mail)).chars(80),
            get_url=self.url_of,
            width="30%",
        )


class LogEntryView(LogMixin, WagtailAdminTemplateMixin, TemplateView):
    """One mail of a log."""

    #: What the log is called.
    log_title: Any

    @cached_property
    def mail(self) -> Any:
        """The mail; Http404 for one that the user may not see."""
        raise NotImplementedError

    def get_page_title(self) -> str:
        return self.title_of(self.mail)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        log = {"url": reverse(f"{self.log}:index"), "label": self.log_title}
        return [*self.breadcrumbs_items, log, {"url": "", "label": self.title_of(self.mail)}]

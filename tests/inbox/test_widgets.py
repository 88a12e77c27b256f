"""What is drawn at once is what Django and Wagtail draw piece by piece."""

from __future__ import annotations

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from wagtail_helpdesk.inbox import widgets

CHOICES = [("", "Choose …"), (3, "A & <b>B</b>"), ("it's", 'say "x"'), ("Teams", [("1", "One"), (2, "Two")])]


@pytest.mark.parametrize("value", [None, "", 3, "3", "it's", 2, "nothing"])
@pytest.mark.parametrize("attrs", [{}, {"id": "bulk-x", "class": "a b", "required": True, "hidden": False}])
def test_select(value, attrs):
    ours, theirs = widgets.Select(choices=CHOICES), forms.Select(choices=CHOICES)
    assertHTMLEqual(ours.render("na<me", value, dict(attrs)), theirs.render("na<me", value, dict(attrs)))


@pytest.mark.parametrize("value", [None, [], ["3"], ["3", "it's"]])
@pytest.mark.parametrize("attrs", [{}, {"id": "x", "class": "a b", "data-y": "<"}])
def test_boxes(value, attrs):
    choices = CHOICES[:3]
    ours = widgets.CheckboxSelectMultiple(choices=choices)
    theirs = forms.CheckboxSelectMultiple(choices=choices)
    assertHTMLEqual(ours.render("name", value, dict(attrs)), theirs.render("name", value, dict(attrs)))


@pytest.mark.parametrize("tag", ['name="mail"', 'name="mail" classname="a"', "name=name title=title", "name=name"])
def test_icons(tag):
    draw = "{%% load %s %%}{%% icon %s %%}"
    for title in ("Files", "<b>", ""):
        context = Context({"name": "doc-full", "title": title})
        theirs = Template(draw % ("wagtailadmin_tags", tag)).render(context)
        assert Template(draw % ("wagtailadmin_tags helpdesk_icons", tag)).render(context) == theirs


def test_titles_of_icons_are_in_the_readers_language():
    template = Template("{% load helpdesk_icons i18n %}{% icon name='mail' title=_('Files') %}")
    with translation.override("pt-br"):
        assert "Arquivos" in template.render(Context())
    with translation.override("en"):
        assert "Files" in template.render(Context())

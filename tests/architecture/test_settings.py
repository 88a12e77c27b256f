"""Every setting is described for the site's owner, and does something."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import PACKAGE, PROJECT, modules
from wagtail_helpdesk import conf


@pytest.mark.parametrize("key", conf.DEFAULTS)
def test_key_is_documented(key):
    assert re.search(rf"`{key}`", (PROJECT / "docs" / "settings.md").read_text())


@pytest.mark.parametrize("key", conf.DEFAULTS)
def test_key_is_read(key):
    readers = [
        module.name
        for module in modules()
        if module.name != "wagtail_helpdesk.conf" and key in module.keywords_and_strings()
    ]
    assert readers


def test_checks_are_documented():
    pattern = r"wagtail_helpdesk\.[EW]\d{3}"
    raised = set(re.findall(pattern, (PACKAGE / "checks.py").read_text()))
    assert raised
    assert raised == set(re.findall(pattern, (PROJECT / "docs" / "settings.md").read_text()))


def test_links_of_the_documentation_lead_somewhere():
    pages = [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")]
    links = [(page, target) for page in pages for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text())]
    assert links
    assert [(page.name, target) for page, target in links if not (page.parent / target).exists()] == []

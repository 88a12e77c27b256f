"""Every setting is described for the site's owner, and does something."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import PROJECT, modules
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

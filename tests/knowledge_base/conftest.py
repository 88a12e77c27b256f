"""A help centre with one section, beside the desk."""

from __future__ import annotations

import pytest

from tests.pages.trees import make_centre, make_section


@pytest.fixture
def section(db):
    return make_section(make_centre())

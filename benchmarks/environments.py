"""Environments for what is measured beside us: made when first needed, below ``benchmarks/.environments/``."""

from __future__ import annotations

from pathlib import Path

from example_site import bootstrap

FOLDER = Path(__file__).resolve().parent / ".environments"

#: Readers of mails, reports and replies. lxml_html_clean is what talon still takes from lxml.
PARSERS = (
    "mail-parser==4.8.0",
    "imap-tools==1.16.0",
    "flufl.bounce==6.0.0",
    "email-reply-parser==0.5.12",
    "mail-parser-reply==1.36",
    "quotequail==0.5.4",
    "talon==1.4.4",
    "lxml_html_clean>=0.4",
)
DJANGO_HELPDESK = ("django-helpdesk==2.6.1", "Django~=5.2.0", "psycopg[binary]>=3.2")


def parsers() -> Path:
    """Return the Python that has the other parsers. SystemExit with pip's words where they cannot be installed."""
    return _python("parsers", *PARSERS)


def django_helpdesk() -> Path:
    """Return the Python that has django-helpdesk. SystemExit as above."""
    return _python("django-helpdesk", *DJANGO_HELPDESK)


def _python(name: str, *requirements: str) -> Path:
    environment = bootstrap.Environment(FOLDER / name)
    try:
        environment.prepare(*requirements)
    except bootstrap.InstallationFailed as failure:
        raise SystemExit(f"{name} could not be installed. pip says:\n{failure}") from failure
    return environment.python

#!/usr/bin/env python3
"""Makes migrations that every site can run: ``python3 tests/make_migrations.py [--initial] [Django's own arguments]``.

Those made on Wagtail 8.0 do not run on 7.4, and a site may have a page model of its own. So they are made with Wagtail
7.4, and what names Wagtail's page model is rewritten to ask for the site's.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

# In place of this folder, in which packages stand that are named as those they test.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from example_site import bootstrap

TESTS = Path(__file__).resolve().parent
PROJECT = TESTS.parent
PACKAGE = PROJECT / "wagtail_helpdesk"
#: Label and migrations of our apps.
APPS = {"wagtail_helpdesk": PACKAGE / "migrations", "wagtail_helpdesk_pages": PACKAGE / "pages" / "migrations"}

PAGE = 'swapper.get_model_name("wagtailcore", "Page")'
PAGE_DEPENDENCY = 'swapper.dependency("wagtailcore", "Page")'


def main(arguments: list[str]) -> int:
    """Make the migrations and rewrite them; return the exit code."""
    options, rest = parse(arguments)
    environment = bootstrap.Environment(TESTS / ".environments" / "wagtail-7.4")
    environment.prepare("wagtail~=7.4.0", *bootstrap.project_with("test"), *bootstrap.project_with("lint"))
    if options.initial:
        remove(migrations())
    before = migrations()
    command = [environment.python, "-m", "django", "makemigrations", *APPS, "--no-header", *rest]
    environ = bootstrap.clean_environ(DJANGO_SETTINGS_MODULE="tests.settings", PYTHONPATH=os.fspath(PROJECT))
    code = subprocess.run(command, cwd=PROJECT, env=environ, check=False).returncode
    made = sorted(migrations() - before)
    for path in made:
        path.write_text(for_any_page_model(path.read_text()))
    if made:
        ruff = [environment.python, "-m", "ruff"]
        subprocess.run([*ruff, "check", "--quiet", "--select", "I", "--fix", *made], cwd=PROJECT, check=True)
        subprocess.run([*ruff, "format", "--quiet", *made], cwd=PROJECT, check=True)
    return code


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return our options, and what is left for makemigrations."""
    parser = argparse.ArgumentParser(prog="tests/make_migrations.py", description=__doc__, allow_abbrev=False)
    parser.add_argument("--initial", action="store_true", help="throw all migrations away and make the first ones anew")
    return parser.parse_known_args(arguments)


def migrations() -> set[Path]:
    """Return the files of our migrations."""
    return {path for folder in APPS.values() for path in folder.glob("[0-9]*.py")}


def remove(paths: set[Path]) -> None:
    """Delete the files."""
    for path in paths:
        path.unlink()


def for_any_page_model(source: str) -> str:
    """Return a migration's source with Wagtail's page model exchanged for the one that the site has."""
    if not re.search(r"""['"]wagtailcore\.page['"]""", source):
        return source
    source = re.sub(r"""to=['"]wagtailcore\.page['"]""", f"to={PAGE}", source)
    # A base is looked up in the state of the migrations, whose names are lower case.
    source = re.sub(r"""(bases=\(.*?)['"]wagtailcore\.page['"]""", rf"\1{PAGE}.lower()", source)
    source = source.replace("dependencies = [", f"dependencies = [\n        {PAGE_DEPENDENCY},", 1)
    return source.replace("from django.db import", "import swapper\nfrom django.db import", 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

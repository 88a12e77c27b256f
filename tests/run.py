#!/usr/bin/env python3
"""Runs the tests on a machine that has just Python: ``python3 tests/run.py [options] [pytest's arguments]``.

It makes a virtual environment for each version of Wagtail in tests/.environments/ and then hands over to pytest.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

# In place of this folder, in which packages stand that are named as those they test.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from example_site import bootstrap  # first: it says so where Python is too old for the rest
from tests import databases
from tests.browser import chromium
from tests.faults import dovecot

TESTS = Path(__file__).resolve().parent
PROJECT = TESTS.parent
WAGTAILS = ("8.0", "7.4")
PURE_MARIADB_DRIVER = "PyMySQL>=1.1.1"


def main(arguments: list[str]) -> int:
    """Prepare what the run needs, run pytest, return its exit code."""
    options, pytest_arguments = parse(arguments)
    address = database_address(options.database)
    environment = bootstrap.Environment(TESTS / ".environments" / f"wagtail-{options.wagtail}")
    try:
        environment.prepare(f"wagtail~={options.wagtail}.0", *bootstrap.project_with("test"))
        install_driver(environment, databases.kind_of(address))
    except bootstrap.InstallationFailed as failure:
        bootstrap.say(f"The project could not be installed. pip says:\n{failure}")
        return 1
    if not narrows(pytest_arguments):
        look_for_a_browser()
        look_for_a_mail_server()
    command = [str(environment.python), "-m", "pytest", "-rs", *pytest_arguments]
    return hand_over(command, bootstrap.clean_environ(DATABASE_URL=address))


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return our options, and what is left for pytest."""
    parser = argparse.ArgumentParser(
        prog="tests/run.py",
        description="Run the tests; what is not listed here goes to pytest, such as -k WORD or tests/mail.",
        epilog="DATABASE_URL (sqlite, postgres or mariadb://user:password@host:port/name) names a database server.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--database",
        choices=list(databases.ENGINES),
        help="the database (default: what DATABASE_URL names, else sqlite); "
        "for postgres and mariadb the server of this machine, where DATABASE_URL names no other",
    )
    parser.add_argument("--wagtail", choices=WAGTAILS, default=WAGTAILS[0], help="Wagtail's version (default: 8.0)")
    return parser.parse_known_args(arguments)


def narrows(pytest_arguments: list[str]) -> bool:
    """Return whether the arguments choose among the tests, so that browser tests may not be among them."""
    return any(
        argument.startswith(("-k", "-m")) or (PROJECT / argument.partition("::")[0]).exists()
        for argument in pytest_arguments
    )


def database_address(kind: str | None) -> str:
    """Return the address of the database to test on. SystemExit when DATABASE_URL is none that the tests know."""
    given = os.environ.get("DATABASE_URL")
    try:
        if given and kind in (None, databases.kind_of(given)):
            databases.kind_of(given)
            return given
    except ValueError as error:
        sys.exit(str(error))
    return databases.local_address(kind or "sqlite")


def install_driver(environment: bootstrap.Environment, kind: str) -> None:
    """Install the driver of the database of this ``kind``."""
    if kind == "postgres":
        environment.prepare(*bootstrap.project_with("postgres"))
    elif kind == "mariadb" and not environment.has(PURE_MARIADB_DRIVER):
        try:
            environment.prepare(*bootstrap.project_with("mariadb"))
        except bootstrap.InstallationFailed:
            bootstrap.say("mysqlclient cannot be built here (compiler or client headers missing): PyMySQL is taken.")
            environment.prepare(PURE_MARIADB_DRIVER)


def look_for_a_browser() -> None:
    """Say what the browser tests will do; install a Chromium first where there is none and we may."""
    if not chromium.find() and chromium.can_install():
        bootstrap.say("Installing Chromium for the browser tests ...")
        chromium.install()
    if not chromium.find():
        bootstrap.say(f"The browser tests will be skipped: {chromium.reason_for_none()}.")


def look_for_a_mail_server() -> None:
    """Say when the tests that fetch mail from a real server will be skipped."""
    reason = dovecot.reason_for_none()
    if reason:
        bootstrap.say(f"The tests with a real mail server will be skipped: {reason}.")


def hand_over(command: list[str], environ: dict[str, str]) -> int:
    """Become the command where the system can do that, so that Ctrl-C and the exit code are its own."""
    os.chdir(PROJECT)
    if os.name == "posix":
        os.execve(command[0], command, environ)
    return subprocess.call(command, env=environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

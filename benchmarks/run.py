#!/usr/bin/env python3
"""Measures the help desk on a machine that has just Python: ``python3 benchmarks/run.py [options]``.

Uses the virtual environment of the tests, then hands over to ``benchmarks.measure``, whose options ``--help`` lists.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from example_site import bootstrap  # first: it says so where Python is too old for the rest

PROJECT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Prepare the environment, measure, return the exit code."""
    environment = bootstrap.Environment(PROJECT / "tests" / ".environments" / "wagtail-8.0")
    try:
        environment.prepare("wagtail~=8.0.0", *bootstrap.project_with("test"), *bootstrap.project_with("postgres"))
    except bootstrap.InstallationFailed as failure:
        bootstrap.say(f"The project could not be installed. pip says:\n{failure}")
        return 1
    command = [environment.python, "-m", "benchmarks.measure", *arguments]
    environ = bootstrap.clean_environ(DJANGO_SETTINGS_MODULE="benchmarks.settings")
    return subprocess.run(command, cwd=PROJECT, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

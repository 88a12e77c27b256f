"""Virtual environments for the two commands, demo.py and tests/run.py, made with the standard library alone.

A Python too old for the project must be able to load this module up to the check below, to be told so in a sentence.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"This needs Python 3.11 or newer; here is Python {sys.version.split()[0]}.")

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections import deque
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PIP_LINES_SHOWN_ON_FAILURE = 25


class InstallationFailed(Exception):
    """pip refused; the message holds the end of what it said."""


class Environment:
    """A virtual environment in ``folder`` with the project installed as editable.

    It is reused as long as it was made from the same pyproject.toml, by the same Python, in the same place;
    else it is made anew, so that nothing of an older list of requirements is left in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp = folder / "bootstrap.json"

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def has(self, requirement: str) -> bool:
        """Return whether ``requirement`` was installed by prepare() and can be reused."""
        return requirement in (self._installed(self._fingerprint()) or [])

    def prepare(self, *requirements: str) -> None:
        """Install the ``requirements`` that are missing; make the environment first where it is missing or outdated.

        SystemExit with a sentence where this Python cannot make one. InstallationFailed where pip fails.
        """
        fingerprint = self._fingerprint()
        installed = self._installed(fingerprint)
        if installed is None:
            self._make()
            installed = []
            say("Installing the project; this takes a minute or two ...")
        missing = [requirement for requirement in requirements if requirement not in installed]
        if missing:
            self._install(missing)
            self._stamp.write_text(json.dumps({"fingerprint": fingerprint, "installed": installed + missing}))

    def _fingerprint(self) -> str:
        """One hash of all that decides what is in the environment (setup.cfg only configures tools)."""
        facts = [(PROJECT / "pyproject.toml").read_bytes(), sys.version.encode(), os.fsencode(self.folder)]
        return hashlib.sha256(b"\0".join(facts)).hexdigest()

    def _installed(self, fingerprint: str) -> list[str] | None:
        """The requirements that are in the environment, or None when it cannot be reused."""
        try:
            stamp = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return None
        return stamp["installed"] if stamp["fingerprint"] == fingerprint and self.python.exists() else None

    def _make(self) -> None:
        if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            sys.exit(
                "This Python cannot make virtual environments: its venv and ensurepip modules are missing.\n"
                f"On Debian and Ubuntu they come with:  apt-get install python{version}-venv"
            )
        say(f"Making a virtual environment in {self.folder.relative_to(PROJECT)} ...")
        shutil.rmtree(self.folder, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", self.folder], capture_output=True, text=True, check=False)
        if made.returncode:
            sys.exit(f"The virtual environment could not be made:\n{made.stdout}{made.stderr}".rstrip())

    def _install(self, requirements: list[str]) -> None:
        command = [self.python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        last_lines = deque(maxlen=PIP_LINES_SHOWN_ON_FAILURE)
        with subprocess.Popen(
            [*command, *requirements],
            cwd=PROJECT,
            env=clean_environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as pip:
            for line in pip.stdout:
                last_lines.append(line)
                show_progress(line)
        clear_progress()
        if pip.returncode:
            raise InstallationFailed("".join(last_lines).rstrip())


def project_with(*extras: str) -> list[str]:
    """Return pip's arguments for this checkout, editable, with ``extras``."""
    return [f"--editable=.[{','.join(extras)}]" if extras else "--editable=."]


def clean_environ(**extra: str) -> dict[str, str]:
    """Return a child's environment variables: ours and ``extra``, without those that mix in another Python.

    Without PYTHONDONTWRITEBYTECODE too: each process would compile all modules anew, which takes longer than to run.
    """
    foreign = {"PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__"}
    unwanted = {*foreign, "PYTHONDONTWRITEBYTECODE"}
    return {name: value for name, value in os.environ.items() if name not in unwanted} | extra


def say(text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print(text, flush=True)


def show_progress(pip_line: str) -> None:
    """Show on a terminal, in one line that is written again and again, what pip is at."""
    if sys.stdout.isatty() and pip_line.startswith(("Collecting", "Building", "Installing", "  Downloading")):
        width = shutil.get_terminal_size().columns - 4
        print(f"\r\033[K  {' '.join(pip_line.split())[:width]}", end="", flush=True)


def clear_progress() -> None:
    """Take the line of show_progress() away."""
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)

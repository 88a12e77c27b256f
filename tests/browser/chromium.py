"""Finds the Chromium that the browser tests drive, or installs one, with the standard library alone."""

import os
import shutil
import subprocess

#: The first is the same browser without windows, which it has to draw where nobody sees them, too.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Debian's packages. Older releases have the second only.
PACKAGES = ("chromium-headless-shell", "chromium")
INSTALL_SECONDS = 300


def find() -> str | None:
    """Return the path of a Chromium: what CHROMIUM names, else the first that is on the PATH. None if there is none."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def reason_for_none() -> str:
    """Return why the browser tests are skipped and what would change that."""
    if named := os.environ.get("CHROMIUM"):
        return f"CHROMIUM names {named}, which cannot be run"
    return "no Chromium found: install chromium or google-chrome, or name one in the variable CHROMIUM"


def can_install() -> bool:
    """Return whether this machine lets us add packages: Debian's package manager, and the rights of root."""
    return (
        "CHROMIUM" not in os.environ and hasattr(os, "geteuid") and os.geteuid() == 0 and bool(shutil.which("apt-get"))
    )


def install() -> bool:
    """Install Debian's Chromium; return whether there is one now. Gives up after INSTALL_SECONDS, and never asks."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], *(["install", "--yes", "--no-install-recommends", name] for name in PACKAGES)):
        if find():
            break
        try:
            subprocess.run(
                ["apt-get", "-o", "DPkg::Lock::Timeout=60", *arguments],
                env=environ,
                timeout=INSTALL_SECONDS,
                check=False,
                **quiet,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return find() is not None

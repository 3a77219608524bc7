"""Finds the browser."""

import os
import shutil

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = f"no browser: none of {', '.join(PROGRAMS)} is on PATH (Debian: apt-get install chromium)"
ARGUMENTS = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
"""Chromium's own sandbox refuses to run as root."""


def chromium() -> str | None:
    """The path of the first one that is here."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)

"""The tests' site on a database of its own, with what a site in use has: SQLite that syncs, no debug pages."""

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

DEBUG = False
INSTALLED_APPS = ["benchmarks", *INSTALLED_APPS]
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
else:
    _database["TEST"] = {"NAME": f"benchmark_{_database['NAME']}"}
# The limit on submissions must not stand in the way.
WAGTAIL_HELPDESK = {"PRIVATE_STORAGE": "helpdesk", "SUBMISSIONS_PER_HOUR": 1_000_000}

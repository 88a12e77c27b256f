"""Mail from an IMAP server, with password or OAuth2."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.choices import PostAction, Security
from wagtail_helpdesk.mail.sources.base import Source, SourceError, SourceRefused, Watch
from wagtail_helpdesk.mail.sources.imap_connection import Connection, connect, imap_errors, sign_in
from wagtail_helpdesk.mail.sources.imap_session import ImapSession
from wagtail_helpdesk.mail.sources.imap_settling import find_trash
from wagtail_helpdesk.mail.sources.problems import WARNINGS, describe_problem

#: Seconds after which an IDLE is begun anew; RFC 2177 allows 29 minutes, but many a router fewer than ten.
RENEW = 9 * 60.0


class ImapSource(Source):
    """Any IMAP4rev1 server."""

    label: ClassVar[Any] = gettext_lazy("IMAP")
    columns: ClassVar[tuple[str, ...]] = (
        "host",
        "port",
        "security",
        "username",
        "password",
        "account",
        "start_from",
        "start_days",
        "post_action",
        "move_to",
        "waits_for_news",
    )

    @contextmanager
    def session(self) -> Iterator[ImapSession]:
        session = ImapSession(self.row)
        try:
            yield session
        finally:
            session.close()

    def list_folders(self) -> list[str]:
        with self._signed_in() as connection, imap_errors():
            return [one.name for one in connection.folder.list() if r"\noselect" not in map(str.lower, one.flags)]

    @contextmanager
    def watch(self, folder: str) -> Iterator[ImapWatch]:
        with self._signed_in() as connection:
            if not connection.has("IDLE"):
                raise SourceRefused("no_idle")
            with imap_errors():
                connection.folder.set(folder, readonly=True)
            yield ImapWatch(connection)

    def check(self) -> list[CheckStep]:
        return ImapCheck(self).run()

    @contextmanager
    def _signed_in(self) -> Iterator[Connection]:
        connection = connect(self.row)
        try:
            sign_in(connection, self.row)
            yield connection
        finally:
            connection.close()


class ImapWatch(Watch):
    """IDLE (RFC 2177), begun anew after some minutes: servers and routers drop what is silent for long."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._began: float | None = None

    def wait(self, seconds: float) -> bool:
        with imap_errors():
            idle = self._connection.idle
            if self._began is None:
                idle.start()
                self._began = time.monotonic()
            seen = list(idle.poll(timeout=seconds))
            if seen or time.monotonic() - self._began > RENEW:
                # Nothing can be seen here when the server has hung up: then this fails.
                _result, more = idle.stop()
                self._began = None
                seen += more
        lines = [line.upper() for line in seen if isinstance(line, bytes)]
        return any(word in line for line in lines for word in (b" EXISTS", b" RECENT"))


class ImapCheck:
    """What "test connection" tries, one step after the other, until one fails."""

    def __init__(self, source: ImapSource) -> None:
        self._row = source.row
        self._steps: list[CheckStep] = []

    def run(self) -> list[CheckStep]:
        connection: Connection | None = None
        try:
            connection = self._try(_("Connection"), lambda: connect(self._row), self._protection())
            self._try(_("Sign-in"), lambda: sign_in(connection, self._row))
            self._folders(connection)
            self._post_action(connection)
        except SourceError:
            pass
        finally:
            if connection is not None:
                connection.close()
        return self._steps

    def _try(self, name: str, function: Callable[[], Any], detail: str = "") -> Any:
        try:
            result = function()
        except SourceError as error:
            self._steps.append(CheckStep(name, False, error.words))
            raise
        self._steps.append(CheckStep(name, True, detail))
        return result

    def _protection(self) -> str:
        if self._row.security == Security.NONE:
            return _("Not encrypted: this machine only.")
        return _("Encrypted; the server's certificate is valid.")

    def _folders(self, connection: Connection) -> None:
        names = [folder.name for folder in self._row.folders.all()] if self._row.pk else []
        for name in names or list(ImapSource.default_folders):
            self._try(_("Folder %(name)s") % {"name": name}, lambda name=name: self._count(connection, name))

    def _count(self, connection: Connection, name: str) -> None:
        with imap_errors():
            if not connection.folder.exists(name):
                raise SourceRefused("no_folder")
            connection.folder.set(name, readonly=True)

    def _post_action(self, connection: Connection) -> None:
        """Say what the server cannot do of what was chosen."""
        action, name = PostAction(self._row.post_action), _("Mail that was taken")
        with imap_errors():
            if action == PostAction.MOVE and not connection.folder.exists(self._row.move_to or ""):
                self._steps.append(CheckStep(name, False, describe_problem("no_folder")))
                return
            code = _shortcoming(connection, action)
        self._steps.append(CheckStep(name, not code, str(WARNINGS[code]) if code else str(action.label)))


def _shortcoming(connection: Connection, action: PostAction) -> str:
    if action == PostAction.MOVE and not (connection.has("MOVE") or connection.has("UIDPLUS")):
        return "cannot_move"
    if action == PostAction.DELETE and connection.has("X-GM-EXT-1"):
        return "" if find_trash(connection) else "no_trash"
    if action == PostAction.DELETE and not connection.has("UIDPLUS"):
        return "no_uidplus"
    return ""

"""Mail from a Maildir on this machine, as Dovecot, Postfix and others deliver it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.choices import PostAction
from wagtail_helpdesk.mail.sources.base import (
    BEGINNING,
    Fetched,
    FolderFacts,
    MailFailed,
    MailGone,
    RemoteMail,
    Session,
    Source,
    SourceError,
    SourceRefused,
    SourceSetting,
)

#: The folder itself; others are Maildir++: ``.Sent`` beside cur, new and tmp.
INBOX = "INBOX"
_INFO = ":2,"


class MaildirSource(Source):
    """A Maildir that this process may read, and write where it has a post-action."""

    label: ClassVar[Any] = gettext_lazy("Maildir on this machine")
    settings: ClassVar[tuple[SourceSetting, ...]] = (
        SourceSetting(
            "path",
            gettext_lazy("folder"),
            gettext_lazy("Absolute path of the Maildir: the folder in which cur, new and tmp are."),
        ),
    )

    @contextmanager
    def session(self) -> Iterator[MaildirSession]:
        yield MaildirSession(self._root())

    def list_folders(self) -> list[str]:
        root = self._root()
        names = [one.name[1:] for one in root.iterdir() if one.name.startswith(".") and (one / "cur").is_dir()]
        return [INBOX, *sorted(names)]

    def check(self) -> list[CheckStep]:
        steps = []
        try:
            session = MaildirSession(self._root())
            steps.append(CheckStep(_("Folder"), True, str(self.row.settings.get("path"))))
            names = [folder.name for folder in self.row.folders.all()] if self.row.pk else []
            for name in names or [INBOX]:
                steps.append(CheckStep(_("Folder %(name)s") % {"name": name}, True))
                session.enter(name)
        except SourceError as error:
            failed = steps.pop().name if len(steps) > 1 else _("Folder")
            steps.append(CheckStep(failed, False, error.words))
        return steps

    def _root(self) -> Path:
        path = Path(str(self.row.settings.get("path") or ""))
        if not path.is_absolute():
            raise SourceRefused("not_configured")
        return path


class MaildirSession(Session):
    """The files of one Maildir. A mail's identity is its base name, which is unique and stays when flags change."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root, self._folder, self._name = root, root, INBOX
        #: Where each mail was when we last looked.
        self._paths: dict[str, Path] = {}

    def enter(self, folder: str, *, readonly: bool = False) -> FolderFacts:
        self._folder, self._name, self._paths = self._path(folder), folder, {}
        return FolderFacts()

    def list_new(self, after: int) -> Sequence[RemoteMail]:
        return [self._mail(base) for base in self._look()]

    def list_since(self, since: datetime) -> Sequence[RemoteMail]:
        mails = self.describe(self.list_new(0))
        return [mail for mail in mails if mail.received_at is not None and mail.received_at >= since]

    def describe(self, mails: Sequence[RemoteMail]) -> list[RemoteMail]:
        described = []
        for mail in mails:
            with suppress(FileNotFoundError, KeyError):
                facts = self._paths[self._base(mail)].stat()
                received_at = datetime.fromtimestamp(facts.st_mtime, UTC)
                described.append(replace(mail, size=facts.st_size, received_at=received_at))
        return described

    def fetch(self, mail: RemoteMail, limit: int) -> Fetched:
        for paths in (self._paths, None):
            # Another program may have moved the file from new to cur meanwhile.
            path = (self._look() if paths is None else paths).get(self._base(mail))
            if path is None:
                continue
            try:
                with path.open("rb") as file:
                    raw = file.read(limit + 1)
                    if len(raw) <= limit:
                        return Fetched(raw)
                    return Fetched(raw[:BEGINNING], path.stat().st_size)
            except FileNotFoundError:
                continue
            except OSError:
                raise MailFailed("mail_refused") from None
        raise MailGone

    def settle(self, mails: Sequence[RemoteMail], action: PostAction, move_to: str) -> None:
        target = self._path(move_to) if action == PostAction.MOVE else self._folder
        paths = self._look()
        for mail in mails:
            path = paths.get(self._base(mail))
            if path is None:
                continue
            try:
                if action == PostAction.DELETE:
                    path.unlink(missing_ok=True)
                else:
                    with suppress(FileNotFoundError):
                        path.rename(target / "cur" / _seen(path.name))
            except OSError:
                raise MailFailed("mail_refused") from None

    def _path(self, folder: str) -> Path:
        if folder != INBOX and ("/" in folder or folder in ("", ".", "..")):
            raise SourceRefused("no_folder")
        path = self._root if folder == INBOX else self._root / f".{folder}"
        if not (path / "cur").is_dir() or not (path / "new").is_dir():
            raise SourceRefused("no_folder")
        return path

    def _look(self) -> dict[str, Path]:
        """Return the files by base name, oldest delivery first: base names begin with the time."""
        try:
            files = [file for name in ("new", "cur") for file in (self._folder / name).iterdir()]
        except OSError:
            raise SourceRefused("no_folder") from None
        visible = sorted((file for file in files if not file.name.startswith(".")), key=lambda file: file.name)
        self._paths = {file.name.partition(":")[0]: file for file in visible}
        return self._paths

    def _mail(self, base: str) -> RemoteMail:
        return RemoteMail(f"{self._name}|{base}")

    def _base(self, mail: RemoteMail) -> str:
        return mail.key.removeprefix(f"{self._name}|")


def _seen(name: str) -> str:
    """Return a file's name with the flag "seen" (S) among its flags, which stand in alphabetical order."""
    base, _separator, flags = name.partition(_INFO)
    return f"{base}{_INFO}{''.join(sorted({*flags, 'S'}))}"

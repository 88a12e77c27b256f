"""What every kind of mail source is made of: the extension point that docs/mail-sources.md describes.

A :class:`Source` is one row of MailSource. It opens a :class:`Session`, which names the mails of a folder, hands over
their bytes and does the post-action. It never touches our tables: leases, exactly-once and retries are the business of
``mail.visits`` and ``mail.fetching.taking``, alike for all kinds.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from wagtail_helpdesk.mail.choices import FolderRole, PostAction
from wagtail_helpdesk.mail.sources.problems import describe_problem

if TYPE_CHECKING:
    from wagtail_helpdesk.mail.checking import CheckStep
    from wagtail_helpdesk.mail.models import InboundOrigin, MailSource


class SourceError(Exception):
    """The source cannot be read now. ``code`` is one of ``problems.PROBLEMS`` or a kind's own; never server's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def words(self) -> str:
        """What an administrator reads."""
        return describe_problem(self.code)


class SourceUnavailable(SourceError):
    """Not reachable, or it hung up: it may well work in a minute."""


class SourceRefused(SourceError):
    """It will not work until somebody changes something: a password, a certificate, a setting."""


class MailFailed(Exception):
    """One mail could not be fetched; the session still works. ``code`` as above."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MailGone(Exception):
    """One mail is no longer there: somebody else moved or deleted it."""


@dataclass(frozen=True, slots=True)
class SourceSetting:
    """One key of ``MailSource.settings`` that a kind needs, so that a form can ask for it."""

    name: str
    label: Any
    help_text: Any = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What a folder says of itself. None where the protocol has no such thing.

    ``uidvalidity`` changes when all ``uid`` change (RFC 3501 2.3.1.1); a new mail gets a uid of ``next_uid`` or more.
    """

    uidvalidity: int | None = None
    next_uid: int | None = None


@dataclass(frozen=True, slots=True)
class RemoteMail:
    """One mail in a folder. ``key`` is its identity in the whole source and is never given to another mail."""

    key: str
    uid: int | None = None
    uidvalidity: int | None = None
    #: Bytes, and when it reached the server; None until :meth:`Session.describe`, or where that is not known.
    size: int | None = None
    received_at: datetime | None = None

    @property
    def key_hash(self) -> str:
        """The identity as it stands in the database."""
        return hashlib.sha256(self.key.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail's bytes as the server has them. ``whole_size`` is set where it was too large and this is its beginning."""

    raw: bytes = field(repr=False)
    whole_size: int | None = None


class Session(ABC):
    """An open source. Every method may raise SourceUnavailable (the session is over) or SourceRefused."""

    def __init__(self) -> None:
        #: Codes that an administrator should see (``problems``), such as "no_uidplus".
        self.warnings: set[str] = set()

    @abstractmethod
    def enter(self, folder: str, *, readonly: bool = False) -> FolderFacts:
        """Go to a folder; the other methods work in it. ``readonly``: nothing there will be changed."""

    @abstractmethod
    def list_new(self, after: int) -> Sequence[RemoteMail]:
        """Return the mails with a uid above ``after``, ascending; all that may be new where there are no uids."""

    @abstractmethod
    def list_since(self, since: datetime) -> Sequence[RemoteMail]:
        """Return the mails that reached the server at ``since`` or later, ascending; a few older ones do no harm."""

    def describe(self, mails: Sequence[RemoteMail]) -> list[RemoteMail]:
        """Return ``mails`` with size and time; those that are gone are left out."""
        return list(mails)

    @abstractmethod
    def fetch(self, mail: RemoteMail, limit: int) -> Fetched:
        """Return a mail without marking it as read; of one above ``limit`` bytes, the first ``BEGINNING`` bytes.

        Raises MailGone, MailFailed.
        """

    @abstractmethod
    def settle(self, mails: Sequence[RemoteMail], action: PostAction, move_to: str) -> None:
        """Do the post-action, which is not KEEP. Doing it again, or to a mail that is gone, is harmless.

        Raises MailFailed when the server refuses it.
        """

    def find(self, origins: Iterable[InboundOrigin]) -> dict[str, RemoteMail]:
        """Return the mails of ``origins`` that are still in the folder, by the hash of their key."""
        wanted = {origin.key_hash for origin in origins}
        return {mail.key_hash: mail for mail in self.list_new(0) if mail.key_hash in wanted}


#: Bytes fetched of a mail that is too large: its header and the beginning of its text.
BEGINNING = 256 * 1024


class Source(ABC):
    """One row of MailSource, seen as its kind. Making one touches nothing; sessions and checks connect."""

    #: What the kind is called in forms.
    label: ClassVar[Any]
    #: Columns of MailSource that this kind uses, in the order in which a form shows them.
    columns: ClassVar[tuple[str, ...]] = ("start_from", "start_days", "post_action", "move_to")
    #: Keys of ``MailSource.settings`` that it uses.
    settings: ClassVar[tuple[SourceSetting, ...]] = ()
    post_actions: ClassVar[tuple[PostAction, ...]] = tuple(PostAction)
    roles: ClassVar[tuple[FolderRole, ...]] = tuple(FolderRole)
    #: Folders of a new source of this kind.
    default_folders: ClassVar[tuple[str, ...]] = ("INBOX",)

    def __init__(self, row: MailSource) -> None:
        self.row = row

    @abstractmethod
    def session(self) -> AbstractContextManager[Session]:
        """Connect and sign in. Raises SourceUnavailable, SourceRefused."""

    @abstractmethod
    def check(self) -> list[CheckStep]:
        """Try, step by step, all that fetching needs; never raises for what the server does."""

    def list_folders(self) -> list[str]:
        """Return the names of the folders there are. Raises SourceUnavailable, SourceRefused."""
        return list(self.default_folders)

    def watch(self, folder: str) -> AbstractContextManager[Watch] | None:
        """Return a connection that tells when there is news, None where the kind has no such thing (IDLE, RFC 2177)."""
        return None


class Watch(ABC):
    """Waits for news. It only wakes up; what is new is found by an ordinary visit."""

    @abstractmethod
    def wait(self, seconds: float) -> bool:
        """Return True as soon as something happened, False after ``seconds``. Raises SourceUnavailable."""

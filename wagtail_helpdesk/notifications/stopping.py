"""An agent ends notices by mail: in the admin all is shown as before."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from wagtail_helpdesk.notifications.choices import NoticeKind, NoticeMail
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.notifications.preferences import choices_of, mailbox_choices_of, ways_for, without_mails


def gets_mails(user: Any) -> bool:
    """Tell whether any notice leaves by mail, be it of single mailboxes."""
    chosen = [choices_of(user), *mailbox_choices_of(user).values()]
    return any(ways_for(one, kind).by_mail for one in chosen for kind in NoticeKind)


@transaction.atomic
def stop_mails(user: Any) -> None:
    """Choose for ``user`` that no notice leaves by mail, those that wait included. Doing it again is harmless."""
    stopped = {
        "choices": without_mails(choices_of(user)),
        "mailboxes": {key: without_mails(own) for key, own in mailbox_choices_of(user).items()},
    }
    NoticePreference.objects.update_or_create(user=user, defaults=stopped)
    Notice.objects.to_mail().filter(user=user).update(mail_state=NoticeMail.DROPPED)

"""An agent ends notices by mail: in the admin all is shown as before."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from wagtail_helpdesk.notifications.choices import NoticeKind, NoticeMail
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.notifications.preferences import choices_of, may_be_mailed, ways_for


def gets_mails(user: Any) -> bool:
    """Tell whether any notice leaves by mail."""
    chosen = choices_of(user)
    return any(ways_for(chosen, kind).by_mail for kind in NoticeKind)


@transaction.atomic
def stop_mails(user: Any) -> None:
    """Choose for ``user`` that no notice leaves by mail, those that wait included. Doing it again is harmless."""
    chosen = choices_of(user)
    stopped = {
        str(kind): {"in_app": ways_for(chosen, kind).in_app, **({"by_mail": False} if may_be_mailed(kind) else {})}
        for kind in NoticeKind
    }
    NoticePreference.objects.update_or_create(user=user, defaults={"choices": stopped})
    Notice.objects.to_mail().filter(user=user).update(mail_state=NoticeMail.DROPPED)

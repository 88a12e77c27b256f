"""The groups made ready: light agent, agent, manager, administrator.

Made once; afterwards they are the site's own. A group that exists is never changed.
"""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import gettext_noop

_LIGHT = ("view_ticket", "note_ticket")
_AGENT = (*_LIGHT, "reply_ticket", "change_ticket", "assign_ticket", "merge_ticket", "promote_ticket")
_MANAGER = (*_AGENT, "view_all_ticket", "delete_ticket", "export_ticket")

#: Names are stored untranslated, as Wagtail stores "Editors" and "Moderators".
GROUPS = {
    gettext_noop("Helpdesk light agents"): _LIGHT,
    gettext_noop("Helpdesk agents"): _AGENT,
    gettext_noop("Helpdesk managers"): _MANAGER,
    gettext_noop("Helpdesk administrators"): _MANAGER,
}
ADMINISTRATORS = "Helpdesk administrators"
#: What managers have ready for everybody.
MANAGED_MODELS = ("savedreply", "replyfolder", "macro", "tickettemplate", "checklisttemplate")
#: The logs of mail, and another try at a mail that could not be read.
_MAIL_LOG = ("view_inboundmail", "change_inboundmail", "view_outboundmail")
#: What an administrator sets up, beside the tickets' own permissions.
CONFIGURATION_MODELS = (
    "team",
    "mailbox",
    "status",
    "statuslabel",
    "priority",
    "tickettype",
    "ticketfield",
    "mailboxoptions",
    "mailaccount",
    "mailtemplate",
    "contactform",
    "contact",
    "organisation",
)


def ensure_groups(app_config: AppConfig, using: str) -> None:
    """Make the groups that are missing, with their permissions and access to the Wagtail admin."""
    missing = [name for name in GROUPS if not Group.objects.using(using).filter(name=name).exists()]
    if not missing:
        return
    # The permissions' own post_migrate receiver may run after ours.
    create_permissions(app_config, verbosity=0, using=using)
    ours = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    for name in missing:
        wanted = Q(codename__in=GROUPS[name])
        if "view_all_ticket" in GROUPS[name]:
            wanted |= Q(content_type__model__in=MANAGED_MODELS)
        if name == ADMINISTRATORS:
            wanted |= Q(content_type__model__in=CONFIGURATION_MODELS) | Q(codename__in=_MAIL_LOG)
        group = Group.objects.using(using).create(name=name)
        group.permissions.add(*ours.filter(wanted), *_admin_access(using))


def _admin_access(using: str) -> list[Permission]:
    return list(Permission.objects.using(using).filter(content_type__app_label="wagtailadmin", codename="access_admin"))

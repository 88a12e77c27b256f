"""The fixed vocabulary of the desk."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What a status means to clocks, views and rules, whatever an administrator calls it."""

    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING = "pending", _("Pending")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    SPAM = "spam", _("Spam")
    TRASH = "trash", _("Trash")


#: We have something to do.
ACTIVE = (Category.NEW, Category.OPEN)
#: The case is not over.
UNRESOLVED = (Category.NEW, Category.OPEN, Category.PENDING)
#: The case is over.
FINISHED = (Category.RESOLVED, Category.CLOSED)
#: Out of sight of the ordinary views.
HIDDEN = (Category.SPAM, Category.TRASH)

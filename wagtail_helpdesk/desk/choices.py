"""The fixed vocabulary of the desk."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Category(models.TextChoices):
    """What a status means to clocks, views and rules, whatever an administrator calls it."""

    NEW = "new", pgettext_lazy("status", "New")
    OPEN = "open", pgettext_lazy("status", "Open")
    PENDING = "pending", pgettext_lazy("status", "Pending")
    RESOLVED = "resolved", pgettext_lazy("status", "Resolved")
    CLOSED = "closed", pgettext_lazy("status", "Closed")
    SPAM = "spam", pgettext_lazy("status", "Spam")
    TRASH = "trash", pgettext_lazy("status", "Trash")


#: We have something to do.
ACTIVE = (Category.NEW, Category.OPEN)
#: The case is not over.
UNRESOLVED = (Category.NEW, Category.OPEN, Category.PENDING)
#: The case is over.
FINISHED = (Category.RESOLVED, Category.CLOSED)
#: Out of sight of the ordinary views.
HIDDEN = (Category.SPAM, Category.TRASH)

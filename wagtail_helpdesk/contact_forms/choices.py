"""The fixed vocabulary of contact forms."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FieldUse(models.TextChoices):
    """Whether a form asks for something."""

    HIDDEN = "hidden", _("Not asked for")
    OPTIONAL = "optional", _("Optional")
    REQUIRED = "required", _("Required")

"""What a site of its own brings: users who sign in with an e-mail address, and a page with a StreamField."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page

from wagtail_helpdesk.contact_forms.blocks import ContactFormBlock


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address, there being no user name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Save and return a user; with no password, one who cannot sign in by password."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Save and return a user who may do everything."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class User(AbstractUser):
    """A user model with no ``username``, so that code which counts on one fails."""

    username = None
    email = models.EmailField("e-mail", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()


class StandardPage(Page):
    """An ordinary page, into which an editor may put any block."""

    body = StreamField([("paragraph", blocks.RichTextBlock()), ("contact_form", ContactFormBlock())], blank=True)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, "body"]

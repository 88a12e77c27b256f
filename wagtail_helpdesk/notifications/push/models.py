"""Devices that show an agent's notices, what waits to be sent to them, and the key that signs it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.notifications.push.labels import label_of


class PushKey(models.Model):
    """The site's key pair, made on first use: there is one row. Every subscription is bound to it."""

    #: As browsers take it.
    public = models.CharField(max_length=100)
    #: Sealed by ``vault``.
    private = models.TextField(editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("push key")
        verbose_name_plural = _("push keys")
        default_permissions = ()

    def __str__(self) -> str:
        return self.public


class PushSubscriptionQuerySet(models.QuerySet):
    """Devices by what they may get."""

    def live(self, now: datetime) -> PushSubscriptionQuerySet:
        """Return those on which their user is still signed in, as far as we know."""
        return self.filter(signed_in_until__gt=now)


class PushSubscription(models.Model):
    """A browser on which a user wants notices, and how it is reached."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="helpdesk_devices")
    #: The address at the browser's push service. Whoever knows it could write to it, so it is sealed by ``vault``.
    endpoint = models.TextField(editable=False)
    endpoint_hash = models.CharField(max_length=64, unique=True, editable=False)
    #: The browser's key (p256dh), and its secret (sealed by ``vault``).
    public_key = models.CharField(max_length=100, editable=False)
    auth = models.TextField(editable=False)
    user_agent = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    #: Until when the session lasts in which the browser was last seen; the past once the user signed out there.
    signed_in_until = models.DateTimeField()
    #: A hash of what ends all sessions of a user when it changes: a new password.
    session_hash = models.CharField(max_length=64, blank=True, editable=False)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    #: Nothing is sent before.
    rests_until = models.DateTimeField(null=True, blank=True)
    #: The kind of error, never a service's words.
    last_error = models.CharField(max_length=60, blank=True)

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("device for notices")
        verbose_name_plural = _("devices for notices")
        default_permissions = ()
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What it is called: "Chrome on Android"."""
        return label_of(self.user_agent)


class Push(models.Model):
    """Something that waits to be sent to a device. It holds no words."""

    subscription = models.ForeignKey(PushSubscription, on_delete=models.CASCADE, related_name="pushes")
    #: What a later one takes the place of, at the push service and here.
    topic = models.CharField(max_length=32)
    #: Keys of the notices that it tells of; none for a test.
    notices = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("push message")
        verbose_name_plural = _("push messages")
        default_permissions = ()
        indexes = [models.Index(fields=["next_try_at"], name="helpdesk_push_due")]

    def __str__(self) -> str:
        return self.topic

"""Who talks to us: contacts, their addresses, their organisations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.contacts.querysets import ContactQuerySet


class Organisation(models.Model):
    """A company or body that contacts belong to."""

    name = models.CharField(_("name"), max_length=200)
    domains = models.JSONField(_("mail domains"), default=list, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person or machine that writes to us, known by its addresses."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=63, blank=True)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), null=True, blank=True, on_delete=models.SET_NULL
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("site user"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="helpdesk_contacts",
    )
    is_vip = models.BooleanField(_("VIP"), default=False)
    notes = models.TextField(_("notes"), blank=True)
    #: An agent trusts this person's mails to load images from elsewhere.
    images_allowed = models.BooleanField(_("show images"), default=False)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name or self.address or str(_("Unknown contact"))

    @property
    def address(self) -> str:
        """The oldest address, "" where there is none. Uses ``emails`` when it was prefetched."""
        emails = sorted(self.emails.all(), key=lambda email: email.pk)
        return emails[0].address if emails else ""


class ContactEmail(models.Model):
    """One address of one contact. Only a verified one counts as that person."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="emails")
    address = models.CharField(_("address"), max_length=254)
    #: sha256 of the normal form: collations of some databases take different addresses for equal ones.
    address_hash = models.CharField(max_length=64, unique=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact's address")
        verbose_name_plural = _("contacts' addresses")

    def __str__(self) -> str:
        return self.address

    def save(self, *args, **kwargs) -> None:
        self.address_hash = address_hash(self.address)
        super().save(*args, **kwargs)

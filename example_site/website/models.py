"""The pages of Farol, a small maker of bicycle lights. Any Wagtail site has such pages; only the contact form block,
and the help centre below the home page, come from the helpdesk."""

from typing import Any, ClassVar

from django.db import models
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page

from wagtail_helpdesk.contact_forms.blocks import ContactFormBlock

TEXT_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]


class FactBlock(blocks.StructBlock):
    """One line of a data sheet."""

    name = blocks.CharBlock(max_length=60)
    value = blocks.CharBlock(max_length=120)


class CardBlock(blocks.StructBlock):
    """A heading and a sentence or two."""

    heading = blocks.CharBlock(max_length=80)
    text = blocks.TextBlock()

    class Meta:
        icon = "doc-full"


class BodyBlock(blocks.StreamBlock):
    """What editors put on a page."""

    text = blocks.RichTextBlock(features=TEXT_FEATURES)
    cards = blocks.ListBlock(CardBlock(), template="website/blocks/cards.html")
    facts = blocks.ListBlock(FactBlock(), template="website/blocks/facts.html", icon="list-ul")
    contact_form = ContactFormBlock()


class HomePage(Page):
    """The front page, and the root of each language."""

    heading = models.CharField(max_length=100)
    lead = models.TextField(blank=True)
    body = StreamField(BodyBlock(), blank=True)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, "heading", "lead", "body"]


class ProductPage(Page):
    """A light that one can buy."""

    class Drawing(models.TextChoices):
        FRONT = "lamp-front.svg", "Front light"
        REAR = "lamp-rear.svg", "Rear light"

    tagline = models.CharField(max_length=200)
    price = models.CharField(max_length=20)
    drawing = models.CharField(max_length=20, choices=Drawing.choices)
    body = StreamField(BodyBlock(), blank=True)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, "tagline", "price", "drawing", "body"]


class TextPage(Page):
    """Words, and whatever blocks they need."""

    body = StreamField(BodyBlock(), blank=True)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, "body"]

"""What an article is made of."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

#: What rich text in an article may hold. Promotion keeps to a part of it, see ``rich_text``.
FEATURES = ("h2", "h3", "bold", "italic", "ol", "ul", "hr", "link", "document-link")


class FAQEntryBlock(blocks.StructBlock):
    """One question and its answer."""

    question = blocks.CharBlock(label=_("Question"), max_length=255)
    answer = blocks.RichTextBlock(label=_("Answer"), features=[*FEATURES])

    class Meta:
        icon = "help"
        label = _("Question and answer")


class FAQListBlock(blocks.StructBlock):
    """Questions that unfold, and that search engines read as such."""

    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=255)
    entries = blocks.ListBlock(FAQEntryBlock(), label=_("Questions"))

    class Meta:
        icon = "help"
        label = _("FAQ list")
        template = "wagtail_helpdesk/knowledge_base/faq_list_block.html"


class ArticleBodyBlock(blocks.StreamBlock):
    """The body of an article."""

    paragraph = blocks.RichTextBlock(label=_("Text"), features=[*FEATURES])
    image = ImageChooserBlock(
        label=_("Image"), icon="image", template="wagtail_helpdesk/knowledge_base/image_block.html"
    )
    faq_list = FAQListBlock()

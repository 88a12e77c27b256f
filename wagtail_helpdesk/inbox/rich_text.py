"""What the editor gives, as the HTML that actions take: plain, with absolute addresses."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from draftjs_exporter.dom import DOM
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.admin.rich_text.converters.contentstate_models import Entity
from wagtail.admin.rich_text.converters.html_to_contentstate import AtomicBlockEntityElementHandler
from wagtail.admin.rich_text.editors.draftail.features import EntityFeature

from wagtail_helpdesk.conversations.draft_files import public_id_of
from wagtail_helpdesk.conversations.drafts import has_words
from wagtail_helpdesk.conversations.editor_html import to_message_html
from wagtail_helpdesk.inbox.typed_triggers import with_triggers

__all__ = ["FEATURES", "composer_widget", "is_empty", "register_features", "to_message_html"]

#: An image that was uploaded with a draft. Not Wagtail's own: its images are public, a customer's are not.
IMAGE = "helpdesk-image"
_ENTITY = "HELPDESK_IMAGE"
#: What a mail can carry, and an agent needs.
FEATURES = ["bold", "italic", "link", "ol", "ul", "blockquote", IMAGE]


class _ImageHandler(AtomicBlockEntityElementHandler):
    """Shows an image of a draft in the editor."""

    def create_entity(self, name: str, attrs: dict[str, str], state: Any, contentstate: Any) -> Entity:
        content_id = attrs["src"].removeprefix("cid:")
        public_id = public_id_of(content_id)
        src = reverse("helpdesk_inbox:draft_file", args=[public_id]) if public_id else ""
        return Entity(_ENTITY, "IMMUTABLE", {"cid": content_id, "alt": attrs.get("alt", ""), "src": src})


def _image_element(props: dict[str, Any]) -> Any:
    return DOM.create_element("img", {"src": f"cid:{props.get('cid', '')}", "alt": props.get("alt") or ""})


def register_features(features: Any) -> None:
    """Tell Wagtail's editor of images that stay private."""
    features.register_editor_plugin(
        "draftail",
        IMAGE,
        EntityFeature(
            {
                "type": _ENTITY,
                "icon": "image",
                "description": _("Image"),
                "attributes": ["cid", "alt", "src"],
                "allowlist": {"cid": True},
            },
            js=["wagtail_helpdesk/inbox/draftail_image.js"],
        ),
    )
    features.register_converter_rule(
        "contentstate",
        IMAGE,
        {
            "from_database_format": {"img": _ImageHandler()},
            "to_database_format": {"entity_decorators": {_ENTITY: _image_element}},
        },
    )


def composer_widget() -> object:
    """Return the editor that messages are written in."""
    widget = get_rich_text_editor_widget("default", features=FEATURES)
    widget.attrs.update({"aria-label": _("Message")})
    return with_triggers(widget)


def is_empty(html: str) -> bool:
    """Tell whether nothing was written; an untouched editor gives an empty paragraph."""
    return not has_words(html or "")

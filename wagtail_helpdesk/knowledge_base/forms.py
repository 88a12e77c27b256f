"""What an agent fills in to promote an answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from taggit.forms import TagField
from wagtail.admin.rich_text import get_rich_text_editor_widget

from wagtail_helpdesk.knowledge_base.faq import plain_text
from wagtail_helpdesk.knowledge_base.sections import choices_by_language

#: What ``rich_text.to_rich_text`` lets through.
FEATURES = ("h2", "h3", "bold", "italic", "ol", "ul", "link")


class PromoteForm(forms.Form):
    """Question, answer, section, tags. ``sections`` are those an article may go to."""

    question = forms.CharField(label=_("Question"), max_length=255, help_text=_("Becomes the title of the article."))
    answer = forms.CharField(
        label=_("Answer"),
        help_text=_("Everybody can read this. Take out names, addresses and whatever else is this customer's alone."),
    )
    section = forms.TypedChoiceField(
        label=_("Section"), coerce=int, help_text=_("Decides the language and who reviews the article.")
    )
    tags = TagField(label=_("Tags"), required=False, help_text=_("Separate them by commas."))

    def __init__(self, *args: Any, sections: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].widget = get_rich_text_editor_widget("default", features=[*FEATURES])
        self.fields["section"].choices = choices_by_language(sections)
        if not any(hasattr(section.article_model(), "tags") for section in sections):
            del self.fields["tags"]

    def clean_answer(self) -> str:
        """Refuse an editor without a word in it: its value is not an empty text."""
        answer = self.cleaned_data["answer"]
        if not plain_text(answer):
            raise forms.ValidationError(self.fields["answer"].error_messages["required"], code="required")
        return answer

"""What one fills in at the post office."""

from typing import Any

from django import forms

from wagtail_helpdesk.desk.models import Mailbox


class AnswerForm(forms.Form):
    """An answer to a mail."""

    text = forms.CharField(label="Your answer", widget=forms.Textarea(attrs={"rows": 6}))
    file = forms.FileField(label="A file, if you like", required=False)


class LetterForm(forms.Form):
    """A new mail from anybody."""

    name = forms.CharField(label="Your name", max_length=100, initial="Olivia Brandt")
    address = forms.EmailField(label="Your address", initial="olivia.brandt@customer.example")
    mailbox = forms.ModelChoiceField(label="To", queryset=Mailbox.objects.all(), empty_label=None)
    subject = forms.CharField(label="Subject", max_length=200)
    text = forms.CharField(label="Message", widget=forms.Textarea(attrs={"rows": 10}))
    file = forms.FileField(label="A file, if you like", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mailbox"].initial = Mailbox.objects.filter(is_default=True).first()

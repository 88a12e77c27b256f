"""Takes every mail of the site and sends none: the post office shows them."""

from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class PostOfficeBackend(BaseEmailBackend):
    """For EMAIL_BACKEND."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails; return how many there were."""
        from demo_desk.models import SentMail

        for message in email_messages:
            SentMail.objects.create(
                raw=message.message().as_bytes(),
                recipients=[parseaddr(recipient)[1] for recipient in message.recipients()],
                subject=message.subject[:500],
            )
        return len(email_messages)

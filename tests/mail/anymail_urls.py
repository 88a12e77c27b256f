"""The site's addresses and some of Anymail's webhooks, with its real views."""

from anymail.webhooks.mailgun import MailgunInboundWebhookView, MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView
from django.urls import include, path

from tests.urls import urlpatterns as site

ANYMAIL = [
    path("mailgun/inbound_mime/", MailgunInboundWebhookView.as_view()),
    path("mailgun/tracking/", MailgunTrackingWebhookView.as_view()),
    path("mailjet/inbound/", MailjetInboundWebhookView.as_view()),
    path("postmark/inbound/", PostmarkInboundWebhookView.as_view()),
    path("postmark/tracking/", PostmarkTrackingWebhookView.as_view()),
    path("sendgrid/inbound/", SendGridInboundWebhookView.as_view()),
    path("sparkpost/inbound/", SparkPostInboundWebhookView.as_view()),
]
urlpatterns = [path("anymail/", include(ANYMAIL)), *site]

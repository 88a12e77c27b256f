"""Addresses, which the mails that django-helpdesk writes have to name."""

from django.urls import include, path

urlpatterns = [path("helpdesk/", include("helpdesk.urls", namespace="helpdesk"))]

"""Addresses of message bodies and files for agents, under the site's admin."""

from django.urls import path

from wagtail_helpdesk.conversations import views

app_name = "helpdesk_conversations"

urlpatterns = [
    path("messages/<int:pk>/body/", views.message_body, name="body"),
    path("messages/<int:pk>/images/<str:signature>/", views.remote_image, name="image"),
    path("files/<str:public_id>/", views.attachment, name="file"),
]

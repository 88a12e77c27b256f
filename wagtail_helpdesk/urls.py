"""Public addresses, under whatever prefix the site includes them."""

from django.urls import path

from wagtail_helpdesk.contact_forms import views as contact_forms
from wagtail_helpdesk.portal.views import content, leaving, stopping, tracking

app_name = "wagtail_helpdesk"

urlpatterns = [
    path("forms/<int:pk>/", contact_forms.ContactFormView.as_view(), name="contact_form"),
    path("forms/<int:pk>/sent/<str:receipt>/", contact_forms.sent, name="contact_form_sent"),
    path("t/<str:token>/", tracking.TrackingView.as_view(), name="tracking"),
    path("t/<str:token>/messages/<int:pk>/", content.message_body, name="tracking_message"),
    path("leave/<str:token>/", leaving.LeaveView.as_view(), name="leave"),
    path("notices/stop/<str:token>/", stopping.StopNoticesView.as_view(), name="stop_notices"),
    path("files/<str:signed>/", content.file, name="file"),
]

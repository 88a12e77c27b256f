"""Public addresses, under whatever prefix the site includes them."""

app_name = "wagtail_helpdesk"

urlpatterns = []

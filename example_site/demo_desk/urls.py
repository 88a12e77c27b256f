from django.urls import URLPattern

app_name = "demo_desk"
urlpatterns: list[URLPattern] = []

from django.apps import AppConfig


class DemoDeskConfig(AppConfig):
    name = "demo_desk"
    default_auto_field = "django.db.models.BigAutoField"

from django.urls import path

from demo_desk import views

app_name = "post_office"
urlpatterns = [
    path("", views.index, name="index"),
    path("write/", views.write, name="write"),
    path("<int:pk>/", views.show, name="mail"),
    path("<int:pk>/html/", views.html, name="html"),
]

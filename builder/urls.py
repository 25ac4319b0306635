"""The pages of a whole programme. They come before those of `programs`: `import` is no programme's address."""

from django.urls import path

from builder import views

urlpatterns = [
    path("staff/programs/import", views.import_one, name="program-import"),
    path("staff/programs/<slug:slug>/letters", views.letters, name="program-letters"),
    path("staff/programs/<slug:slug>/export", views.export, name="program-export"),
    path("staff/calls/<uuid:public_id>/publish", views.publish, name="call-publish"),
]

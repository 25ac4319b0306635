"""Every address of the product, app by app."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("", include("desk.urls")),
    path("", include("accounts.urls")),
    path("", include("applications.urls")),
    path("", include("builder.urls")),
    path("", include("programs.urls")),
    path("", include("funding.urls")),
    path("", include("reviews.urls")),
    path("", include("decisions.urls")),
    path("", include("letters.urls")),
    path("", include("reports.urls")),
    path("", include("config.api")),
]

if settings.DEMO:  # the sign-in page with the cast on it comes first, and exists nowhere else
    urlpatterns.insert(0, path("", include("demo.urls")))

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many"
handler500 = "config.errors.broken"

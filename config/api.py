"""The addresses of the partner's API, and the answer for every other address under /api/."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from reports.api import documentation, resources
from reports.api.problems import unknown_address

router = SimpleRouter(trailing_slash=False)
router.register("agreements", resources.Agreements, basename="api-agreement")
router.register("envelopes", resources.Envelopes, basename="api-envelope")
router.register("programs", resources.Programs, basename="api-program")
router.register("calls", resources.Calls, basename="api-call")
router.register("applications", resources.Applications, basename="api-application")
router.register("decisions", resources.Decisions, basename="api-decision")
router.register("awards", resources.Awards, basename="api-award")

urlpatterns = [
    path("api/v1/", documentation.page, name="api-home"),
    path("api/v1/openapi.json", documentation.openapi, name="api-openapi"),
    path("api/v1/envelopes/<str:id>/ledger", resources.Ledger.as_view({"get": "list"}), name="api-ledger-list"),
    path("api/v1/", include(router.urls)),
    re_path(r"^api(?:/|$)", unknown_address, name="api-unknown"),
]

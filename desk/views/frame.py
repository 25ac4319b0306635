"""What the frame of every page asks for: the cluster's colours, and more time."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Cluster
from work import clock


@require_safe
@cache_control(public=True, max_age=300)
def brand(request: HttpRequest) -> HttpResponse:
    """The cluster's two colours, as the custom properties that every other colour of the brand follows."""
    cluster = Cluster.objects.first()
    css = f":root{{--ink:{cluster.colour_ink};--accent:{cluster.colour_accent}}}" if cluster else ""
    return HttpResponse(css, content_type="text/css; charset=utf-8")


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Push the session's end back: {"ends": seconds since 1970}. 401 once it has ended."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    request.session["seen"] = int(clock.now().timestamp())
    return JsonResponse({"ends": request.session["seen"] + settings.SESSION_COOKIE_AGE})

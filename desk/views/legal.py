"""What the public must be told: how accessible this is, and what becomes of what we know of people."""

from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def accessibility(request):
    return render(request, "desk/accessibility.html")


@require_safe
def privacy(request):
    return render(request, "desk/privacy.html")

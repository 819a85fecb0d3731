"""Every address that Django answers. `/in/…` and the streams are answered before it, in `tocsin.asgi`."""

from django.urls import include, path
from django.views.generic import RedirectView

from tocsin.web import door, errors, health, plan_schema, setup

urlpatterns = [
    path("", door.front, name="front"),
    path("sign-in", door.session, name="sign-in"),
    path("sign-in/<str:secret>", door.link, name="link"),
    path("sign-out", door.sign_out, name="sign-out"),
    path("setup/<str:secret>", setup.page, name="setup"),
    path("language", door.language, name="language"),
    path("theme", door.theme, name="theme"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("plan-schema.json", plan_schema.published, name="plan-schema"),
    path("api/v1/", include("tocsin.api.routes")),
    path("api/v2/", include("tocsin.api.alertmanager")),
    path("o/<slug:slug>", RedirectView.as_view(pattern_name="board"), name="organisation"),
    path("o/<slug:slug>/", include("tocsin.web.routes")),
]
handler400 = errors.unreadable
handler404 = errors.not_found
handler500 = errors.fault

"""The pages of alerts, their routes and what keeps them quiet, under `/o/{slug}/`."""

from django.urls import path

from tocsin.web import alert, alert_routes, alerts, silences

urlpatterns = [
    path("alerts", alerts.every, name="alerts"),
    path("alerts/routes/new", alert_routes.new, name="route-new"),
    path("alerts/routes/<str:route_id>", alert_routes.one, name="route"),
    path("alerts/routes/<str:route_id>/stop", alert_routes.stop, name="route-stop"),
    path("alerts/routes/<str:route_id>/removal", alert_routes.removal, name="route-removal"),
    path("alerts/silences", silences.every, name="silences"),
    path("alerts/silences/<str:silence_id>/lifting", silences.lifting, name="silence-lifting"),
    path("alerts/windows", silences.windows, name="windows"),
    path("alerts/windows/<str:window_id>/removal", silences.removal, name="window-removal"),
    path("alerts/seen/<str:alert>", alert.one, name="alert"),
    path("alerts/seen/<str:alert>/acknowledgement", alert.acknowledgement, name="acknowledgement"),
    path("alerts/seen/<str:alert>/ending", alert.ending, name="alert-ending"),
    path("alerts/seen/<str:alert>/withdrawal", alert.withdrawal, name="acknowledgement-withdrawal"),
]

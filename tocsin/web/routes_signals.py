"""The pages of what is measured, under `/o/{slug}/`."""

from django.urls import path

from tocsin.web import measured

urlpatterns = [
    path("signals", measured.every, name="signals"),
    path("signals/sheet", measured.sheet, name="signal-sheet"),
    path("signals/samples", measured.typed, name="signal-sample"),
    path("signals/rules", measured.rule, name="series-rule"),
    path("signals/rules/<int:rule_id>/removal", measured.removal, name="series-rule-removal"),
    path("signals/of/<str:plan_id>/<str:signal>", measured.one, name="signal"),
]

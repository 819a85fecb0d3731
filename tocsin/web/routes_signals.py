"""The pages of what is measured and counted, under `/o/{slug}/`."""

from django.urls import path

from tocsin.web import figures, measured

urlpatterns = [
    path("figures", figures.every, name="figures"),
    path("signals", measured.every, name="signals"),
    path("signals/sheet", measured.sheet, name="signal-sheet"),
    path("signals/samples", measured.typed, name="signal-sample"),
    path("signals/rules", measured.rule, name="series-rule"),
    path("signals/rules/<int:rule_id>/removal", measured.removal, name="series-rule-removal"),
    path("signals/of/<str:plan_id>/<str:signal>", measured.one, name="signal"),
]

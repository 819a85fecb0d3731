"""The pages of what comes in from outside, under `/o/{slug}/`."""

from django.urls import path

from tocsin.web import sources

urlpatterns = [
    path("sources", sources.every, name="sources"),
    path("sources/replay", sources.replay, name="body-replay"),
    path("sources/bodies/<str:body>", sources.body, name="body"),
]

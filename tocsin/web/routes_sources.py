"""The pages of what comes in from outside, under `/o/{slug}/`."""

from django.urls import path

from tocsin.web import checks, feeds, mappings, sources

urlpatterns = [
    path("sources", sources.every, name="sources"),
    path("sources/replay", sources.replay, name="body-replay"),
    path("sources/feeds", sources.addition, name="feed-new"),
    path("sources/feeds/<str:feed_id>", feeds.one, name="feed"),
    path("sources/feeds/<str:feed_id>/keys", feeds.key, name="feed-key"),
    path("sources/feeds/<str:feed_id>/signing", feeds.signing, name="feed-signing"),
    path("sources/feeds/<str:feed_id>/rate", feeds.rate, name="feed-rate"),
    path("sources/feeds/<str:feed_id>/removal", feeds.removal, name="feed-removal"),
    path("sources/feeds/<str:feed_id>/mapping", mappings.text, name="mapping"),
    path("sources/feeds/<str:feed_id>/mapping/reading", mappings.reading, name="mapping-reading"),
    path("sources/feeds/<str:feed_id>/mapping/saving", mappings.saving, name="mapping-saving"),
    path("sources/checks", checks.every, name="checks"),
    path("sources/checks/new", checks.addition, name="check-new"),
    path("sources/checks/<str:feed_id>", checks.one, name="check"),
    path("sources/checks/<str:feed_id>/change", checks.change, name="check-change"),
    path("sources/checks/<str:feed_id>/pausing", checks.pausing, name="check-pausing"),
    path("sources/checks/<str:feed_id>/removal", checks.removal, name="check-removal"),
    path("sources/bodies/<str:body>", sources.body, name="body"),
]

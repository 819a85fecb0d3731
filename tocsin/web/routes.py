"""Every page of an organisation, under `/o/{slug}/`. The pages of incidents add theirs."""

from django.urls import path

from tocsin.web import audit, keys, people, profile, routes_incidents

administration = [
    path("people", people.everyone, name="people"),
    path("people/invitations", people.invitation, name="invitation"),
    path("people/<str:person_id>", people.person, name="person"),
    path("people/<str:person_id>/access", people.access, name="access"),
    path("people/<str:person_id>/roles/<str:plan_id>", people.roles, name="roles"),
    path("people/<str:person_id>/link", people.link, name="person-link"),
    path("people/<str:person_id>/leaving", people.leaving, name="leaving"),
    path("keys", keys.every, name="keys"),
    path("keys/new", keys.new, name="new-key"),
    path("keys/<str:key_id>/revocation", keys.revocation, name="revocation"),
    path("profile", profile.mine, name="profile"),
    path("profile/change", profile.change, name="profile-change"),
    path("profile/password", profile.password, name="profile-password"),
    path("audit", audit.entries, name="audit"),
]
urlpatterns = [*routes_incidents.urlpatterns, *administration]

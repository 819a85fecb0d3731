"""Every page of an organisation, under `/o/{slug}/`. The pages of incidents add theirs."""

from django.urls import path

from tocsin.web import (
    audit,
    channels,
    inbox,
    keys,
    meetings,
    networks,
    outside,
    people,
    profile,
    routes_alerts,
    routes_incidents,
    routes_signals,
    routes_sources,
)

administration = [
    path("people", people.everyone, name="people"),
    path("people/invitations", people.invitation, name="invitation"),
    path("people/<str:person_id>", people.person, name="person"),
    path("people/<str:person_id>/access", people.access, name="access"),
    path("people/<str:person_id>/roles/<str:plan_id>", people.roles, name="roles"),
    path("people/<str:person_id>/qualifications", people.qualifications, name="qualifications"),
    path("people/<str:person_id>/link", people.link, name="person-link"),
    path("people/<str:person_id>/leaving", people.leaving, name="leaving"),
    path("keys", keys.every, name="keys"),
    path("keys/new", keys.new, name="new-key"),
    path("keys/<str:key_id>/revocation", keys.revocation, name="revocation"),
    path("channels", channels.every, name="channels"),
    path("channels/networks", networks.opening, name="network-opening"),
    path("channels/networks/closing", networks.closing, name="network-closing"),
    path("channels/outside", outside.entry, name="outside-entry"),
    path("channels/outside/<str:address_id>/removal", outside.removal, name="outside-removal"),
    path("channels/meetings", meetings.entry, name="meeting-entry"),
    path("channels/meetings/<str:place_id>/removal", meetings.removal, name="meeting-removal"),
    path("channels/to/<str:channel>", channels.one, name="channel"),
    path("channels/to/<str:channel>/configuration", channels.configuration, name="channel-configuration"),
    path("channels/to/<str:channel>/removal", channels.removal, name="channel-removal"),
    path("channels/to/<str:channel>/trial", channels.trial, name="channel-trial"),
    path("inbox", inbox.every, name="inbox"),
    path("inbox/unread", inbox.unread, name="unread"),
    path("inbox/<str:item_id>/reading", inbox.reading, name="inbox-reading"),
    path("profile", profile.mine, name="profile"),
    path("profile/change", profile.change, name="profile-change"),
    path("profile/password", profile.password, name="profile-password"),
    path("audit", audit.entries, name="audit"),
]
urlpatterns = [
    *routes_incidents.urlpatterns,
    *routes_alerts.urlpatterns,
    *routes_signals.urlpatterns,
    *routes_sources.urlpatterns,
    *administration,
]

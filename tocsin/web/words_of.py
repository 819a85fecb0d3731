"""The words for stored names: accesses, acts of the audit, kinds of keys. Said when asked, in the language of the request."""

from collections.abc import Callable, Mapping

from tocsin.web.languages import gettext as _


def access() -> Mapping[str, tuple[str, str]]:
    """Return, for each access, its name and what it allows."""
    return {
        "owner": (_("Owner"), _("Everything, and who has which access")),
        "editor": (_("Editor"), _("Plans, and all that a member may")),
        "member": (_("Member"), _("Declares, acts in incidents")),
        "observer": (_("Observer"), _("Reads, signs nothing")),
        "guest": (_("Guest"), _("Sees, in part, the incidents to which he or she is invited")),
    }


def access_options() -> list[tuple[str, str]]:
    """Return the accesses as a form offers them."""
    return [(name, title) for name, (title, _allows) in access().items()]


ACTS: Mapping[str, Callable[[], str]] = {
    "organisation.founded": lambda: _("founded the organisation"),
    "person.invited": lambda: _("invited"),
    "person.removed": lambda: _("took out of the organisation"),
    "access.changed": lambda: _("changed the access of"),
    "qualifications.changed": lambda: _("recorded what this person has learned and may use:"),
    "roles.changed": lambda: _("changed what this person holds:"),
    "number.viewed": lambda: _("looked at the confidential number of"),
    "key.created": lambda: _("made the key"),
    "key.revoked": lambda: _("revoked the key"),
    "link.issued": lambda: _("made a sign-in link for"),
    "channel.set_up": lambda: _("set up the channel"),
    "channel.removed": lambda: _("removed the set-up of the channel"),
    "network.opened": lambda: _("opened the network"),
    "network.closed": lambda: _("closed the network"),
    "outside.entered": lambda: _("entered an address outside for"),
    "outside.struck": lambda: _("struck out an address outside of"),
    "meeting.entered": lambda: _("entered where groups meet:"),
    "meeting.struck": lambda: _("struck out where groups meet:"),
    "dossier.exported": lambda: _("exported the dossier of"),
    "scenario.exported": lambda: _("exported as a scenario"),
    "plan.loaded": lambda: _("loaded the plan"),
    "plan.proposed": lambda: _("proposed a change of the plan"),
    "plan.source_attached": lambda: _("attached the original document of the plan"),
    "plan.source_pointed": lambda: _("pointed out a sentence in the original document of the plan"),
    "plan.source_removed": lambda: _("took away the original document of the plan"),
    "plan.acknowledged": lambda: _("acknowledged what the check found in the plan"),
    "revision.ruled": lambda: _("ruled on an entry for the revision of the plan"),
    "plan.published": lambda: _("put in force the plan"),
    "route.made": lambda: _("made the route"),
    "route.changed": lambda: _("changed the route"),
    "route.removed": lambda: _("removed the route"),
    "window.planned": lambda: _("planned the maintenance window"),
    "window.removed": lambda: _("removed the maintenance window"),
    "route.stopped": lambda: _("stopped the route"),
    "route.started": lambda: _("started the route"),
    "feed.removed": lambda: _("removed the source"),
    "alert.ended": lambda: _("ended the alert"),
    "feed.created": lambda: _("made the source"),
    "feed.limited": lambda: _("set how much may come of the source"),
    "feed.signed": lambda: _("changed what signs for the source"),
    "check.changed": lambda: _("changed when this check is expected:"),
    "check.paused": lambda: _("paused the check"),
    "check.resumed": lambda: _("resumed the check"),
    "mapping.saved": lambda: _("saved the mapping of the source"),
    "series_rule.made": lambda: _("made the rule for the series"),
    "series_rule.removed": lambda: _("removed the rule for the series"),
    "bodies.replayed": lambda: _("had bodies read once more, so many:"),
    "sample.loaded": lambda: _("loaded the sample organisation"),
    "clock.leapt": lambda: _("had its clock set:"),
}


def act(name: str) -> str:
    """Return what someone did, to stand before the subject; an unknown act says its own name."""
    return ACTS[name]() if name in ACTS else name


def key_kind(kind: str) -> str:
    """Return what a key of this kind is for."""
    return _("Source: sends alerts") if kind == "ingest" else _("Program: uses the API")

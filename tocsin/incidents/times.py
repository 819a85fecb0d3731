"""The time of an incident: the server's, or in a drill the time at which the drill stands."""

from datetime import datetime, timedelta

from tocsin.incidents.models import Incident


def incident_time(incident: Incident, now: datetime) -> datetime:
    """Return what `now` is in the incident's own time."""
    if incident.drill_at is None or incident.drill_set_at is None:
        return now
    return incident.drill_at + (now - incident.drill_set_at) * incident.drill_speed


def server_time(incident: Incident, at: datetime | None) -> datetime | None:
    """Return when the server's clock shows what is `at` in the incident's time; None if never, or if only a player moves that time."""
    if at is None or incident.drill_at is None or incident.drill_set_at is None:
        return at
    if incident.drill_speed <= 0:
        return None
    return incident.drill_set_at + max(timedelta(), at - incident.drill_at) / incident.drill_speed


def set_drill(incident: Incident, *, at: datetime, now: datetime, speed: float) -> None:
    """Let the incident's time stand at `at` when the server's is `now`, and run at `speed` (0: it stands). Not saved."""
    incident.drill_at, incident.drill_set_at, incident.drill_speed = at, now, speed
    incident.wake_at = server_time(incident, incident.next_due)

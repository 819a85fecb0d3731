"""The ledger of a live route: what one step touches is read, kept in memory for as long as it lasts, and written back at its end."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from tocsin.ingest.models import Match, Route
from tocsin.ingest.routing.models import OPEN, RouteGroup, RouteInhibitor, RouteRun
from tocsin.ingest.routing.rules import Rule
from tocsin.ingest.routing.runs import LINES_MAX, Group, Key, Line, Memory, Run, State, Turned, Why, line
from tocsin.kit import bulk, tables

DUE_MAX = 500
UNSAID = (State.READY, State.ENDING)
_CALLED: Final = "SELECT {} FROM ingest_alert WHERE id IN {}"
_DUE: Final = "due_at IS NOT NULL AND due_at <= {}"
_UNSAID: Final = """SELECT DISTINCT "group" FROM ingest_routerun WHERE organisation_id = {{}} AND route_id = {{}} AND "group" IN {}
    AND state IN ('waits', 'ready', 'ending') AND state IN ('ready', 'ending')"""


@lru_cache(4096)
def written(key: Key) -> str:
    """Return a group's key as it is stored."""
    return json.dumps(key, ensure_ascii=False)


class Rows(Memory):
    """
    A ledger over the tables, within the caller's transaction and under the route's lock. A group of which no table holds anything unsaid is
    worked in memory; of any other there may be more than fits there.
    """

    def __init__(self, route: Route, rule: Rule, turns: Iterable[Turned], until: datetime) -> None:
        super().__init__()
        self._route = route
        self._touched: dict[UUID, Run] = {}
        self._changed: dict[Key, Group] = {}
        self._lookups: set[Key] = set()
        self._told: defaultdict[str, list[UUID]] = defaultdict(list)
        self._prepared: list[bulk.Statement] = []
        heard = sorted({turned.alert for turned in turns})
        self._take(self._read(f"alert_id IN {bulk.among(heard)}", [("uuid", alert) for alert in heard]))
        due, self.crowded = self._first_due(until)
        self.begins = min([until, *(row.due_at for row in due if row.due_at)])
        """When what is due first is due: so far back one has to know what kept alerts quiet."""
        self._take(due)
        self._stored = set(self.runs)
        for row in self._read_groups(_DUE, [("timestamptz", until)], due=True):
            self._keep(row)
        self._lookups |= {rule.group(turned.labels) for turned in turns} | {run.group for run in self.runs.values()}
        self._whole = set(self._lookups)
        self._look_up()

    # ------------------------------------------------------------------ what the fold asks for

    def put(self, run: Run) -> None:
        super().put(run)
        self._touched[run.alert] = run

    def _look_up(self) -> None:
        """Read the groups that are touched, and see of which something unsaid is stored."""
        keys = {written(key): key for key in self._lookups}
        named = [("text", key) for key in keys]
        for row in self._read_groups(f"key IN {bulk.among(named)}", named):
            self._keep(row)
        unsaid = _UNSAID.format(bulk.among(named))
        self._whole -= {keys[group] for (group,) in bulk.asked(unsaid, [*self._which(), *named])}

    def group(self, key: Key) -> Group:
        if key not in self.groups and key not in self._lookups:
            self._lookups.add(key)
            for row in self._read_groups("key = {}", [("text", written(key))]):
                self._keep(row)
        return super().group(key)

    def put_group(self, group: Group) -> None:
        super().put_group(group)
        self._changed[group.key] = group

    def unsaid(self, key: Key, ended_after: datetime | None) -> tuple[list[Line], int]:
        if key in self._whole:
            self._touch(key)
            return super().unsaid(key, ended_after)
        self._flush()
        ready = self._runs.filter(group=written(key), state__in=UNSAID)
        if ended_after:
            ready.filter(state=State.READY, over_at__lte=ended_after).update(state=State.OVER)
            self._mark_over(key, ended_after)
        first = self._read(
            f"\"group\" = {{}} AND {OPEN} AND state IN ('ready', 'ending') ORDER BY match LIMIT {LINES_MAX}", [("text", written(key))]
        )
        return [line(run) for run in first], ready.count()

    def _touch(self, key: Key) -> None:
        self._touched |= {run.alert: run for run in self._unsaid.get(key, {}).values()}

    def say(self, key: Key, about: str) -> None:
        if key in self._whole:
            self._touch(key)
            for run in self._unsaid.get(key, {}).values():
                if run.state is State.READY and run.alert in self._stored:  # of the others, no turn waits from an earlier step
                    self._told[about].append(run.alert)
            return super().say(key, about)
        self._flush()
        ready = self._runs.filter(group=written(key), state=State.READY)
        told = self._waiting.filter(alert__in=ready.values("alert"))
        told.update(about=about, waits=False, problem="")
        ready.filter(over_at=None).update(state=State.TOLD, about=about, why="")
        ready.exclude(over_at=None).update(state=State.OVER, about=about, why="")
        self._runs.filter(group=written(key), state=State.ENDING).update(state=State.OVER)
        return super().say(key, about)

    def forget_endings(self, key: Key) -> None:
        if key in self._whole:
            self._touch(key)
            return super().forget_endings(key)
        self._flush()
        self._runs.filter(group=written(key), state=State.ENDING).update(state=State.OVER)
        return super().forget_endings(key)

    def inhibit(self, alert: UUID, key: Key, *, firing: bool) -> None:
        rows = RouteInhibitor.objects.filter(organisation=self._route.organisation_id, route=self._route)
        if firing:
            rows.update_or_create({"key": written(key)}, organisation_id=self._route.organisation_id, route=self._route, alert_id=alert)
        else:
            rows.filter(alert=alert).delete()

    def inhibits(self, key: Key, but: UUID) -> bool:
        rows = RouteInhibitor.objects.filter(organisation=self._route.organisation_id, route=self._route, key=written(key))
        return rows.exclude(alert=but).exists()

    def inhibited(self) -> list[Run]:
        self._take(self._read(f"{OPEN} AND state = 'waits' AND why = {{}}", [("text", Why.INHIBITED.value)]))
        return super().inhibited()

    # ------------------------------------------------------------------ reading and writing

    def only_begun(self) -> bool:
        """Return whether all that was touched has just begun and is told: there is nothing of it in a table that others may have changed."""
        return all(run.state is State.TOLD and run.alert not in self._stored for run in self._touched.values())

    def prepare(self) -> None:
        """Have ready what is to be written back. Nothing may be touched after it."""
        rows = [
            {
                **self._own(),
                "key": written(group.key),
                "about": group.about,
                "reports": [at.isoformat() for at in group.reports],
                "values": {value: [firing, last and last.isoformat()] for value, (firing, last) in group.values.items()},
                "firing": group.firing,
                "unsaid_since": group.unsaid_since,
                "due_at": group.due_at,
            }
            for group in self._changed.values()
        ]
        self._prepared = [*self._runs_touched(), *tables.put(RouteGroup, ["organisation_id", "route_id", "key"], rows)]

    def save(self) -> None:
        """Write back what is prepared."""
        bulk.run(self._prepared)
        for about, alerts in self._told.items():
            self._waiting.filter(alert__in=alerts).update(about=about, waits=False, problem="")

    def _own(self) -> dict[str, UUID]:
        return {"organisation_id": self._route.organisation_id, "route_id": self._route.pk}

    @property
    def _runs(self) -> QuerySet[RouteRun]:
        return RouteRun.objects.open().filter(organisation=self._route.organisation_id, route=self._route)

    @property
    def _waiting(self) -> QuerySet[Match]:
        """Return what was heard and no incident was told of yet."""
        return Match.objects.filter(organisation=self._route.organisation_id, route=self._route, waits=True)

    def _which(self) -> list[tuple[str, Any]]:
        return [("uuid", self._route.organisation_id), ("uuid", self._route.pk)]

    def _read(self, where: str, values: Sequence[tuple[str, Any]], *, due: bool = False) -> list[Run]:
        """Return the runs of the route of which `where` is true, each as its alert is called now; what is `due` is found by that."""
        rows = tables.select(RouteRun, f"WHERE {_of_route(due=due)} AND {where}", [*self._which(), *values])
        alerts = [("uuid", row.alert_id) for row in rows]
        asked = _CALLED.format(bulk.stored("id", "title", "labels"), bulk.among(alerts))
        called = {bulk.uuid(pk): (title, bulk.mapping(labels)) for pk, title, labels in (bulk.asked(asked, alerts) if alerts else ())}
        return [_run(row, *called[row.alert_id]) for row in rows]

    def _read_groups(self, where: str, values: Sequence[tuple[str, Any]], *, due: bool = False) -> list[RouteGroup]:
        return tables.select(RouteGroup, f"WHERE {_of_route(due=due)} AND {where}", [*self._which(), *values])

    def _first_due(self, until: datetime) -> tuple[list[Run], datetime | None]:
        """Return the runs that are due, and until when these are all of them if there are more."""
        due = self._read(f"{_DUE} ORDER BY due_at, match LIMIT {DUE_MAX + 1}", [("timestamptz", until)], due=True)
        if len(due) <= DUE_MAX:
            return due, None
        whole = [run for run in due if run.due_at != due[-1].due_at]
        whole = whole or self._read(f"{_DUE} AND due_at = {{}} ORDER BY match", [("timestamptz", due[-1].due_at)] * 2, due=True)
        return whole, whole[-1].due_at

    def _take(self, runs: Iterable[Run]) -> None:
        for run in runs:
            if run.alert not in self.runs:
                super().put(run)

    def _keep(self, row: RouteGroup) -> None:
        key = tuple(json.loads(row.key))
        if key not in self.groups:
            values = {value: (firing, datetime.fromisoformat(last) if last else None) for value, (firing, last) in row.values.items()}
            reports = tuple(datetime.fromisoformat(at) for at in row.reports)
            super().put_group(Group(key, row.about, reports, values, row.firing, row.unsaid_since, row.due_at))

    def _mark_over(self, key: Key, ended_after: datetime) -> None:
        for run in self.runs.values():
            if run.group == key and run.state is State.READY and run.over_at and run.over_at <= ended_after:
                run.state = State.OVER

    def _flush(self) -> None:
        bulk.run(self._runs_touched())

    def _runs_touched(self) -> list[bulk.Statement]:
        rows = [
            {
                **self._own(),
                "alert_id": run.alert,
                "match": run.number,
                "group": written(run.group),
                "turns": [at.isoformat() for at in run.turns],
                "state": run.state.value,
                "why": run.why.value,
                **{name: getattr(run, name) for name in ("starts_at", "since", "firing", "over_at", "due_at", "about")},
            }
            for run in self._touched.values()
        ]
        self._touched.clear()
        return tables.put(RouteRun, ["organisation_id", "route_id", "alert_id"], rows)


def _of_route(*, due: bool) -> str:
    """Return the condition that a row is the route's; one that is not how SQLite finds it, if it is found by when it is `due`."""
    columns = ("organisation_id", "route_id")
    return " AND ".join(f"{bulk.stored(column) if due else column} = {{}}" for column in columns)


def _run(row: RouteRun, title: str, labels: Mapping[str, str]) -> Run:
    return Run(
        alert=row.alert_id,
        number=row.match,
        starts_at=row.starts_at,
        title=title,
        labels=labels,
        group=tuple(json.loads(row.group)),
        since=row.since,
        firing=row.firing,
        over_at=row.over_at,
        turns=tuple(datetime.fromisoformat(at) for at in row.turns),
        state=State(row.state),
        why=Why(row.why),
        due_at=row.due_at,
        about=row.about,
    )

"""L37: what a lateness causes begins the late duty anew, or rules cause each other in a circle: without time between, for ever."""

from collections.abc import Iterable, Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import EffectForm, ObligationForm, RungForm, SituationForm
from tocsin.plan.forms.leaves import Cases
from tocsin.plan.graphs import on_cycles
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each ladder, and at each situation, on such a circle."""
    graph: dict[str, list[str]] = {}
    places: dict[str, Path] = {}
    for path, situation in draft.walk(SituationForm):
        opened = f"open {path[-1]}"
        places[opened] = (*path, "then")
        graph.setdefault(opened, []).extend([*_caused(situation.then), f"moment {path[-1]}.opened"])
        for door in situation.opens:
            if door.on:
                graph.setdefault(f"moment {draft.names.moment(door.on.name, path)}", []).append(opened)
    for path, duty in draft.walk(ObligationForm):
        late, begun = f"late {path}", f"begin {path}"
        places[late] = (*path, "late")
        graph.setdefault(late, []).extend(_caused(_at_once(duty)))
        graph.setdefault(begun, []).append(late)
        for anchor in (*(duty.of or ()), *(duty.from_ or ())):
            graph.setdefault(f"moment {draft.names.moment(anchor.name, (*path, 'of'))}", []).append(begun)
        if path[0] == "situations":
            graph.setdefault(f"open {path[1]}", []).append(begun)
    for name, moment in draft.form.moments.items() if draft.form else ():
        if moment.with_:
            graph.setdefault(f"moment {moment.with_.name}", []).append(f"moment {name}")
    at_once = {node: [to for to in targets if not to.startswith("late ")] for node, targets in graph.items()}
    stuck = set(on_cycles(at_once))
    for node, place in places.items():
        if node in stuck:
            yield Fault(
                place,
                say("opening {part} leads back to opening it, at once and for ever", part=place[1]),
                say("cut the circle at one of its rules"),
                at_key=True,
            )
    for node in on_cycles(graph):
        if node.startswith("late "):
            said = say("what this causes leads back to this duty: late, it begins anew")
            yield Fault(places[node], said, say("put time between, after: 30m, or cause something else"), severity="warning", at_key=True)


def _at_once(duty: ObligationForm) -> Iterable[RungForm]:
    """Return the rungs of a duty that come the moment it is late."""
    late = duty.late
    rungs = [rung for found in late.cases.values() for rung in found] if isinstance(late, Cases) else late or []
    return [rung for rung in rungs if rung.after is None]


def _caused(effects: Iterable[EffectForm]) -> list[str]:
    return [
        name
        for effect in effects
        for name in (*(f"open {ref.name}" for ref in effect.open), *(f"moment {ref.name}" for ref in effect.mark))
    ]


CHECK = Check("L37", "ladder-loop", "error", find)

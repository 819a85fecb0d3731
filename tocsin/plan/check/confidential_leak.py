"""L80: words for somebody outside that can show what only some may see, directly or through what is computed from it."""

from collections.abc import Iterable, Iterator

from tocsin.engine.expressions import Expression, Name, leaves
from tocsin.engine.texts import SLOT
from tocsin.plan.audiences import leaves_the_house
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.words import MessageForm, RecordForm
from tocsin.plan.sentences import NOTHING, say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each placeholder and each field of such a message that shows it."""
    secret = _secret(draft)
    for path, message in draft.walk(MessageForm) if secret else ():
        if not leaves_the_house(draft, message):
            continue
        shown: dict[str, Path] = {}
        for name, field in message.fields.items():
            shown |= {ref.name: (*path, "fields", name, "from") for ref in field.from_}
        for locale, text in message.text.by_locale.items():
            for found in SLOT.findall(text):
                shown.setdefault(found, (*path, "text", locale) if locale else (*path, "text"))
        for name, place in shown.items():
            if name in secret:
                through = NOTHING if secret[name] == name else say(", which is made of {source}", source=secret[name])
                said = say(
                    "{message} goes outside and shows {name}{through}: only some may see that", message=path[-1], name=name, through=through
                )
                yield Fault(place, said, say("leave it out, or write another message for those who may"))


def _secret(draft: Draft) -> dict[str, str]:
    """Return every name that shows something confidential, with what it shows."""
    found = {name: name for name in _confidential(draft)}
    made_of = {name: _names(trees) for name, trees in _made(draft)}
    growing = bool(found)
    while growing:
        new = {name: found[part] for name, parts in made_of.items() if name not in found for part in parts if part in found}
        found |= new
        growing = bool(new)
    return found


def _confidential(draft: Draft) -> Iterator[str]:
    """Yield what a rule may read of a confidential field: the moment of a time, a sum, a count of a record that only some may see."""
    for path, record in draft.walk(RecordForm):
        for field in record.fields:
            if field in record.confidential or record.visible_to:
                yield from (f"{path[-1]}.{field}", f"{path[-1]}.{field}.total")
        sums = [name for name, field in record.fields.items() if field.type == "number"]
        if len(sums) == 1 and (record.visible_to or sums[0] in record.confidential):
            yield f"{path[-1]}.total"


def _made(draft: Draft) -> Iterator[tuple[str, list[Expression | None]]]:
    """Yield what is computed: facts that are suggested or implied, and moments that an expression brings about."""
    for name, fact in draft.form.facts.items() if draft.form else ():
        yield name, [draft.tree(fact.suggested), *(draft.tree(each.when) for each in fact.implied)]
    for name, moment in draft.form.moments.items() if draft.form else ():
        yield name, [draft.tree(moment.when), Name(moment.with_.name) if moment.with_ else None]


def _names(trees: Iterable[Expression | None]) -> list[str]:
    return [leaf.path for tree in trees if tree is not None for leaf in leaves(tree) if isinstance(leaf, Name)]


CHECK = Check("L80", "confidential-leak", "error", find)

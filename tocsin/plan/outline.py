"""A plan as a document that can be read at a terminal, in the language asked for."""

from collections.abc import Callable, Iterator

from tocsin.engine.program import Cases, Obligation, Program, Roles, Text
from tocsin.engine.spelling import spell
from tocsin.plan.draft import Draft
from tocsin.plan.elements import ELEMENTS, missing
from tocsin.plan.limits import spelled

Titled = Callable[[Text], str]


def outline(draft: Draft, program: Program, locale: str) -> Iterator[str]:
    """Yield the lines of a plan: what document it carries out, how grave things are, who, what is decided, owed and said. Names in `locale`."""

    def title(text: Text) -> str:
        return text.get(locale) or text[program.language]

    yield f"{title(program.title)} ({program.id} {program.version}, {program.hash[:12]})"
    yield from _document(draft, program, title, locale)
    for level in program.levels.values():
        yield f"level       {level.id:24} {title(level.title)}  {_cited(level.cite)}"
    for rule in program.classify.rules if program.classify else ():
        yield f"rule        {rule.id:24} {title(program.levels[rule.level].title)}: {spell(rule.when)}  {_cited(rule.cite)}"
    for when, level_id in program.classify.fallback.table if program.classify and program.classify.fallback else ():
        yield f"otherwise   {'':24} {title(program.levels[level_id].title)}: {spell(when)}"
    yield ""
    for role in program.roles.values():
        yield f"role        {role.id:24} {title(role.title)}{', commands' if role.commander else ''}  {_cited(role.cite)}"
    yield ""
    for decision in program.decisions.values():
        chain = " → ".join(f"{link.does} ({link.role})" for link in decision.chain)
        yield f"decision    {decision.id:24} {title(decision.title)}: {chain or _who(decision.who)}  {_cited(decision.cite)}"
    yield ""
    for duty in program.obligations.values():
        if not duty.situation:
            yield _duty(duty, title)
    for situation in program.situations.values():
        yield ""
        yield f"situation   {situation.id:24} {title(situation.title)}  {_cited(situation.cite)}"
        for duty in program.obligations.values():
            if duty.situation == situation.id:
                yield _duty(duty, title)
    yield ""
    for message in program.messages.values():
        yield f"message     {message.id:24} {title(message.title)}: {', '.join(message.channels)}  {_cited(message.cite)}"


def _document(draft: Draft, program: Program, title: Titled, locale: str) -> Iterator[str]:
    """Yield what the document says of itself: owner, status, standard and edition, and the elements that it has and lacks."""
    document = draft.form.document if draft.form else None
    if document is None:
        yield ""
        return
    owner = title(program.roles[program.owner].title) if program.owner in program.roles else "-"
    yield f"owner       {owner}, {document.status}"
    if document.standard:
        standard = document.standard
        newer = f" (in force: {standard.in_force})" if standard.in_force not in ("", standard.cited) else ""
        yield f"standard    {standard.name} {standard.cited}{newer}"
    names = {element: text.get(locale, text["en"]) for element, text in ELEMENTS.items()}
    if document.elements:
        yield f"elements    {', '.join(names.get(element, element) for element in document.elements)}"
    if absent := missing(document):
        yield f"missing     {', '.join(names[element] for element in absent)}"
    yield ""


def _duty(duty: Obligation, title: Titled) -> str:
    limit = duty.within or duty.every
    anchors = ", ".join(duty.anchors)
    when = f"{'within' if duty.within else 'every'} {spelled(limit)} of {anchors}" if limit else f"from {anchors}"
    if duty.stands:
        when += ", however late it turns out to apply"
    elif duty.within and (duty.when or duty.levels):
        when += ", or of when it begins to apply, if that is later"
    return f"obligation  {duty.id:24} {title(duty.title)}: {duty.owes}, {when}  {_cited(duty.cite)}"


def _who(roles: Roles) -> str:
    if isinstance(roles, Cases):
        return "; ".join(f"{case} {', '.join(found)}" for case, found in roles.cases.items())
    return ", ".join(roles)


def _cited(cite: tuple[str, ...]) -> str:
    return f"[{'; '.join(cite)}]"

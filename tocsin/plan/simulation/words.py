"""The result in words, in four languages, for a terminal."""

from collections.abc import Iterator
from typing import Final

from tocsin.engine.program import Program
from tocsin.engine.simulate import Given, Result, Row

LANGUAGES: Final = ("en", "ru", "pl", "zh")
_WORDS: Final = {
    "runs": {
        "en": "{runs} runs, {incidents} incidents, {hours:g} h each",
        "ru": "Прогонов: {runs}, инцидентов: {incidents}, по {hours:g} ч",
        "pl": "Przebiegów: {runs}, incydentów: {incidents}, po {hours:g} h",
        "zh": "模拟 {runs} 次，共 {incidents} 起事件，每次 {hours:g} 小时",
    },
    "clock": {"en": "Clock", "ru": "Срок", "pl": "Zegar", "zh": "时限"},
    "due": {"en": "due", "ru": "срок", "pl": "termin", "zh": "到期"},
    "met_by": {"en": "80 % by", "ru": "80 % к", "pl": "80 % do", "zh": "80% 达成"},
    "misses": {"en": "misses", "ru": "срыв", "pl": "spóźn.", "zh": "超时"},
    "changed": {"en": "changed", "ru": "после", "pl": "po zmianie", "zh": "变更后"},
    "busy": {"en": "Most at once", "ru": "Наибольшая нагрузка", "pl": "Największe obciążenie", "zh": "同时最多"},
    "busy_line": {
        "en": "{who}: {peak:.1f} duties at once in minute {minute}; {delayed:.2f} clocks a run late only for waiting",
        "ru": "{who}: {peak:.1f} обязанностей сразу на {minute}-й минуте; {delayed:.2f} срока за прогон сорвано только из-за очереди",
        "pl": "{who}: {peak:.1f} obowiązku naraz w minucie {minute}; {delayed:.2f} zegara na przebieg spóźnione tylko przez kolejkę",
        "zh": "{who}：第 {minute} 分钟同时 {peak:.1f} 项；每次有 {delayed:.2f} 个时限仅因排队而超时",
    },
    "signatures": {
        "en": "Signatures, longest wait first",
        "ru": "Подписи, самое долгое ожидание первым",
        "pl": "Podpisy, najdłuższe oczekiwanie najpierw",
        "zh": "签批，等待最久者在前",
    },
    "signature_line": {
        "en": "{what}: half within {median}, nine in ten within {most}, {unsigned} never",
        "ru": "{what}: половина за {median}, девять из десяти за {most}, не подписано {unsigned}",
        "pl": "{what}: połowa w {median}, dziewięć na dziesięć w {most}, nigdy {unsigned}",
        "zh": "{what}：半数 {median} 内，九成 {most} 内，未签 {unsigned}",
    },
    "impossible": {
        "en": "Nobody could do this",
        "ru": "Это никто не смог сделать",
        "pl": "Tego nikt nie mógł zrobić",
        "zh": "无人能完成",
    },
    "min": {"en": "min", "ru": "мин", "pl": "min", "zh": "分"},
}


def lines(given: Given, result: Result, changed: Result | None, language: str) -> Iterator[str]:
    """Yield the result line by line; beside each clock what it is after the change."""

    def say(key: str, **values: object) -> str:
        return _WORDS[key][language].format(**values)

    def minutes(seconds: float | None) -> str:
        return "—" if seconds is None else f"{seconds / 60:.0f} {say('min')}"

    after = {(row.clock, row.occurrence): row for row in changed.rows} if changed else {}
    yield say("runs", runs=result.runs, incidents=result.incidents, hours=given.hours)
    yield ""
    heads = [say("clock"), say("due"), say("met_by"), say("misses"), *([say("changed")] if changed else [])]
    table = [heads]
    for row in result.rows:
        cells = [_name(given.program, row, language), minutes(row.due), minutes(row.met_by), _share(row.share)]
        if changed:
            other = after.get((row.clock, row.occurrence))
            cells.append("=" if other == row else _share(other.share) if other else "—")
        table.append(cells)
    widths = [max(map(_wide, column)) for column in zip(*table, strict=True)]
    for cells in table:
        yield "  ".join(cell + " " * (width - _wide(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()
    yield from ("", say("busy"))
    for one in result.working[:5]:
        who = ", ".join(_called(given.program, role, language) for role in one.roles) or one.person
        yield "  " + say("busy_line", who=who, peak=one.peak, minute=one.minute, delayed=one.delayed)
    if result.waiting:
        yield from ("", say("signatures"))
    for wait in result.waiting[:5]:
        what = _called(given.program, wait.link.partition(".")[0], language) + ", " + wait.link.partition(".")[2]
        yield "  " + say("signature_line", what=what, median=minutes(wait.median), most=minutes(wait.nine_in_ten), unsigned=wait.unsigned)
    if result.impossible:
        yield from ("", say("impossible"))
    for duty, why in result.impossible:
        yield f"  {_called(given.program, duty, language)}: {why}"


def _share(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.0f} %"


def _wide(cell: str) -> int:
    """Return how many columns a cell takes in a terminal: two for each Chinese character."""
    return sum(2 if "\u2e80" <= letter <= "\uffef" else 1 for letter in cell)


def _name(program: Program, row: Row, language: str) -> str:
    name = _called(program, row.obligation, language)
    return f"{name} {row.occurrence}" if row.occurrence > 1 else name


def _called(program: Program, name: str, language: str) -> str:
    """Return how the plan calls what bears this id, in `language` where it says."""
    base = name.partition(".")[0]
    for rules in (program.obligations, program.roles, program.departments, program.messages, program.decisions, program.conditions):
        rule = rules.get(name) or rules.get(base)
        if rule is not None:
            text = rule.title or getattr(rule, "words", {})
            return text.get(language) or text.get(program.language) or name
    return name

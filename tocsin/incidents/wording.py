"""The words of what Tocsin itself tells a person, in that person's language; titles come from the plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.accounts.directory import Contact
from tocsin.engine import terms as t
from tocsin.engine.program import Program, Text
from tocsin.engine.role_names import split

_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "owed": "For you to do now: {what}",
        "remind": "Due soon: {what}",
        "breached": "Overdue: {what}",
        "assigned": "You are asked to take the role: {what}",
        "handed_over": "Handed over to you: {what}",
        "unaccepted": "Nobody has accepted the role: {what}",
        "declined": "Declined the role: {what}",
        "proposed": "Level proposed, please decide: {what}",
        "decided": "Decided: {what}",
        "opened": "Begun: {what}",
        "entered": "New entry: {what}",
        "done": "Done: {what}",
        "filled": "You have the role now: {what}",
        "near": "Nearly reached: {what}",
        "applied": "Applied: {what}",
        "closed": "Ended: {what}",
        "waived": "Waived: {what}",
        "due": "Due {at}.",
        "chat": "Your group's chat is open: {what}",
        "video": "Video conference now: {what}",
        "meet": "Come here: {where}",
        "deputy": "The holder has not answered; you are asked as deputy: {what}",
        "undelivered": "Nobody was reached: {what}",
        "not_to_all": "Not everybody was reached: {what}",
        "silent": "No data arrives: {what}",
        "silent_since": "Silent since {at}. This is not “no fault”: whether there is one is unknown until data comes again.",
        "restricted": "Kept for you and the others whom the plan names: {what}",
        "outside": "Something is asked of you in an incident that is kept for others",
        "ask": "Ask whoever commands it.",
        "drill": "DRILL",
    },
    "ru": {
        "owed": "Теперь за вами: {what}",
        "remind": "Скоро срок: {what}",
        "breached": "Просрочено: {what}",
        "assigned": "Вас просят принять роль: {what}",
        "handed_over": "Вам передано: {what}",
        "unaccepted": "Роль никто не принял: {what}",
        "declined": "От роли отказались: {what}",
        "proposed": "Предложен уровень, примите решение: {what}",
        "decided": "Принято решение: {what}",
        "opened": "Началось: {what}",
        "entered": "Новая запись: {what}",
        "done": "Выполнено: {what}",
        "filled": "Роль теперь у вас: {what}",
        "near": "Почти достигнуто: {what}",
        "applied": "Применено: {what}",
        "closed": "Завершено: {what}",
        "waived": "Сделано исключение: {what}",
        "due": "Срок: {at}.",
        "chat": "Открыт чат вашей группы: {what}",
        "video": "Видеоконференция сейчас: {what}",
        "meet": "Ссылка: {where}",
        "deputy": "Ответственный не ответил, вас просят как заместителя: {what}",
        "undelivered": "Никто не получил: {what}",
        "not_to_all": "Получили не все: {what}",
        "silent": "Данные не приходят: {what}",
        "silent_since": "Тишина с {at}. Это не значит «сбоя нет»: есть ли он, неизвестно, пока данные не пойдут снова.",
        "restricted": "Только для вас и других, кого называет план: {what}",
        "outside": "В инциденте, закрытом для остальных, от вас что-то требуется",
        "ask": "Спросите того, кто им командует.",
        "drill": "УЧЕНИЯ",
    },
    "pl": {
        "owed": "Teraz do zrobienia: {what}",
        "remind": "Zbliża się termin: {what}",
        "breached": "Po terminie: {what}",
        "assigned": "Prośba o przyjęcie roli: {what}",
        "handed_over": "Przekazano Tobie: {what}",
        "unaccepted": "Nikt nie przyjął roli: {what}",
        "declined": "Odmówiono przyjęcia roli: {what}",
        "proposed": "Zaproponowano poziom, podejmij decyzję: {what}",
        "decided": "Podjęto decyzję: {what}",
        "opened": "Rozpoczęto: {what}",
        "entered": "Nowy wpis: {what}",
        "done": "Wykonano: {what}",
        "filled": "Rola należy teraz do ciebie: {what}",
        "near": "Prawie osiągnięto: {what}",
        "applied": "Zastosowano: {what}",
        "closed": "Zakończono: {what}",
        "waived": "Odstąpiono: {what}",
        "due": "Termin: {at}.",
        "chat": "Czat Twojej grupy jest otwarty: {what}",
        "video": "Wideokonferencja teraz: {what}",
        "meet": "Link: {where}",
        "deputy": "Osoba pełniąca rolę nie odpowiedziała; prośba do zastępcy: {what}",
        "undelivered": "Nikt nie odebrał: {what}",
        "not_to_all": "Nie wszyscy odebrali: {what}",
        "silent": "Brak danych: {what}",
        "silent_since": "Cisza od {at}. To nie znaczy „brak awarii”: nie wiadomo, czy jest, dopóki dane nie wrócą.",
        "restricted": "Tylko dla Ciebie i innych, których wymienia plan: {what}",
        "outside": "Potrzeba czegoś od Ciebie w incydencie zastrzeżonym dla innych",
        "ask": "Zapytaj osobę, która nim dowodzi.",
        "drill": "ĆWICZENIA",
    },
    "zh": {
        "owed": "现由您办理：{what}",
        "remind": "即将到期：{what}",
        "breached": "已逾期：{what}",
        "assigned": "请您接任角色：{what}",
        "handed_over": "已移交给您：{what}",
        "unaccepted": "角色尚无人接任：{what}",
        "declined": "已谢绝接任角色：{what}",
        "proposed": "系统已提出级别，请决定：{what}",
        "decided": "已决定：{what}",
        "opened": "已开始：{what}",
        "entered": "新记录：{what}",
        "done": "已完成：{what}",
        "filled": "您现已担任：{what}",
        "near": "即将达到：{what}",
        "applied": "已实施：{what}",
        "closed": "已结束：{what}",
        "waived": "已豁免：{what}",
        "due": "期限：{at}。",
        "chat": "工作组群已开通：{what}",
        "video": "现在开始视频会议：{what}",
        "meet": "链接：{where}",
        "deputy": "负责人未应答，请您作为副职接任：{what}",
        "undelivered": "未送达任何人：{what}",
        "not_to_all": "未送达所有人：{what}",
        "silent": "没有数据：{what}",
        "silent_since": "自 {at} 起无数据。这不等于“无故障”：数据恢复之前，是否有故障未知。",
        "restricted": "仅限您和预案指定的其他人：{what}",
        "outside": "一起仅限他人查看的事件需要您配合",
        "ask": "请向该事件的指挥人询问。",
        "drill": "演练",
    },
}


def tell(program: Program, state: t.State, wish: t.Tell, reader: Contact, link: str, *, meeting: str = "") -> tuple[str, str]:
    """Return subject and body of what `reader` is told; `link` leads to the incident, `meeting` to where those who are told come together."""
    words = _SENTENCES[nearest(_SENTENCES, reader.language, "en")]
    kind, _, subject = wish.cause.partition(":")
    what = _title(program, state, subject, reader.language)
    sentence = words[kind].format(what=what) if kind in words else what
    mark = f"{words['drill']} " if state.drill else ""
    lines = [sentence]
    clock = state.clocks.get(subject)
    missed = kind == "breached" and clock is not None and clock.last_due_at
    due = missed or (clock.due_at if clock else None)
    if due:
        lines.append(words["due"].format(at=_spell(due, reader.timezone)))
    if meeting:
        lines.append(words["meet"].format(where=meeting))
    lines += ["", state.words, link]
    name = pick(program.title, reader.language, program.language) if state.number == program.id else state.number
    return f"{mark}[{name}] {sentence}", "\n".join(lines)


def outside(state: t.State, reader: Contact) -> tuple[str, str]:
    """Return subject and body for somebody who is told something of an incident without being among those who see it: nothing but its number."""
    words = _SENTENCES[nearest(_SENTENCES, reader.language, "en")]
    return f"[{state.number}] {words['outside']}", words["ask"]


def silent(title: Text, name: str, since: datetime, reader: Contact, otherwise: str) -> tuple[str, str]:
    """Return subject and body of what `reader` is told of a signal that has fallen silent."""
    words = _SENTENCES[nearest(_SENTENCES, reader.language, "en")]
    what = pick(title, reader.language, otherwise) or name.replace("_", " ")
    return words["silent"].format(what=what), words["silent_since"].format(at=_spell(since, reader.timezone))


def pick(text: Text, language: str, otherwise: str) -> str:
    """Return `text` in `language`, else in the plan's own."""
    return text[nearest(text, language, otherwise)] if text else ""


def nearest(available: Mapping[str, object], language: str, otherwise: str) -> str:
    """Return the key of `available` for `language` (`zh-hans` finds `zh`), else `otherwise`, else the first there is."""
    for wanted in (language, language.replace("_", "-").split("-")[0].lower(), otherwise):
        if wanted in available:
            return wanted
    return next(iter(available))


def _title(program: Program, state: t.State, subject: str, language: str) -> str:
    """Return the title of whatever rule `subject` names: a role, level, decision, situation, or the obligation behind a clock."""
    name = state.clocks[subject].obligation if subject in state.clocks else subject
    nouns = (
        program.obligations,
        program.roles,
        program.groups,
        program.moments,
        program.levels,
        program.decisions,
        program.situations,
        program.messages,
        program.records,
    )
    for candidate in (name, split(name)[0], name.partition(".")[0], name.rpartition("-")[0]):
        for rules in nouns:
            if candidate in rules:
                return pick(rules[candidate].title, language, program.language)
    return state.made_roles.get(name, name)


def _spell(at: datetime, timezone: str) -> str:
    return f"{at.astimezone(ZoneInfo(timezone or 'UTC')):%Y-%m-%d %H:%M} ({timezone or 'UTC'})"

"""The moments that every plan has, and the phases they lead to (language reference, section 3), and those that rules have of their own."""

from tocsin.engine.program import Field, Moment, Record, Text
from tocsin.engine.program.standing import PEOPLE, REMOVED


def _moment(name: str, title: Text, phase: str = "", with_: str = "", recorded_by: tuple[str, ...] = ()) -> Moment:
    return Moment(id=name, title=title, cite=(), phase=phase, with_=with_, recorded_by=recorded_by, common=True)


MOMENTS = {
    moment.id: moment
    for moment in (
        _moment("occurred", {"en": "Occurred", "ru": "Произошло", "pl": "Wystąpiło", "zh": "发生"}, recorded_by=("anyone",)),
        _moment("reported", {"en": "Reported", "ru": "Сообщено", "pl": "Zgłoszono", "zh": "接报"}, "declared"),
        _moment("registered", {"en": "Registered", "ru": "Зарегистрировано", "pl": "Zarejestrowano", "zh": "登记"}),
        _moment("verified", {"en": "Verified", "ru": "Подтверждено", "pl": "Zweryfikowano", "zh": "核实"}),
        _moment(
            "warned", {"en": "Warning issued", "ru": "Предупреждение объявлено", "pl": "Ostrzeżenie wydano", "zh": "发布预警"}, "warning"
        ),
        _moment(
            "cleared", {"en": "Warning cleared", "ru": "Предупреждение снято", "pl": "Ostrzeżenie odwołano", "zh": "解除预警"}, "declared"
        ),
        _moment("identified", {"en": "Identified", "ru": "Выявлено", "pl": "Rozpoznano", "zh": "识别"}, with_="decided"),
        _moment("decided", {"en": "Level decided", "ru": "Уровень определён", "pl": "Poziom ustalono", "zh": "定级"}),
        _moment(
            "activated",
            {"en": "Response started", "ru": "Реагирование начато", "pl": "Reagowanie rozpoczęto", "zh": "响应启动"},
            "responding",
        ),
        _moment("contacted", {"en": "Contacted", "ru": "Связались", "pl": "Nawiązano kontakt", "zh": "已联系"}),
        _moment("diagnosed", {"en": "Diagnosed", "ru": "Диагностировано", "pl": "Zdiagnozowano", "zh": "已诊断"}),
        _moment("fixed", {"en": "Fixed", "ru": "Исправлено", "pl": "Naprawiono", "zh": "已修复"}),
        _moment(
            "restored", {"en": "Service restored", "ru": "Работа восстановлена", "pl": "Usługę przywrócono", "zh": "服务恢复"}, "recovering"
        ),
        _moment(
            "recovered", {"en": "Recovered", "ru": "Полностью восстановлено", "pl": "Odzyskano sprawność", "zh": "业务恢复"}, "watching"
        ),
        _moment("confirmed", {"en": "Confirmed", "ru": "Подтверждено заявителем", "pl": "Potwierdzono", "zh": "确认"}),
        _moment(
            "terminated",
            {"en": "Response ended", "ru": "Реагирование завершено", "pl": "Reagowanie zakończono", "zh": "响应终止"},
            "review",
        ),
        _moment("analysed", {"en": "Analysed", "ru": "Проанализировано", "pl": "Przeanalizowano", "zh": "完成复盘"}),
        _moment("closed", {"en": "Closed", "ru": "Закрыто", "pl": "Zamknięto", "zh": "结案"}, "closed"),
        _moment("cancelled", {"en": "Cancelled", "ru": "Отменено", "pl": "Anulowano", "zh": "取消"}, "cancelled"),
    )
}

BY_ENGINE = frozenset({"reported", "registered"})
"""Moments that the engine itself records when an incident is declared."""

STANDING: dict[str, Text] = {
    "always": {"en": "From the beginning on", "ru": "С самого начала", "pl": "Od początku", "zh": "自始"},
    "year_start": {"en": "Start of the year", "ru": "Начало года", "pl": "Początek roku", "zh": "年初"},
    "document.published": {"en": "Plan put in force", "ru": "План введён в действие", "pl": "Plan wszedł w życie", "zh": "预案生效"},
    "document.updated": {"en": "Plan updated", "ru": "План обновлён", "pl": "Plan zaktualizowano", "zh": "预案更新"},
    "document.reviewed": {"en": "Plan reviewed", "ru": "План пересмотрен", "pl": "Plan sprawdzono", "zh": "预案评审"},
}
"""The moments that standing duties count from besides the fields of an entry."""

TAKEN_OUT: Text = {"en": "Taken out", "ru": "Исключено", "pl": "Usunięto", "zh": "移出"}

OF_PEOPLE = Record(
    id=PEOPLE,
    title={"en": "People", "ru": "Люди", "pl": "Ludzie", "zh": "人员"},
    cite=(),
    fields=(
        Field("person", "person", label={"en": "Person", "ru": "Человек", "pl": "Osoba", "zh": "人员"}),
        Field("department", label={"en": "Department", "ru": "Подразделение", "pl": "Dział", "zh": "部门"}, optional=True),
        Field("joined", "time", label={"en": "Joined", "ru": "Присоединение", "pl": "Dołączenie", "zh": "加入"}),
        Field("newcomer", "yes_no", label={"en": "Newcomer", "ru": "Новичок", "pl": "Nowa osoba", "zh": "新员工"}),
        Field(REMOVED, "time", label=TAKEN_OUT, optional=True),
    ),
    open_until=REMOVED,
    register=True,
)
"""The register of people, whom the directory knows."""

DERIVED: dict[str, dict[str, Text]] = {
    "obligation": {
        "done": {"en": "done", "ru": "выполнено", "pl": "wykonano", "zh": "完成"},
        "breached": {"en": "overdue", "ru": "просрочено", "pl": "po terminie", "zh": "逾期"},
    },
    "message": {
        "sent": {"en": "sent", "ru": "отправлено", "pl": "wysłano", "zh": "已发送"},
        "read_by_all": {"en": "read by all", "ru": "прочитано всеми", "pl": "przeczytali wszyscy", "zh": "全部已读"},
    },
    "condition": {"met": {"en": "met", "ru": "выполнено", "pl": "spełniono", "zh": "达成"}},
    "situation": {
        "opened": {"en": "opened", "ru": "открыто", "pl": "otwarto", "zh": "开始"},
        "closed": {"en": "closed", "ru": "закрыто", "pl": "zamknięto", "zh": "结束"},
    },
    "decision": {"made": {"en": "made", "ru": "принято", "pl": "podjęto", "zh": "已决定"}},
    "record": {},
    "fact": {"set": {"en": "answered", "ru": "указано", "pl": "podano", "zh": "已填报"}},
}
"""Moments that rules have of their own, by the kind of rule, with the word that follows the rule's title."""

UNSURE: dict[str, Text] = {
    "no": {"en": "No", "ru": "Нет", "pl": "Nie", "zh": "否"},
    "unsure": {"en": "Unsure", "ru": "Не уверен", "pl": "Nie wiadomo", "zh": "不确定"},
    "yes": {"en": "Yes", "ru": "Да", "pl": "Tak", "zh": "是"},
}
"""The values of `yes_no_unsure`, from mild to grave, as people call them."""

"""The nine elements of an emergency plan that the standard asks for (H 十.1), and which of them a plan says it has."""

from tocsin.engine.program import Text
from tocsin.plan.forms.document import DocumentForm

ELEMENTS: dict[str, Text] = {
    "general": {"en": "General provisions", "ru": "Общие положения", "pl": "Postanowienia ogólne", "zh": "总则"},
    "organisation": {"en": "Organisation", "ru": "Организация", "pl": "Organizacja", "zh": "组织机构"},
    "response_flow": {"en": "Response flow", "ru": "Порядок реагирования", "pl": "Przebieg reagowania", "zh": "响应流程"},
    "division_of_duties": {"en": "Division of duties", "ru": "Распределение обязанностей", "pl": "Podział obowiązków", "zh": "职责分工"},
    "information": {"en": "Information handling", "ru": "Работа с информацией", "pl": "Obieg informacji", "zh": "信息处置"},
    "measures_of_levels": {"en": "Measures of each level", "ru": "Меры по уровням", "pl": "Środki dla poziomów", "zh": "分级措施"},
    "external_liaison": {"en": "External liaison", "ru": "Внешнее взаимодействие", "pl": "Współpraca zewnętrzna", "zh": "外部联动"},
    "aftermath": {"en": "Aftermath", "ru": "Последующие действия", "pl": "Działania końcowe", "zh": "善后处理"},
    "support": {"en": "Support", "ru": "Обеспечение", "pl": "Zabezpieczenie", "zh": "保障措施"},
}


def missing(document: DocumentForm) -> tuple[str, ...]:
    """Return the elements that a document under this standard does not list; none where it lists none at all, or cites no standard."""
    if not document.elements or not document.standard:
        return ()
    return tuple(element for element in ELEMENTS if element not in document.elements)

"""What is found in a plan, as a person reads it: one short line for each kind of finding, the findings of a kind together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from tocsin.plan.findings import Finding
from tocsin.plan.sentences import Sentence
from tocsin.web import languages
from tocsin.web.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Kind:
    """The findings of one code. `open` are those that keep the version from being put in force."""

    code: str
    title: str
    severity: str
    findings: tuple[Finding, ...]
    open: int


def kinds(findings: Iterable[Finding], open_: Iterable[tuple[str, str]], place: Callable[[Finding], tuple[str, str]]) -> list[Kind]:
    """Return the findings by code: errors and what is open first, then what is only noted, the most frequent first."""
    waiting = set(open_)
    ordered = sorted(findings, key=lambda each: (each.code, each.severity, each.line, each.column))
    found = []
    for (code, severity), group in groupby(ordered, key=lambda each: (each.code, each.severity)):
        listed = tuple(group)
        found.append(Kind(code, title(code), severity, listed, sum(1 for each in listed if place(each) in waiting)))
    order = {"error": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda kind: (not kind.open, order[kind.severity], -len(kind.findings), kind.code))


def sentence(said: object) -> str:
    """Return a sentence of a finding, and what it quotes, in the language of this request."""
    match said:
        case Sentence():
            words = _(said.template) if said.template else ""
            return words.format(**{name: sentence(value) for name, value in said.values.items()}) if said.values else words
        case list() | tuple():
            return ", ".join(map(sentence, said))
        case dict():
            return str(said.get(languages.active().code) or said["en"])
        case _:
            return str(said)


def title(code: str) -> str:
    """Return what a kind of finding is called."""
    return _titles()[code]


def _titles() -> dict[str, str]:
    return {**_of_form(), **_of_time(), **_of_levels(), **_of_people()}


def _of_form() -> dict[str, str]:
    return {
        "L01": _("The text is no plain YAML"),
        "L02": _("Unknown key"),
        "L03": _("Wrong kind of value"),
        "L04": _("Unknown name"),
        "L05": _("Defined twice"),
        "L06": _("No place of the document"),
        "L07": _("Expression that cannot be read"),
        "L08": _("Nothing refers to it"),
        "L09": _("The number is the plan's own"),
        "L10": _("Announced and listed numbers differ"),
        "L11": _("The document never sets it up"),
        "L12": _("Never reached"),
        "L13": _("Chain of likenesses"),
        "L14": _("An earlier name has vanished"),
        "L15": _("Text missing"),
        "L16": _("Placeholder"),
        "L17": _("One name, two meanings"),
        "L18": _("A target of no one length"),
        "L19": _("No business calendar"),
        "L20": _("Nothing promises it"),
        "L21": _("A case is missing"),
        "L22": _("The document has aged"),
        "L23": _("Nothing comes before it"),
        "L24": _("Wrong kind of number"),
        "L25": _("Not run yet"),
        "L26": _("Shown, not run"),
        "L27": _("A part where per cent is meant"),
    }


def _of_time() -> dict[str, str]:
    return {
        "L30": _("The approval takes too long"),
        "L31": _("Slower than its source"),
        "L32": _("Ends before it is due"),
        "L33": _("Two definitions"),
        "L34": _("Never begins"),
        "L35": _("No end is said"),
        "L36": _("Earlier than its beginning"),
        "L37": _("The ladder runs in a circle"),
        "L38": _("The document does not say from when it counts"),
        "L39": _("The target is looser than the limit"),
        "L40": _("Longer limit for the graver case"),
        "L41": _("Several limits for one result"),
        "L42": _("Ends before it begins"),
    }


def _of_levels() -> dict[str, str]:
    return {
        "L50": _("Two readings"),
        "L51": _("One rule contains another"),
        "L52": _("No rule speaks"),
        "L53": _("Two sentences part at a boundary"),
        "L54": _("Cannot hold together"),
        "L55": _("Opens almost never"),
        "L56": _("Opposite directions"),
        "L57": _("The warning comes too late"),
        "L58": _("No way down"),
        "L59": _("Waits for itself"),
    }


def _of_people() -> dict[str, str]:
    return {
        "L60": _("Nobody signs"),
        "L61": _("The first signature is of somebody else"),
        "L62": _("Nobody can say it"),
        "L63": _("Never asked"),
        "L64": _("The deputy is the holder"),
        "L70": _("Nobody holds it"),
        "L71": _("Too few people to sign"),
        "L72": _("Nobody may decide"),
        "L73": _("Too much for one person"),
        "L74": _("Nobody is trained for it"),
        "L75": _("Cannot be reached"),
        "L76": _("Two voices to one audience"),
        "L77": _("Decisions left to nobody"),
        "L78": _("Signed by one hand"),
        "L79": _("Held apart, and in one hand"),
        "L80": _("Confidential words go outside"),
        "L81": _("The cause is told too early"),
        "L82": _("Nobody else has read it"),
        "L84": _("Nobody keeps it fresh"),
        "L87": _("Elements that are missing"),
    }

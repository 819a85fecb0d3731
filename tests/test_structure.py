"""What the code base promises of its shape, beyond what lint and the layer contract can say."""

import ast
import re
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

from ruamel.yaml import YAML

from tocsin.plan import builtin
from tocsin.plan.forms.leaves import Inbox

ROOT = Path(__file__).parent.parent
LINES_MAX = 400
FUNCTION_LINES_MAX = 50
CATCH_POINTS = {
    "tocsin/ingest/follower.py",
    "tocsin/ingest/writer.py",
    "tocsin/comms/delivery.py",
    "tocsin/incidents/ticker.py",
    "tocsin/kit/faults.py",
    "tocsin/kit/loops.py",
}
"""The places that may catch anything: each logs, counts and leaves what somebody can see: a row, a refusal, a server that is not ready."""

CHANCE_AND_TIME = {
    "random",
    "secrets",
    "time",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid5",
    "os.urandom",
    "django.utils.timezone",
    "django.utils.crypto",
}
CLOCK_READINGS = {"now", "utcnow", "today", "fromtimestamp"}
DIALS = {
    *("httpx", "httpcore", "requests", "urllib3", "aiohttp", "websockets", "urllib.request", "http.client", "xmlrpc.client"),
    *(
        "smtplib",
        "imaplib",
        "poplib",
        "ftplib",
        "telnetlib",
        "nntplib",
        "django.core.mail",
        "socket.create_connection",
        "asyncio.open_connection",
    ),
}
EVASIONS = {"pytest.skip", "pytest.xfail", "pytest.importorskip", "mark.skip", "mark.skipif", "mark.xfail", "time.sleep", "unittest.mock"}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts]


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a file imports, modules and what is taken from them."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def outside(*homes: str) -> list[Path]:
    return [path for path in sources("tocsin") if not place(path).startswith(homes)]


def test_a_file_can_be_read_in_one_sitting():
    lengths = {place(path): path.read_text().count("\n") for path in sources("tocsin", "tests", "scripts")}
    assert {name: lines for name, lines in lengths.items() if lines > LINES_MAX} == {}


def test_a_function_fits_on_a_screen():
    long = {
        f"{place(path)}:{node.lineno} {node.name}"
        for path in sources("tocsin", "tests", "scripts")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX
    }
    assert long == set()


def test_the_engine_is_the_standard_library_and_nothing_else():
    allowed = {*sys.stdlib_module_names, "tocsin"}
    foreign = {(place(path), name) for path in sources("tocsin/engine") for name in imported(path) if name.split(".")[0] not in allowed}
    assert foreign == set()
    assert {name for path in sources("tocsin/engine") for name in imported(path) if re.match(r"tocsin(?!\.engine)\.", name)} == set()


def test_time_and_chance_come_from_the_kit_alone():
    taken = {(place(path), name) for path in outside("tocsin/kit/") for name in imported(path) if name in CHANCE_AND_TIME}
    assert taken == set()


def test_nobody_but_the_kit_reads_a_clock():
    readings = {
        f"{place(path)}:{node.lineno} {ast.unparse(node)}"
        for path in outside("tocsin/kit/")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in CLOCK_READINGS
        and ast.unparse(node.value) in {"datetime", "datetime.datetime", "date"}
    }
    assert readings == set()


def test_there_is_one_outbound_door():
    """The contract on imports says it of known packages; this says it of whatever could dial."""
    dials = {(place(path), name) for path in outside("tocsin/kit/egress/") for name in imported(path) if name in DIALS}
    assert dials == set()


def test_only_the_named_catch_points_catch_everything():
    broad = [
        place(path)
        for path in sources("tocsin")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
    ]
    assert sorted(broad) == sorted(CATCH_POINTS), "each of them once"


def _catches_all(handler: ast.ExceptHandler) -> bool:
    everything = handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"}
    return everything and not isinstance(handler.body[-1], ast.Raise)  # cleaning up and passing it on catches nothing


def test_no_test_is_skipped_excused_mocked_or_slept_through():
    evasions = {f"{place(path)}: {name}" for path in sources("tests") for name in (*imported(path), *attributes(path)) if name in EVASIONS}
    assert evasions == set()


def attributes(path: Path) -> Iterator[str]:
    """Yield each dotted name that ends like an evasion, without the `pytest.` of a mark."""
    ends = {name.rpartition(".")[2] for name in EVASIONS}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in ends:
            name = ast.unparse(node)
            yield name.removeprefix("pytest.") if ".mark." in name else name


def test_nothing_is_left_for_later():
    assert {
        note for path in sources("tocsin", "tests", "scripts") for note in comments(path) if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", note)
    } == set()


def comments(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield from (
            f"{place(path)}:{token.start[0]} {token.string}" for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT
        )


# ------------------------------------------------------------------ plans are data

SECTIONS = (
    "facts",
    "signals",
    "conditions",
    "moments",
    "roles",
    "levels",
    "situations",
    "obligations",
    "decisions",
    "messages",
    "records",
    "figures",
    "triggers",
    "checklists",
    "resources",
    "readiness",
    "terms",
)
WORDS_OF_THE_LANGUAGE = {"at_once", "on_change", "out_of_turn", *(word for words in builtin.DERIVED.values() for word in words)}
"""Words that the reference gives a meaning, though a plan may also call something of its own so."""
SAMPLES = ("tocsin/web/sample", "tocsin/accounts/sample", "tocsin/incidents/sample")
"""Files that begin like this are sample data, made for one shipped plan: they name its roles. Everything else runs any plan."""


def test_the_code_knows_no_id_of_a_shipped_plan():
    plans = [YAML(typ="safe", pure=True).load(path.read_text()) for path in (ROOT / "plans").glob("*/plan.yaml")]
    ids = {name for plan in plans for name in (plan["id"], *specific(plan))}
    assert len(ids) > 20
    assert {use for use in spellings() if use[1] in ids} == set()


def specific(plan: dict) -> Iterator[str]:
    """
    Yield the ids of a plan that are nobody else's words: of two words at least, no moment of every plan, no name of an audience, no word
    of the language. They count wherever they stand: in a situation, in a checklist, among the marks of a party.
    """
    common = {*builtin.MOMENTS, *(message.get("audience") for message in (plan.get("messages") or {}).values()), *WORDS_OF_THE_LANGUAGE}
    yield from (name for table in defining(plan) for name in table or () if re.search(r"[_.]", name) and name not in common)


def defining(plan: dict) -> Iterator[dict | None]:
    """Yield every table of a plan whose keys are ids that the plan itself gives."""
    organisation, classify = plan.get("organisation") or {}, plan.get("classify") or {}
    parties = organisation.get("parties") or {}
    yield from map(plan.get, SECTIONS)
    yield from (organisation.get("departments"), organisation.get("groups"), organisation.get("lists"), classify.get("rules"))
    yield from (parties.get("kinds"), parties.get("marks"))
    for inner in (plan.get("situations") or {}).values():
        yield from (inner.get("facts"), inner.get("obligations"))
    yield from (inner.get("items") for inner in (plan.get("checklists") or {}).values())


def spellings() -> Iterator[tuple[str, str]]:
    """Yield (place, text) of every string in the code and every word in templates and scripts."""
    for path in outside(*SAMPLES):
        strings = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        yield from ((f"{place(path)}:{node.lineno}", node.value) for node in strings)
    for kind in ("html", "js", "css", "txt"):
        for path in (ROOT / "tocsin").rglob(f"*.{kind}"):
            yield from ((place(path), word) for word in re.findall(r"\w+", path.read_text()))


def test_the_engine_knows_no_inbox_by_name():
    """Where something is filed the plan says; the language names the usual inbox in one place, its forms."""
    engine = {(place, text) for place, text in spellings() if place.startswith("tocsin/engine/")}
    assert len(engine) > 1000
    assert {use for use in engine if use[1] in get_args(Inbox)} == set()


def test_what_a_plan_names_within_another_part_counts_too():
    plan = {
        "organisation": {"parties": {"marks": {"project.critical": "yes_no", "users_hit_share": "number"}, "kinds": {"guest": "Guest"}}},
        "situations": {"outage": {"obligations": {"first_call": {}}, "facts": {"how_many": {}}}},
        "checklists": {"end": {"items": {"all_quiet": {}, "at_once": {}}}},
        "classify": {"rules": {"by_size": {}}},
    }
    assert set(specific(plan)) == {"project.critical", "users_hit_share", "first_call", "how_many", "all_quiet", "by_size"}


def test_an_id_counts_if_it_is_of_two_words_and_not_of_the_language():
    plan = {"roles": {"duty_manager": {}, "scribe": {}}, "organisation": {"groups": {"care_group": {}}}, "moments": {"reported": {}}}
    assert list(specific(plan)) == ["duty_manager", "care_group"]


def test_each_decision_on_record_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in sorted(Path("docs/adr").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_the_migrations_of_an_app_are_one_line() -> None:
    """Two that carry one number are two heads, and no database can be made. One that is squashed stands beside the line, not in it."""
    for folder in sorted(ROOT.glob("tocsin/*/migrations")):
        numbers = [path.name[:4] for path in sorted(folder.glob("0*.py")) if "_squashed_" not in path.name]
        assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)], folder

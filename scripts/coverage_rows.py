"""
Write docs/coverage.md: which test or scenario proves which row. Without `--write` only say whether it is in step.

Below it stands what `make mutate` found: alterations of the shipped plans that no scenario notices.

A test claims rows with `@pytest.mark.row("CLK-03", "I3")`, a scenario with `proves:`. A claim is honest only if the proof fails when the
behaviour is taken away; that no machine checks here.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "coverage.md"
UNNOTICED = "unnoticed.txt"
"""Beside the table: what `scripts/mutate` wrote last."""
HEAD = """# Which row is proved where

Made by `scripts/coverage_rows.py --write` from the marks of the tests and the `proves:` of the scenarios; `make check` fails when it is out of
step. A proof counts only if it fails when the behaviour is taken away. The rows themselves are in the requirements; `rows.txt` lists their ids.
"""

Claim = tuple[str, str]
"""A row's id and the proof that claims it."""


def main(arguments: list[str]) -> int:
    known = rows((ROOT / "docs" / "rows.txt").read_text())
    claims = sorted({*tests(ROOT), *scenarios(ROOT)})
    unknown = [f"{proof}: there is no row {row}" for row, proof in claims if row not in known]
    for line in unknown:
        print(line, file=sys.stderr)
    wanted = table(known, [claim for claim in claims if claim[0] in known]) + unnoticed(TABLE.parent / UNNOTICED)
    if "--write" in arguments:
        TABLE.write_text(wanted)
    elif not TABLE.exists() or TABLE.read_text() != wanted:
        print("docs/coverage.md is not what the tests and scenarios say", file=sys.stderr)
        return 1
    return 1 if unknown else 0


def rows(text: str) -> list[str]:
    """Return every row's id, in the order of the list."""
    return [row for line in text.splitlines() if not line.startswith("#") for row in line.split()]


def tests(root: Path) -> Iterator[Claim]:
    """Yield what tests claim: each `pytest.mark.row(…)` on a test, its class, its parameters, or its module."""
    for path in sorted((root / "tests").rglob("test_*.py")):
        place = path.relative_to(root).as_posix()
        yield from _claims(ast.parse(path.read_text()), place)


def _claims(node: ast.AST, place: str) -> Iterator[Claim]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and ast.unparse(child.func).endswith("mark.row"):
            yield from ((ast.literal_eval(argument), place) for argument in child.args)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _claims(child, f"{place}::{child.name}")
        else:
            yield from _claims(child, place)


def scenarios(root: Path) -> Iterator[Claim]:
    """Yield what scenarios claim, those of the shipped plans and those that lie with tests."""
    yaml = YAML(typ="safe", pure=True)
    for folder in ("plans", "tests"):
        for path in sorted((root / folder).rglob("scenarios/*.yaml")):
            document = yaml.load(path.read_text())
            yield from ((row, path.relative_to(root).as_posix()) for row in document.get("proves") or ())


def table(known: list[str], claims: list[Claim]) -> str:
    proofs: dict[str, list[str]] = defaultdict(list)
    for row, proof in claims:
        proofs[row].append(proof)
    lines = [f"| {row} | {'<br>'.join(f'`{proof}`' for proof in proofs[row])} |" for row in known if row in proofs]
    return (
        "\n".join([HEAD, f"{len(lines)} of {len(known)} rows.", "", "| row | proved by |", "|---|---|", *lines, "", *_open(known, proofs)])
        + "\n"
    )


def unnoticed(file: Path) -> str:
    """Return the chapter about alterations of plans; empty where nothing was measured yet."""
    if not file.exists():
        return ""
    said = "`make mutate` altered every number, comparator, role, moment and approver of the shipped plans, one at a time."
    head = f"\n## What no scenario notices\n\n{said}\n"
    return f"{head}\n```\n{file.read_text().rstrip()}\n```\n"


def _open(known: list[str], proofs: Mapping[str, list[str]]) -> Iterator[str]:
    yield "## Not yet proved"
    yield ""
    for family, members in groupby((row for row in known if row not in proofs), key=lambda row: row.rstrip("0123456789").partition("-")[0]):
        yield f"- {family}: {', '.join(members)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

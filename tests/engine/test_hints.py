"""Every refusal of the engine says what to do: its hint begins with the deed."""

import ast
from pathlib import Path

import tocsin.engine

DEEDS = """
add answer ask assign attest bring choose close confirm correct decide declare do draft enter fill fulfil give hand join leave let load look make
move name read report say see send sign stamp start submit take tell tick wait work write
"""


def hints():
    """Yield the words with which each hint begins, where they stand."""
    for path in Path(tocsin.engine.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "hint" and isinstance(node.value, ast.Constant):
                yield f"{path.name}:{node.value.lineno}", node.value.value


def test_a_hint_begins_with_what_to_do():
    found = list(hints())
    assert len(found) > 100
    assert [(place, hint) for place, hint in found if hint.split()[0].rstrip(",") not in DEEDS.split()] == []

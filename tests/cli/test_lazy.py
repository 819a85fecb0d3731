"""A command is imported when it is called, and only then."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from tocsin import cli

LOADED = "import sys; from tocsin import cli; cli.main({arguments!r}, standalone_mode=False); print(*sorted(sys.modules))"


def modules(*arguments: str) -> set[str]:
    out = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=list(arguments))], capture_output=True, text=True, check=True
    ).stdout
    return set(out.splitlines()[-1].split())


def test_the_list_of_commands_imports_none_of_them():
    loaded = modules("--help")
    assert not {name for name in loaded if name.startswith(("uvicorn", "django.db", "tocsin.web", "tocsin.plan"))}


def test_a_dossier_is_proven_without_django_or_data(tmp_path):
    assert not {name for name in modules("verify", "--help") if name.startswith(("django.db", "tocsin.settings", "httpx"))}


@pytest.mark.parametrize("name", [name for name, lazy in cli.COMMANDS.items() if not lazy.data])
def test_what_works_without_data_says_how(name):
    answer = CliRunner().invoke(cli.main, [name, "--help"])
    assert answer.exit_code == 0, answer.output
    assert "Usage" in answer.output


def test_an_unknown_command_is_named():
    answer = CliRunner().invoke(cli.main, ["serv"])
    assert answer.exit_code == 2
    assert "serv" in answer.output


def test_every_command_is_where_the_table_says(db):
    for name in cli.COMMANDS:
        assert CliRunner().invoke(cli.main, [name, "--help"]).exit_code == 0, name

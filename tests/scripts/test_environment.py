"""`sh scripts/run` on machines that lack something: one clear sentence, and an exit code that is not 0."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOOLS = ("sh", "cat", "chmod", "cmp", "dirname", "grep", "head", "mkdir", "tail")

# A Python that makes environments of its own kind and writes down what pip was asked for.
PYTHON = """#!/bin/sh
case "$*" in
    *version_info*) {version} ;;
    *"import venv"*) {venv} ;;
    --version) echo Python 3.9.2 ;;
    "-m venv"*) mkdir -p .venv/bin && cat "$0" >.venv/bin/python && cat >.venv/bin/tocsin <<END
#!/bin/sh
echo tocsin "\\$@"
END
        chmod +x .venv/bin/python .venv/bin/tocsin; echo "VIRTUAL_ENV=$(pwd -P)/.venv" >.venv/bin/activate; echo venv >>calls ;;
    "-m pip --version") ;;
    "-m pip"*) echo "$*" >>calls ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder with the scripts and a PATH on which nothing is but the usual tools."""

    folder: Path
    programs: Path

    def python(self, name: str = "python3", *, version: str = "true", venv: str = "true") -> None:
        self.program(name, PYTHON.format(version=version, venv=venv))

    def program(self, name: str, text: str) -> None:
        path = self.programs / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, *arguments: str, user: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "scripts/run", *arguments],
            cwd=self.folder,
            env={"PATH": str(self.programs), "HOME": str(self.folder), **environ},
            capture_output=True,
            text=True,
            check=False,
            user=user,
        )

    def calls(self) -> list[str]:
        """Return what was asked of Python since the last time: `venv`, or pip's arguments."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line.split("--retries 1 ")[-1] for line in lines]


@pytest.fixture
def machine() -> Iterator[Machine]:
    # Not pytest's own folder: another user must be able to enter this one.
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        base.chmod(0o755)
        folder, programs = base / "tocsin", base / "programs"
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        programs.mkdir()
        for tool in TOOLS:
            (programs / tool).symlink_to(str(shutil.which(tool)))
        (folder / "pyproject.toml").write_text("[project]\n")
        (folder / "requirements.lock").write_text("")
        yield Machine(folder, programs)
        folder.chmod(0o755)


def refusal(answer: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence with which the script stopped."""
    assert answer.returncode != 0
    (line,) = answer.stderr.splitlines()
    return line


def test_a_python_that_is_too_old_is_named_with_its_version(machine):
    machine.python(version="false")
    line = refusal(machine.run())
    assert "3.11 or newer" in line
    assert "Python 3.9.2" in line
    assert not (machine.folder / ".venv").exists()


def test_no_python_at_all_is_said_as_such(machine):
    assert "python3 here is missing" in refusal(machine.run())


def test_a_newer_python_beside_an_old_one_is_found(machine):
    machine.python(version="false")
    machine.python("python3.12")
    assert machine.run().stdout.splitlines()[-1] == "tocsin serve"


def test_a_named_python_goes_before_the_one_on_the_path(machine):
    machine.python()
    machine.python("elsewhere", version="false")
    assert "elsewhere" in refusal(machine.run(PYTHON="elsewhere"))


def test_a_missing_venv_module_names_the_package(machine):
    machine.python(venv="false")
    assert "apt install python3-venv" in refusal(machine.run())


def test_an_unwritable_folder_is_named(machine):
    machine.python()
    machine.folder.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
    line = refusal(machine.run(user="nobody" if os.geteuid() == 0 else None))
    assert str(machine.folder) in line
    assert "cannot be written" in line


def test_without_a_network_the_package_index_is_blamed(machine):
    machine.program("python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (machine.folder / "requirements.lock").write_text("django==5.2.19 --hash=sha256:" + "0" * 64 + "\n")
    answer = machine.run(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_CONFIG_FILE="/dev/null")
    assert "the package index does not answer" in refusal(answer)


def test_the_first_start_installs_by_hash_and_the_second_installs_nothing(machine):
    machine.python()
    assert machine.run().returncode == 0
    assert machine.calls() == ["venv", "--require-hashes -r requirements.lock", "--no-deps --no-build-isolation -e ."]
    answer = machine.run("--anything")
    assert answer.stdout == "tocsin serve --anything\n"
    assert machine.calls() == []


def test_a_changed_lock_installs_into_the_same_environment(machine):
    machine.python()
    machine.run()
    machine.calls()
    (machine.folder / "requirements.lock").write_text("# another\n")
    machine.run()
    assert machine.calls()[0] == "--require-hashes -r requirements.lock"


def test_a_folder_that_was_moved_makes_its_environment_anew(machine):
    machine.python()
    machine.run()
    machine.calls()
    moved = Machine(machine.folder.rename(machine.folder.with_name("moved")), machine.programs)
    moved.run()
    assert moved.calls()[0] == "venv"
    moved.folder.rename(machine.folder)


def test_an_installation_that_broke_off_is_taken_up_again(machine):
    machine.python()
    machine.run()
    machine.calls()
    (machine.folder / ".venv" / "requirements.lock.installed").unlink()
    machine.run()
    assert machine.calls() == ["--require-hashes -r requirements.lock", "--no-deps --no-build-isolation -e ."]

"""`scripts/machine`: install what the tests need where it may, else say what is missing, and never stand in the way."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "machine"


@pytest.fixture
def programs(tmp_path):
    """Give a PATH with next to nothing on it, to which programs are added as shell lines."""
    (tmp_path / "bin").mkdir()
    for name in ("grep", "ls"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))

    def add(**lines: str) -> None:
        for name, line in lines.items():
            program = tmp_path / "bin" / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{line}\n")
            program.chmod(0o755)

    add.path = tmp_path / "bin"
    return add


def run(programs) -> str:
    answer = subprocess.run(
        ["/bin/sh", SCRIPT], env={"PATH": str(programs.path), "TMPDIR": str(programs.path)}, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0
    return answer.stdout


def test_whoever_may_install_installs_only_what_is_missing(programs, tmp_path):
    asked = tmp_path / "asked"
    programs(id="echo 0", chromium_headless_shell="true", fc_list="echo a font", apt_get=f'echo "$*" >>{asked}')
    assert run(programs).startswith("Installing from the system's packages: prometheus-alertmanager")
    update, install = asked.read_text().splitlines()
    assert update.startswith("update")
    assert "prometheus-alertmanager" in install
    assert "chromium" not in install


def test_whoever_may_not_is_told_what_is_missing(programs):
    programs(id="echo 1000", sudo="false", fc_list="true")
    said = run(programs)
    assert said.startswith("This user may not install system packages")
    assert "chromium-headless-shell prometheus-alertmanager" in said
    assert "fonts-noto-cjk" in said


def test_another_system_is_named_as_such(programs):
    programs(id="echo 0", fc_list="true")
    assert run(programs).startswith("This is no Debian")


def test_a_failed_installation_says_where_to_look(programs):
    programs(id="echo 0", fc_list="true", apt_get="echo no such package; exit 100")
    assert "tocsin-apt.log" in run(programs)

"""Check, without a network, that both locks satisfy pyproject.toml: every requirement pinned within its bounds, every pin hashed, no pin twice."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    run = [*project["dependencies"], *extras["install"]]
    locks = {"requirements.lock": run, "requirements-dev.lock": [*run, *extras["dev"]]}
    pins = {name: read((ROOT / name).read_text()) for name in locks}
    problems = [f"{name}: {problem}" for name, wanted in locks.items() for problem in unmet(wanted, pins[name])]
    problems += differing(pins["requirements.lock"], pins["requirements-dev.lock"])
    for problem in problems:
        print(f"{problem}: run `make lock`", file=sys.stderr)
    return 1 if problems else 0


def read(text: str) -> dict[str, tuple[Version, bool]]:
    """Return the pinned version by name, and whether hashes follow it."""
    pins = {}
    for entry in text.replace("\\\n", " ").splitlines():
        if entry.strip() and not entry.startswith("#"):
            requirement = Requirement(entry.split("--hash=")[0].strip())
            (pin,) = requirement.specifier
            pins[canonicalize_name(requirement.name)] = (Version(pin.version), "--hash=sha256:" in entry)
    return pins


def unmet(wanted: list[str], pins: dict[str, tuple[Version, bool]]) -> Iterator[str]:
    for requirement in map(Requirement, wanted):
        pinned = pins.get(canonicalize_name(requirement.name))
        if pinned is None:
            yield f"{requirement.name} is not pinned"
        elif pinned[0] not in requirement.specifier:
            yield f"{requirement.name} is pinned to {pinned[0]}, but pyproject.toml wants {requirement.specifier}"
    yield from (f"{name} has no hash" for name, (_, hashed) in pins.items() if not hashed)


def differing(run: dict[str, tuple[Version, bool]], dev: dict[str, tuple[Version, bool]]) -> list[str]:
    """Name what would run in another version than it is tested in."""
    return [
        f"{name} is {pin[0]} in requirements.lock, but not in requirements-dev.lock" for name, pin in run.items() if dev.get(name) != pin
    ]


if __name__ == "__main__":
    sys.exit(main())

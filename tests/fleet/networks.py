"""
Hosts with a network of their own, made of the kernel's namespaces: a front, where clients reach them, and a back, where the database is.

Cutting a host off takes its cable out of the switch: nothing is refused and nothing is reset, there is only silence.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

FRONT: Final = "f"
BACK: Final = "b"


@cache
def permitted() -> bool:
    """Return whether this machine lets us make networks."""
    try:
        made = _ip("netns", "add", f"tocsin-{os.getpid()}-try")
        return made and _ip("link", "add", f"tt{os.getpid()}", "type", "veth", "peer", "name", f"tu{os.getpid()}")
    finally:
        _ip("link", "del", f"tt{os.getpid()}")
        _ip("netns", "del", f"tocsin-{os.getpid()}-try")


def _ip(*words: str) -> bool:
    try:
        return subprocess.run(["ip", *words], check=False, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def ip(*words: str) -> None:
    """Tell the kernel, or say what it would not do."""
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one host stands."""

    network: "Network"
    number: int

    @property
    def namespace(self) -> str:
        """Return its name in the kernel."""
        return f"tocsin-{self.network.tag}-{self.number}"

    @property
    def within(self) -> tuple[str, ...]:
        """Return the command that enters it."""
        return ("ip", "netns", "exec", self.namespace)

    def address(self, segment: str) -> str:
        """Return its address in one segment."""
        return self.network.address(segment, self.number)

    def cut(self) -> None:
        """Take its cable to the database out."""
        ip("link", "set", "dev", self.cable(BACK), "down")

    def join(self) -> None:
        """Put it back in."""
        ip("link", "set", "dev", self.cable(BACK), "up")

    def cable(self, segment: str) -> str:
        """Return the switch's end of its cable."""
        return f"t{segment}{self.network.tag}n{self.number}"


@dataclass(frozen=True, slots=True)
class Network:
    """Two switches. This process stands at number 1 of the front."""

    tag: int

    def address(self, segment: str, number: int) -> str:
        """Return the address of one place."""
        return f"10.{213 if segment == FRONT else 214}.{self.tag % 250}.{number}"

    def place(self, number: int) -> Place:
        """Make room for one more host."""
        place = Place(self, number)
        ip("netns", "add", place.namespace)
        ip("-n", place.namespace, "link", "set", "dev", "lo", "up")
        for segment in (FRONT, BACK):
            ip("link", "add", place.cable(segment), "type", "veth", "peer", "name", segment, "netns", place.namespace)
            ip("link", "set", "dev", place.cable(segment), "master", self.switch(segment), "up")
            ip("-n", place.namespace, "address", "add", f"{place.address(segment)}/24", "dev", segment)
            ip("-n", place.namespace, "link", "set", "dev", segment, "up")
        return place

    def switch(self, segment: str) -> str:
        """Return the name of a switch."""
        return f"t{segment}{self.tag}"


@contextmanager
def network() -> Iterator[Network]:
    """Give a network that is gone afterwards, with every place in it."""
    made = Network(os.getpid() % 100_000)
    try:
        for segment in (FRONT, BACK):
            ip("link", "add", made.switch(segment), "type", "bridge")
            ip("link", "set", "dev", made.switch(segment), "up")
        ip("address", "add", f"{made.address(FRONT, 1)}/24", "dev", made.switch(FRONT))
        yield made
    finally:
        for number in range(2, 20):
            _ip("netns", "del", Place(made, number).namespace)
        for segment in (FRONT, BACK):
            _ip("link", "del", made.switch(segment))

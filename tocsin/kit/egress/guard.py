"""Which addresses may be connected to. The guard sees an address and a port, never a name or a URL, so no spelling can get past it."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Opening:
    """A network that the owner of the installation opened by name, on one port or on all."""

    network: Network
    port: int | None = None

    def holds(self, address: Address, port: int) -> bool:
        """Tell whether this opening is for `address` and `port`."""
        return address.version == self.network.version and address in self.network and self.port in (None, port)


def _networks(**kinds: str) -> tuple[tuple[str, tuple[Network, ...]], ...]:
    return tuple((kind.replace("_", " "), tuple(ip_network(text) for text in texts.split())) for kind, texts in kinds.items())


# No opening helps here: nothing can answer from these.
_NEVER: Final = _networks(
    unspecified="0.0.0.0/8 ::/128",
    multicast="224.0.0.0/4 ff00::/8",
    broadcast="255.255.255.255/32",
)
# IANA's special-purpose registries, and every form that carries an IPv4 address inside an IPv6 one: the gateway that unpacks it may be
# inside. (A NAT64 prefix of the network's own choosing cannot be told from a public address.)
_CLOSED: Final = _networks(
    loopback="127.0.0.0/8 ::1/128",
    private="10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
    link_local="169.254.0.0/16 fe80::/10",
    carrier="100.64.0.0/10",
    transition="::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 2002::/16 2001::/32 192.88.99.0/24",
    reserved="192.0.0.0/24 192.0.2.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 2001::/23 2001:db8::/32 3fff::/20",
)
_PUBLIC_V6: Final = ip_network("2000::/3")
_ISATAP: Final = 0x00005EFE


def refusal(address: Address, port: int, openings: Iterable[Opening] = ()) -> str:
    """Return why `address` may not be connected to on `port`, in one word, or nothing if it may. Pure."""
    never = _kind(address, _NEVER)
    if never:
        return never
    if any(opening.holds(address, port) for opening in openings):
        return ""
    return _kind(address, _CLOSED) or _odd(address)


def _kind(address: Address, kinds: Iterable[tuple[str, tuple[Network, ...]]]) -> str:
    return next((kind for kind, networks in kinds if any(address.version == n.version and address in n for n in networks)), "")


def _odd(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return "" if address.is_global else "reserved"
    if address not in _PUBLIC_V6:
        return "reserved"
    carries_v4 = (int(address) >> 32) & 0xFDFFFFFF == _ISATAP
    return "transition" if carries_v4 else ""

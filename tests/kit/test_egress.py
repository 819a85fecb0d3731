"""The outbound door: what it refuses to dial, how it reads URLs, and that it never waits longer than it was told."""

import contextlib
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.certificates import contexts
from tests.comms.sinks import email, webhook
from tocsin.kit.egress import Egress, Opening, Rejected, Relay, Unreachable, refusal
from tocsin.kit.egress.web import place

LOOPBACK = Opening(ip_network("127.0.0.0/8"))
OPEN = Egress(openings=(LOOPBACK,), deadline_s=5)
HASTY = Egress(openings=(LOOPBACK,), deadline_s=0.3)
MESSAGE = b"Subject: hello\r\n\r\nhello\r\n"

CLOSED = """
127.0.0.1 127.8.8.8 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 169.254.1.1 100.64.0.1 100.127.255.255
0.0.0.0 0.1.2.3 224.0.0.1 239.255.255.255 255.255.255.255 240.0.0.1 192.0.0.1 192.0.0.170 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9
192.88.99.1 :: ::1 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
2002:7f00:1:: 2002:0a00:1::1 2002:808:808::1 2001::1 2001:0:7f00:1::1 2001:db8::1 3fff::1 fc00::1 fd12:3456::1 fe80::1 febf::1 fec0::1
ff02::1 ff0e::1 100::1 5f00::1 4000::1 2001:2::1 2001:10::1 2606:4700::5efe:7f00:1 2606:4700::200:5efe:a00:1
""".split()  # noqa: SIM905 - read as a table
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "192.169.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "2400:3200::1",
]


@pytest.fixture(scope="module")
def dials() -> Iterator[list[tuple[str, int]]]:
    """Every address that a socket of this process is asked to connect to, told by the interpreter itself."""
    seen: list[tuple[str, int]] = []
    listening = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event == "socket.connect" and isinstance(arguments[1], tuple):
            seen.append(arguments[1][:2])

    sys.addaudithook(hook)
    yield seen
    listening = False


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """Fail if the block takes much longer than any deadline in it."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 4


def knowing(*addresses: str) -> Egress:
    """Return a door whose resolver knows one answer to every name."""
    return Egress(resolver=lambda host, port: tuple(ip_address(address) for address in addresses), deadline_s=0.3)


@pytest.mark.parametrize("address", CLOSED)
def test_no_special_address_may_be_connected_to(address):
    assert refusal(ip_address(address), 443) != ""


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_connected_to(address):
    assert refusal(ip_address(address), 443) == ""


@pytest.mark.parametrize("address", [address for address in CLOSED if ":" not in address])
def test_an_opening_for_an_ipv4_network_opens_no_other_spelling_of_it(address):
    everything = Opening(ip_network("0.0.0.0/0"))
    packed = int(ip_address(address))
    for carrier in (packed, 0xFFFF << 32 | packed, 0x64FF9B << 96 | packed, 0x2002 << 112 | packed << 80):
        assert refusal(ip_address(carrier.to_bytes(16, "big")), 443, [everything]) != ""


def test_an_opening_is_for_its_network_and_its_port():
    relay = Opening(ip_network("127.0.0.1/32"), port=25)
    assert refusal(ip_address("127.0.0.1"), 25, [relay]) == ""
    assert refusal(ip_address("127.0.0.1"), 5432, [relay]) == "loopback"
    assert refusal(ip_address("127.0.0.2"), 25, [relay]) == "loopback"


def test_no_opening_is_for_multicast_or_for_no_address_at_all():
    everything = [Opening(ip_network("0.0.0.0/0")), Opening(ip_network("::/0"))]
    for address in ("0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255"):
        assert refusal(ip_address(address), 443, everything) != ""


@pytest.mark.parametrize("address", CLOSED)
def test_a_name_that_leads_inside_is_rejected_and_nothing_is_dialled(address, dials):
    dials.clear()
    with pytest.raises(Rejected) as caught:
        knowing(address).post("https://hooks.example.org/x")
    assert caught.value.code == "closed_address"
    assert "owner" in caught.value.hint
    with pytest.raises(Rejected):
        knowing(address).mail(Relay("relay.example.org", 25), sender="a@example.org", recipient="b@example.org", message=MESSAGE)
    assert dials == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://0/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://localhost/", "http://169.254.169.254/latest/meta-data/", "http://[::]/",
        "http://[fe80::1]/", "http://10.0.0.1:8080/", "http://127.0.0.1.:80/",
    ],
)  # fmt: skip
def test_no_spelling_of_an_inner_address_gets_past_the_guard(url, dials):
    dials.clear()
    with pytest.raises((Rejected, Unreachable)):  # some resolvers do not know the odd spellings at all
        Egress(deadline_s=5).post(url)
    assert dials == []


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)", "data:,x",
        "http://", "http:///x", "http://example.com:pass@169.254.169.254/", "http://a@example.org/", "http://@example.org/", "http://:80/",
        "http://example.org:0/", "http://example.org:65536/", "http://example.org:8x/", "http://example.org\\@10.0.0.1/", "http://exa mple.org/",
        "http://example.org/\r\nX: y", "http://example.org/#x", "http://example.org#@10.0.0.1/", "http://%31%32%37.0.0.1/", "http://[::1/",
        "http://[fe80::1%25eth0]/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://example.org:80:80/", "http://ex\tample.org/", " http://example.org/",
    ],
)  # fmt: skip
def test_what_is_not_one_plain_url_is_rejected(url):
    with pytest.raises(Rejected) as caught:
        place(url)
    assert caught.value.code == "bad_url"


def test_an_international_name_is_dialled_in_ascii():
    assert place("https://пример.рф:8443/hook?a=b").authority == "xn--e1afmkfd.xn--p1ai:8443"


@given(
    st.one_of(
        st.text(),
        st.builds(
            "{}://{}{}{}{}".format,
            st.sampled_from(["http", "https", "HTTP", "ftp", ""]),
            st.sampled_from(["", "user@", "a:b@", "example.com:pw@", "\\@", "#@"]),
            st.one_of(st.sampled_from(["example.org", "127.0.0.1", "[::1]", "0x7f.1", "EXAMPLE.org", "例子.中国", "a_b", "[::ffff:1.2.3.4]"]),
                st.text(max_size=8)),
            st.one_of(st.just(""), st.from_regex(r":[0-9]{0,6}", fullmatch=True)),
            st.text(st.sampled_from("/?#@:\\.%a1[] é"), max_size=12),
        ),
    )
)  # fmt: skip
def test_whatever_we_read_urllib_reads_alike(url):
    try:
        ours = place(url)
    except Rejected:
        return
    theirs = urlsplit(url)
    host = theirs.hostname or ""
    assert theirs.scheme == ours.scheme
    assert (host if host.isascii() else idna.encode(host).decode()) == ours.host
    assert (theirs.port or {"http": 80, "https": 443}[ours.scheme]) == ours.port
    assert theirs.username is None
    assert theirs.password is None


def test_a_post_goes_to_the_checked_address_under_the_name_that_was_asked_for(dials):
    dials.clear()
    with webhook.Sink() as sink:
        door = Egress(openings=(LOOPBACK,), resolver=lambda host, port: (ip_address("127.0.0.1"),), deadline_s=5)
        reply = door.post(f"http://hooks.example.org:{sink.port}/a?b=c", json={"text": "прорыв"})
    assert (reply.status, reply.json()["id"], sink.requests[0].path) == (200, "17", "/a?b=c")
    assert sink.requests[0].headers["Host"] == f"hooks.example.org:{sink.port}"
    assert sink.requests[0].body == '{"text":"прорыв"}'.encode()
    assert dials == [("127.0.0.1", sink.port)]


def test_a_name_is_asked_once_so_a_second_answer_cannot_lead_elsewhere(dials):
    answers = [(ip_address("127.0.0.1"),), (ip_address("127.0.0.2"),)]
    dials.clear()
    with webhook.Sink() as sink:
        Egress(openings=(LOOPBACK,), resolver=lambda host, port: answers.pop(0), deadline_s=5).post(
            f"http://rebinding.example.org:{sink.port}/"
        )
    assert dials == [("127.0.0.1", sink.port)]
    assert len(answers) == 1


def test_a_closed_address_beside_an_open_one_is_passed_over(dials):
    dials.clear()
    with webhook.Sink() as sink:
        both = (ip_address("10.0.0.1"), ip_address("127.0.0.1"))
        Egress(openings=(LOOPBACK,), resolver=lambda host, port: both, deadline_s=5).post(f"http://both.example.org:{sink.port}/")
    assert dials == [("127.0.0.1", sink.port)]


def test_a_redirect_is_rejected_and_not_followed(dials):
    dials.clear()
    with webhook.Sink("redirects") as sink, pytest.raises(Rejected, match="302") as caught:
        OPEN.post(sink.url)
    assert "redirect" in caught.value.hint
    assert dials == [("127.0.0.1", sink.port)]


@pytest.mark.parametrize(("behaviour", "after_s"), [("busy", 90.0), ("fails", None)])
def test_later_means_try_again_when_the_other_side_says(behaviour, after_s):
    with webhook.Sink(behaviour) as sink, pytest.raises(Unreachable) as caught:
        OPEN.post(sink.url)
    assert caught.value.retry_after_s == after_s
    assert not caught.value.in_doubt


@pytest.mark.row("F-19")
@pytest.mark.parametrize("behaviour", ["hangs", "dribbles"])
def test_an_attempt_ends_at_its_deadline_however_slowly_the_answer_comes(behaviour):
    with webhook.Sink(behaviour) as sink, at_once(), pytest.raises(Unreachable, match=r"within 0\.3 s") as caught:
        HASTY.post(sink.url)
    assert caught.value.in_doubt


def test_an_endless_answer_is_read_up_to_its_cap():
    with webhook.Sink("floods") as sink:
        reply = OPEN.post(sink.url)
    assert (len(reply.body), reply.cut) == (65536, True)


def test_a_name_that_nobody_resolves_in_time_is_unreachable():
    over = threading.Event()
    door = Egress(resolver=lambda host, port: (over.wait(), ())[1], deadline_s=0.1)
    with at_once(), pytest.raises(Unreachable, match="not resolved"):
        door.post("https://slow.example.org/")
    over.set()


def test_a_closed_port_is_unreachable_and_beyond_doubt():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening
        with pytest.raises(Unreachable) as caught:
            OPEN.post(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert not caught.value.in_doubt


def test_a_header_with_a_line_break_is_rejected_before_anything_is_sent():
    with webhook.Sink() as sink:
        with pytest.raises(Rejected) as caught:
            OPEN.post(sink.url, headers={"X-Note": "a\r\nX-Other: b"})
        assert sink.requests == []
    assert caught.value.code == "bad_request"


def named(trust: ssl.SSLContext | None) -> Egress:
    """Return a door for which every name is at home."""
    return Egress(openings=(LOOPBACK,), resolver=lambda host, port: (ip_address("127.0.0.1"),), deadline_s=5, trust=trust)


def test_tls_holds_the_server_to_the_name_that_was_asked_for(tmp_path):
    server, client = contexts("hooks.example.org", tmp_path)
    with webhook.Sink(tls=server) as sink:
        assert named(client).post(f"https://hooks.example.org:{sink.port}/").status == 200
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            named(client).post(f"https://other.example.org:{sink.port}/")
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            named(None).post(f"https://hooks.example.org:{sink.port}/")
        assert len(sink.requests) == 1


def test_a_dribbled_answer_inside_tls_ends_at_the_deadline_too(tmp_path):
    server, client = contexts("hooks.example.org", tmp_path)
    door = Egress(openings=(LOOPBACK,), resolver=lambda host, port: (ip_address("127.0.0.1"),), deadline_s=0.4, trust=client)
    with webhook.Sink("dribbles", tls=server) as sink, at_once(), pytest.raises(Unreachable, match="within"):
        door.post(f"https://hooks.example.org:{sink.port}/")


def sent(door: Egress, relay: Relay) -> str:
    return door.mail(relay, sender="tocsin@example.org", recipient="ana@example.org", message=MESSAGE)


def test_a_mail_server_names_the_message_it_took():
    with email.Sink() as sink:
        assert sent(OPEN, Relay("127.0.0.1", sink.port, "none")) == "2.0.0 Ok: queued as 4F2A"
    assert sink.recipients == ["ana@example.org"]
    assert sink.messages[0]["Subject"] == "hello"


def test_a_mail_server_that_says_no_is_not_asked_again_and_one_that_says_later_is():
    with email.Sink("rejects") as sink:
        with pytest.raises(Rejected, match=r"550 5\.7\.1"):
            sent(OPEN, Relay("127.0.0.1", sink.port, "none"))
        sink.behaviour = "busy"
        with pytest.raises(Unreachable, match="451") as caught:
            sent(OPEN, Relay("127.0.0.1", sink.port, "none"))
    assert not caught.value.in_doubt


@pytest.mark.row("F-19")
def test_a_mail_server_that_never_answers_costs_one_deadline():
    with email.Sink("hangs") as sink, at_once(), pytest.raises(Unreachable, match="within") as caught:
        sent(HASTY, Relay("127.0.0.1", sink.port, "none"))
    assert caught.value.in_doubt


def test_a_mail_server_that_dribbles_its_greeting_costs_one_deadline():
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def dribble() -> None:
            with server.accept()[0] as client:
                while not over.wait(0.01):
                    try:
                        client.sendall(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=dribble)
        thread.start()
        with at_once(), pytest.raises(Unreachable, match="within"):
            sent(HASTY, Relay("127.0.0.1", server.getsockname()[1], "none"))
        over.set()
        thread.join()


def test_starttls_is_demanded_where_it_is_configured_and_the_name_is_checked(tmp_path):
    server, client = contexts("relay.example.org", tmp_path)
    with email.Sink() as plain, pytest.raises(Rejected, match="STARTTLS"):
        sent(named(client), Relay("relay.example.org", plain.port, "starttls"))
    with email.Sink(tls=server) as sink:
        assert sent(named(client), Relay("relay.example.org", sink.port, "starttls")).startswith("2.0.0")
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            sent(named(client), Relay("other.example.org", sink.port, "starttls"))
    assert len(plain.messages + sink.messages) == 1

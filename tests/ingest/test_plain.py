"""Which heads the short way reads, and that it leaves all others to a whole HTTP server."""

import pytest

from tocsin.ingest.plain import Head, read

LINES = ("POST /in/alertmanager/key-1_2.3~ HTTP/1.1", "Host: tocsin", "Content-Length: 12")


def head(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("latin-1")


def test_a_plain_call_is_read_whatever_its_sender_adds():
    assert read(head(*LINES)) == Head("/in/alertmanager/key-1_2.3~", 12)
    assert read(head(*LINES, "User-Agent: Alertmanager/0.25", "Connection: Keep-Alive", "X-Note:  caf\xe9 \t")) == Head(
        "/in/alertmanager/key-1_2.3~", 12
    )
    assert read(head(LINES[0], "HOST:t", "content-length:\t7 ")) == Head("/in/alertmanager/key-1_2.3~", 7)


@pytest.mark.parametrize(
    "lines",
    [
        ("GET /in/alertmanager/key HTTP/1.1", *LINES[1:]),
        ("POST /in/alertmanager/key HTTP/1.0", *LINES[1:]),
        ("POST /in/alertmanager/k%65y HTTP/1.1", *LINES[1:]),
        ("POST /in/alertmanager/key?a=1 HTTP/1.1", *LINES[1:]),
        ("POST /in/alertmanager/key/more HTTP/1.1", *LINES[1:]),
        ("POST /in/alertmanager HTTP/1.1", *LINES[1:]),
        ("POST  /in/alertmanager/key HTTP/1.1", *LINES[1:]),
        ("POST /api/v1/incidents HTTP/1.1", *LINES[1:]),
        ("\r\nPOST /in/alertmanager/key HTTP/1.1", *LINES[1:]),
        LINES[:2],
        (LINES[0], LINES[2]),
        (*LINES, "Host: other"),
        (*LINES, "Content-Length: 12"),
        (*LINES, "Transfer-Encoding: chunked"),
        (*LINES, "Content-Encoding: identity"),
        (*LINES, "Connection: close"),
        (*LINES, "Connection: upgrade"),
        (*LINES, "Upgrade: h2c"),
        (*LINES, "Expect: 100-continue"),
        (*LINES, "TE: trailers"),
        (*LINES, "X-Folded: a", " b"),
        (*LINES, "X-Odd : a"),
        (*LINES, "X-Odd"),
        (*LINES, "X-Odd: a\nb"),
        (*LINES, "X-Odd: a\x00b"),
        (LINES[0], LINES[1], "Content-Length: +12"),
        (LINES[0], LINES[1], "Content-Length: 1 2"),
        (LINES[0], LINES[1], "Content-Length: 12, 12"),
        (LINES[0], LINES[1], "Content-Length: -1"),
        (LINES[0], LINES[1], "Content-Length:"),
    ],
    ids=lambda lines: lines[-1] if lines[0] == LINES[0] else lines[0],
)
def test_whatever_is_odd_is_left_to_a_whole_server(lines):
    assert read(head(*lines)) is None


def test_a_head_of_many_lines_that_does_not_match_is_known_at_once():
    assert read(head(*LINES, *["X: " + " \t" * 400] * 50, "odd")) is None

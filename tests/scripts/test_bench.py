"""What `make bench` says of promises, and that its alerts are the same ones every time."""

import json
from itertools import islice

from bench.figures import Bound
from bench.load import Bodies


def test_a_promise_is_kept_on_its_own_side_and_never_by_what_is_unknown() -> None:
    assert Bound("acked", 1.2, least=1.2).kept
    assert not Bound("acked", 1.19, least=1.2).kept
    assert Bound("lag", 2.0, most=2.0).kept
    assert not Bound("lag", 2.1, most=2.0).kept
    assert not Bound("lag", float("nan"), most=2.0).kept
    assert str(Bound("acked", 0.5, least=0.7, aim=1.0)) == "MISSED  acked: 0.50 (≥ 0.7, aim 1)"


def test_a_resend_is_the_same_alert_whatever_it_is_sent_with() -> None:
    singly = [json.loads(body)["alerts"][0] for body in islice(Bodies("webhook", 1), 20)]
    (together,) = (json.loads(body)["alerts"] for body in islice(Bodies("webhook", 20), 1))
    later = [json.loads(body)["alerts"][0] for body in islice(Bodies("webhook", 1, first=10), 10)]
    assert together == singly
    assert later == singly[10:]
    assert len({alert["fingerprint"] for alert in singly}) == 20

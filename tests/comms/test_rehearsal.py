"""Rehearsing messages: all is made ready, nobody is dialled, nothing is kept."""

from ipaddress import ip_network

import pytest

from tests.comms.conftest import SINKS
from tocsin.comms import rehearsal, setup
from tocsin.comms.models import Attempt, ChannelSetup, Delivery, InboxItem
from tocsin.kit.egress import Opening, Shut, Unreachable

pytestmark = pytest.mark.django_db


def test_a_message_is_rehearsed_over_every_channel_and_reaches_nobody(sink, organisation, monkeypatch):
    tried = []
    monkeypatch.setattr(Shut, "_dial", property(lambda _: _counting(tried)))
    assert setup.configure(organisation, "here", "kept", {}, by=None) == ()
    rehearsal.rehearse()
    assert len(tried) == 1, "up to the door, and not through it"
    assert (Delivery.objects.count(), Attempt.objects.count(), InboxItem.objects.count()) == (0, 0, 0)


def test_behind_a_door_that_is_shut_is_nobody():
    with SINKS["webhook"]() as running:
        with pytest.raises(Unreachable):
            Shut(openings=(Opening(ip_network("127.0.0.1/32")),)).post(running.url)
        assert running.requests == []


def test_what_is_set_up_for_a_later_release_is_passed_over_and_the_others_are_rehearsed(sink, organisation, monkeypatch):
    tried = []
    monkeypatch.setattr(Shut, "_dial", property(lambda _: _counting(tried)))
    ChannelSetup.objects.create(organisation=organisation, name="a", adapter="pigeon")
    rehearsal.rehearse()
    assert len(tried) == 1


def _counting(tried):
    def dial(*place):
        tried.append(place)
        raise Unreachable("this door is shut")

    return dial

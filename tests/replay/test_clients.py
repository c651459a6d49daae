"""The DHCP client without I/O."""

from dataclasses import replace
from ipaddress import IPv4Address
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.model.states import MessageType
from dhcplens.replay.clients import Client, Outcome, Outgoing, Packet
from dhcplens.replay.identities import Identity
from dhcplens.replay.scenario import Act

IDENTITY = Identity("pc1", "00:16:3e:00:00:01", b"\x01\x00\x16\x3e\x00\x00\x01", "pc1", "relay")
SERVER, OTHER = IPv4Address("10.0.0.2"), IPv4Address("10.0.0.3")
ADDRESS = IPv4Address("10.0.9.9")


def client() -> Client:
    """A client that has done nothing yet."""
    return Client(IDENTITY, seed=1)


def answer(to: Outgoing, kind: MessageType, lease_time: int | None = 1800) -> Packet:
    """A server's answer to a client's packet."""
    return Packet(
        kind, to.packet.xid, to.packet.chaddr, yiaddr=ADDRESS, server_id=SERVER, lease_time=lease_time
    )


def bound(one: Client, now: float = 0.0) -> float:
    """Brings the client to a lease of 1800 seconds; gives back the moment of the ACK."""
    [discover] = one.arrive(now)
    [request] = one.receive(answer(discover, MessageType.OFFER), SERVER, now + 1)
    assert one.receive(answer(request, MessageType.ACK), SERVER, now + 1) == []
    return now + 1


def test_four_way_exchange() -> None:
    """DISCOVER, OFFER, REQUEST with the server's identifier, ACK: the client holds the address."""
    one = client()
    [discover] = one.arrive(10.0)
    assert (discover.packet.kind, discover.packet.secs, discover.to) == (MessageType.DISCOVER, 0, None)
    [request] = one.receive(answer(discover, MessageType.OFFER), SERVER, 12.0)
    assert request.packet.kind is MessageType.REQUEST
    assert (request.packet.requested, request.packet.server_id) == (ADDRESS, SERVER)
    one.receive(answer(request, MessageType.ACK), SERVER, 12.5)
    assert one.lease is not None
    assert (one.lease.address, one.lease.server, one.lease.ends_at) == (ADDRESS, SERVER, 1812.5)
    assert one.timer == 12.5 + 900
    [transaction] = one.transactions
    assert transaction.outcome is Outcome.BOUND
    assert [sent.kind for sent in transaction.sent] == [MessageType.DISCOVER, MessageType.REQUEST]


def test_secs_grows_and_waits_double() -> None:
    """A DISCOVER without an answer is repeated after about 4, 8, 16 … 64 seconds, and secs tells how long."""
    one = client()
    [first] = one.arrive(0.0)
    moments = [0.0]
    for _ in range(7):
        assert one.timer is not None
        moments.append(one.timer)
        [again] = one.tick(one.timer)
        assert again.packet.xid == first.packet.xid
        assert again.packet.secs == int(moments[-1])
    waits = [after - before for before, after in pairwise(moments)]
    for wait, wanted in zip(waits, (4, 8, 16, 32, 64, 64, 64), strict=True):
        assert abs(wait - wanted) <= 1


def test_a_tick_before_its_time_does_nothing() -> None:
    """Only a timer that has run out makes the client speak."""
    one = client()
    one.arrive(0.0)
    assert one.timer is not None
    assert one.tick(one.timer - 0.01) == []


def test_renews_with_its_server_and_rebinds_with_everybody() -> None:
    """Half the lease away the client asks its server alone; after seven eighths it asks through the relay."""
    one = client()
    start = bound(one)
    to: list[IPv4Address | None] = []
    while (timer := one.timer) is not None and timer < start + 1800:
        to += [outgoing.to for outgoing in one.tick(timer)]
    rebinding = to.index(None)
    assert set(to[:rebinding]) == {SERVER}
    assert set(to[rebinding:]) == {None}
    assert [one.what for one in one.transactions] == ["arrive", "renew", "rebind"]
    rebound = one.transactions[-1].sent[0].time
    assert rebound == pytest.approx(start + 1800 * 7 / 8)


def test_a_lease_that_ends_is_given_up() -> None:
    """When nobody extends the lease, the client holds nothing and starts anew."""
    one = client()
    start = bound(one)
    while one.lease is not None:
        assert one.timer is not None
        packets = one.tick(one.timer)
        last = one.timer
    assert packets[0].packet.kind is MessageType.DISCOVER
    assert last is not None
    assert last >= start + 1800


def test_nak_sends_the_client_back_to_the_start() -> None:
    """A refused reboot is answered with a DISCOVER."""
    one = client()
    bound(one)
    [reboot] = one.act(Act.REBOOT, 100.0)
    assert (reboot.packet.requested, reboot.packet.server_id, reboot.packet.ciaddr.packed) == (
        ADDRESS,
        None,
        b"\0\0\0\0",
    )
    [discover] = one.receive(answer(reboot, MessageType.NAK, None), SERVER, 101.0)
    assert discover.packet.kind is MessageType.DISCOVER
    assert one.lease is None
    assert [done.outcome for done in one.transactions] == [Outcome.BOUND, Outcome.REFUSED, Outcome.OPEN]


def test_an_offer_that_is_not_confirmed_is_given_up() -> None:
    """After four REQUESTs without an answer the client starts anew."""
    one = client()
    [discover] = one.arrive(0.0)
    one.receive(answer(discover, MessageType.OFFER), SERVER, 1.0)
    kinds = []
    for _ in range(4):
        assert one.timer is not None
        kinds += [outgoing.packet.kind for outgoing in one.tick(one.timer)]
    assert kinds == [MessageType.REQUEST] * 3 + [MessageType.DISCOVER]


def test_release_decline_inform_and_vanish() -> None:
    """Each leaves the client as RFC 2131 wants it: without lease, starting anew, with lease, silent."""
    one = client()
    bound(one)
    [release] = one.act(Act.RELEASE, 50.0)
    assert (release.packet.ciaddr, release.to) == (ADDRESS, SERVER)
    assert (one.lease, one.timer) == (None, None)
    bound(one, 100.0)
    [decline] = one.act(Act.DECLINE, 150.0)
    assert (decline.packet.requested, decline.to) == (ADDRESS, None)
    assert one.timer == 160.0
    assert [again.packet.kind for again in one.tick(160.0)] == [MessageType.DISCOVER]
    bound(one, 200.0)
    [inform] = one.act(Act.INFORM, 250.0)
    one.receive(answer(inform, MessageType.ACK, None), OTHER, 251.0)
    assert one.transactions[-1].outcome is Outcome.INFORMED
    assert one.lease is not None
    one.act(Act.VANISH, 300.0)
    assert (one.lease, one.timer) == (None, None)


def test_a_relayed_release_goes_through_the_relay() -> None:
    """Told so, the client's RELEASE reaches whoever the relay reaches."""
    one = client()
    bound(one)
    [release] = one.act(Act.RELEASE, 50.0, relayed=True)
    assert release.to is None


def test_what_needs_a_lease_is_skipped_without_one() -> None:
    """A client that holds nothing has nothing to renew, release or decline."""
    for act in (Act.RENEW, Act.REBIND, Act.RELEASE, Act.DECLINE, Act.INFORM):
        assert client().act(act, 5.0) == []


def test_answers_to_others_change_nothing() -> None:
    """Another transaction's answer, and a second server's late offer, are no answers."""
    one = client()
    [discover] = one.arrive(0.0)
    stray = replace(answer(discover, MessageType.OFFER), xid=discover.packet.xid ^ 1)
    assert one.receive(stray, SERVER, 1.0) == []
    one.receive(answer(discover, MessageType.OFFER), SERVER, 1.0)
    assert one.receive(answer(discover, MessageType.OFFER), OTHER, 1.1) == []
    assert [one.server for one in one.transactions[-1].answers] == [SERVER, SERVER]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["tick", "offer", "ack", "nak", *Act]), max_size=40), st.integers(0, 5))
def test_a_client_survives_everything_and_never_floods(steps: list[str], seed: int) -> None:
    """Whatever happens, a client sends at most one packet at a time and never sets a timer in the past."""
    one, now = Client(IDENTITY, seed), 0.0
    last = one.arrive(now)
    for step in steps:
        now, before = now + 1.0, one.timer
        if step == "tick":
            now = max(now, one.timer or now)
            sent = one.tick(now)
        elif step in ("offer", "ack", "nak"):
            kind = MessageType(step.upper())
            sent = one.receive(answer(last[0], kind), SERVER, now) if last else []
        else:
            sent = one.act(Act(step), now, ADDRESS)
        assert len(sent) <= 1
        assert one.timer is None or one.timer >= now or one.timer == before
        last = sent or last

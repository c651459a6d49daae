"""Lines that worry people and mean nothing."""

from tests.diagnosis.incident import END, Expected, Incident, Played
from tests.diagnosis.kinds import kind
from tests.diagnosis.setting import Setting


def _said(pair: Setting, make: str, count: int) -> Incident:
    """A healthy pair whose log has such lines, ``{ip}``, ``{mac}`` and ``{name}`` filled in."""
    one, _ = pair.either()
    end = pair.minutes(40, 90)
    at = pair.minutes(12, 20)

    def tell(played: Played) -> None:
        for place in range(count):
            text = make.format(
                ip=pair.address(place % 7),
                mac=f"00:0c:29:10:00:{place % 7:02x}",
                name=pair.relationship,
                net=f"{pair.network}.0.0/16",
            )
            played.folder.say(one, at + place * 11, text)

    return pair.incident(pair.background(end), end, [], tell, settled=at - 300)


@kind("xid-mismatch", lab=False)
def acks_overtaken(pair: Setting) -> Incident:
    """Acknowledgements that name an older update."""
    return _said(pair, "bind update on {ip} got ack from {name}: xid mismatch.", pair.rng.randrange(1, 40))


@kind("duplicate-uid", lab=False)
def clients_with_two_leases(pair: Setting) -> Incident:
    """Clients that took an offer of each server."""
    return _said(pair, "uid lease {ip} for client {mac} is duplicate on {net}", pair.rng.randrange(1, 30))


@kind("static-and-dynamic", lab=False)
def fixed_addresses_in_the_range(pair: Setting) -> Incident:
    """A host declaration with an address of the range."""
    return _said(pair, "Dynamic and static leases present for {ip}.", pair.rng.randrange(1, 10))


@kind("unreachable-peer-chatter", lab=False)
def noise_while_the_peer_is_away(pair: Setting) -> Incident:
    """The socket library complains each five seconds while the partner is away."""
    down, alive = pair.either()
    at = pair.minutes(10, 30)
    back = at + pair.minutes(2, 15)
    end = back + pair.minutes(8, 40)

    def noise(played: Played) -> None:
        moment = at + 5
        while moment < back:
            played.folder.say(alive, moment, "socket.c:1069: epoll_ctl(DEL), 11: Bad file descriptor")
            moment += 5 if back - at < 300 else 25

    return pair.incident(
        [(at, f"crash {down}"), (back, f"start {down}"), *pair.background(end, share=0.25)],
        end,
        lambda played: [Expected("peer-down", at, played.linked(back))],
        noise,
        settled=at - 300,
    )


@kind("lease-owned-by-peer")
def clients_call_the_wrong_server(pair: Setting) -> Incident:
    """While one server is away, its clients turn to the other for addresses of its half."""
    down, _ = pair.either()
    pair.debug = True
    at = pair.minutes(20, 40)
    end = at + pair.minutes(15, 28)
    events = [
        (130.0, pair.clients(20, 20.0, f"with identifiers belonging to {down}")),
        (at, f"crash {down}"),
    ]
    crowd = pair.crowd
    events += [
        (at + 200 + 5 * place, f"{crowd}{place + 1} claims {pair.address(place * 7)}") for place in range(10)
    ]
    return pair.incident(events, end, [Expected("peer-down", at, END)], needs=("debug",), settled=at - 300)


@kind("short-leases")
def first_leases_are_short(pair: Setting) -> Incident:
    """New clients get mclt, not the configured time."""
    pair.mclt, pair.lease = 600, 21600
    end = pair.minutes(20, 60)
    return pair.incident(pair.background(end), end, [], needs=("leases", "conf"))


@kind(spares=("short-leases",))
def leases_shorter_than_mclt(pair: Setting) -> Incident:
    """The configured time is below mclt: nothing is shortened."""
    pair.mclt, pair.lease = 3600, 1800
    end = pair.minutes(20, 60)
    return pair.incident(pair.background(end), end, [], needs=("leases", "conf"))

"""Both served alone: partner-down with a living partner, conflicts, and addresses given twice."""

import re

from tests.diagnosis.incident import ANY, END, Expected, Incident, Played
from tests.diagnosis.kinds import kind
from tests.diagnosis.setting import Setting


def _conflict(played: Played, after: float) -> list[Expected]:
    """The conflict as the servers went through it."""
    starts = [at for at in played.moves(new="potential-conflict") if at >= after]
    if not starts:
        return []
    ends = [
        at
        for state in ("potential-conflict", "conflict-done", "resolution-interrupted")
        for at in played.moves(old=state)
        if at >= starts[0]
    ]
    return [
        Expected("potential-conflict", min(starts), max(ends, default=END), "partner-down-with-living-peer")
    ]


@kind("partner-down-with-living-peer")
def partner_down_over_a_cut_link(pair: Setting) -> Incident:
    """The link is cut, and an operator takes that for a dead partner."""
    sinner, _ = pair.either()
    at = pair.minutes(10, 30)
    said = at + pair.minutes(3, 20)
    back = said + pair.minutes(5, 30)
    end = back + pair.minutes(10, 40)
    events = [
        (at, "cut link"),
        (said, f"put {sinner} in partner-down"),
        (back, "heal link"),
        *pair.background(end, share=0.2),
    ]

    def truth(played: Played) -> list[Expected]:
        again = played.linked(back)
        return [
            Expected("link-down", at, again),
            Expected("partner-down-with-living-peer", said, again, "link-down"),
            *_conflict(played, back),
        ]

    return pair.incident(events, end, truth, settled=at - 300, maybe=("duplicate-binding",))


@kind("potential-conflict")
def both_in_partner_down(pair: Setting) -> Incident:
    """Both servers are put in partner-down during a cut, and meet again."""
    at = pair.minutes(10, 30)
    first = at + pair.minutes(3, 20)
    second = first + pair.minutes(0, 5)
    back = second + pair.minutes(5, 30)
    end = back + pair.minutes(10, 40)
    one, other = pair.either()
    events = [
        (at, "cut link"),
        (first, f"put {one} in partner-down"),
        (second, f"put {other} in partner-down"),
        (back, "heal link"),
        *pair.background(end, share=0.2),
    ]

    def truth(played: Played) -> list[Expected]:
        again = played.linked(back)
        return [
            Expected("link-down", at, again),
            Expected("partner-down-with-living-peer", first, again, "link-down"),
            *_conflict(played, back),
        ]

    return pair.incident(events, end, truth, settled=at - 300, maybe=("duplicate-binding",))


@kind(spares=("partner-down-with-living-peer", "potential-conflict", "recover-wait"))
def partner_down_over_a_dead_server(pair: Setting) -> Incident:
    """The partner is really dead when the operator says so."""
    dead, alive = pair.either()
    at = pair.minutes(10, 30)
    said = at + pair.minutes(1, 20)
    end = said + pair.minutes(10, 60)
    events = [(at, f"crash {dead}"), (said, f"put {alive} in partner-down"), *pair.background(end, share=0.3)]
    return pair.incident(events, end, [Expected("peer-down", at, END)], settled=at - 300)


def _begun(played: Played, block: str, after: float) -> bool:
    """Whether a block records a failover state that began later."""
    state = re.search(r"\n  (my state \S+ at) ", block)
    return state is not None and played.folder.when(block, state[1]) > after


@kind("conflict-shutdown", lab=False)
def conflict_ends_in_shutdown(pair: Setting) -> Incident:
    """During the resolution one server's partner does what it must not, and it gives up."""
    at = pair.minutes(10, 30)
    said = at + pair.minutes(3, 20)
    back = said + pair.minutes(5, 20)
    end = back + pair.minutes(10, 30)
    victim, witness = pair.either()
    events = [
        (at, "cut link"),
        (said, "put both in partner-down"),
        (back, "heal link"),
        *pair.background(back - 60, share=0.2),
    ]

    def give_up(played: Played) -> None:
        began = min(one for one in played.moves(victim, new="potential-conflict") if one >= back)
        for server in pair.names:
            lines = [one for one in played.folder.log(server) if one.at <= began + 0.01]
            played.folder.write_log(server, lines)
            blocks = played.folder.blocks(server)
            played.folder.write_blocks(server, [one for one in blocks if not _begun(played, one, began)])
        name = pair.relationship
        played.folder.say(
            witness,
            began + 2,
            f"failover peer {name}: peer moves from potential-conflict to shutdown",
            f"failover peer {name}: I move from potential-conflict to partner-down",
        )
        played.folder.say(
            victim,
            began + 2,
            f"Peer {name} moves to normal during conflict resolution - panic, shutting down.",
            f"failover peer {name}: I move from potential-conflict to shutdown",
        )

    def truth(played: Played) -> list[Expected]:
        again = played.linked(back)
        return [
            Expected("link-down", at, ANY),
            Expected("partner-down-with-living-peer", said, again, "link-down"),
            Expected("potential-conflict", again or ANY, ANY),
            Expected("conflict-shutdown", (again or back) + 2, END),
        ]

    return pair.incident(
        events,
        end,
        truth,
        give_up,
        settled=at - 300,
        needs=("leases",),
        maybe=("unanswered-clients", "peer-down"),
    )


@kind(spares=("conflict-shutdown",))
def operator_shutdown_is_no_conflict(pair: Setting) -> Incident:
    """A shutdown over OMAPI in normal operation."""
    down, _ = pair.either()
    at = pair.minutes(10, 30)
    end = at + pair.minutes(6, 25)
    events = [(at, f"shut down {down}"), *pair.background(end, share=0.25)]
    return pair.incident(
        events, end, [Expected("peer-down", at, END)], settled=at - 300, maybe=("peer-down",)
    )


@kind("duplicate-binding")
def both_give_the_same_addresses(pair: Setting) -> Incident:
    """Both in partner-down for longer than mclt, with more clients than each one's half."""
    pair.size, pair.mclt, pair.lease = 40, 300, 7200
    at = pair.minutes(8, 15)
    said = at + pair.minutes(2, 5)
    after = said + pair.mclt + 60
    back = after + pair.minutes(20, 30)
    end = back + pair.minutes(10, 20)
    pair.lines.append(f"relay left at {pair.network}.0.8 reaching {pair.first}")
    pair.lines.append(f"relay right at {pair.network}.0.9 reaching {pair.second}")
    events = [
        (at, "cut link"),
        (said, "put both in partner-down"),
        (after, pair.clients(30, 6.0, "through left with identifiers")),
        (after, pair.clients(30, 6.0, "through right with identifiers")),
        (back, "heal link"),
    ]

    def truth(played: Played) -> list[Expected]:
        again = played.linked(back)
        held: dict[str, str] = {}
        doubles = []
        for one in sorted(played.requests, key=lambda one: min((at for at, _, _ in one.answers), default=0)):
            if one.outcome == "bound" and one.address and one.what == "arrive":
                if held.get(one.address, one.client) != one.client:
                    doubles.append(one.began)
                held[one.address] = one.client
        double = (
            [Expected("duplicate-binding", min(doubles), ANY, "partner-down-with-living-peer")]
            if doubles
            else []
        )
        return [
            Expected("link-down", at, again),
            Expected("partner-down-with-living-peer", said, again, "link-down"),
            *_conflict(played, back),
            *double,
        ]

    return pair.incident(
        events,
        end,
        truth,
        settled=at - 120,
        needs=("conf",),
        maybe=(
            "abandoned-leases",
            "diverged-bindings",
            "nak-storm",
            "binding-update-conflict",
            "diverged-pool-counts",
            "pool-exhausted",
        ),
    )


@kind("duplicate-binding", lab=False)
def two_clients_in_the_files(pair: Setting) -> Incident:
    """The two lease files name different clients of some addresses, all active."""
    pair.lease = pair.rng.choice((7200, 21600))
    end = pair.minutes(40, 100)
    count = pair.rng.randrange(1, 4)

    def confuse(played: Played) -> None:
        active = sorted(played.folder.last_blocks(pair.second, "active"))
        chosen = [
            ip
            for ip in active
            if played.folder.when(played.folder.last_blocks(pair.second)[ip], "ends") > end
        ]
        played.folder.change_last(
            pair.second,
            chosen[:count],
            lambda block: re.sub(
                r'\n  uid "[^\n]*";',
                "",
                re.sub(r"ethernet [0-9a-f:]{17}", f"ethernet 02:00:5e:{count:02x}:10:01", block),
            ),
        )

    return pair.incident(
        [*pair.background(end), (130.0, pair.clients(15, 20.0))],
        end,
        [Expected("duplicate-binding", ANY, END)],
        confuse,
        needs=("leases",),
        maybe=("diverged-bindings",),
    )


@kind(spares=("duplicate-binding",))
def address_passes_on(pair: Setting) -> Incident:
    """Addresses are released, and soon given to other clients by the other server."""
    pair.size, pair.lease = 40, 1800
    end = pair.minutes(60, 90)
    events = [(130.0, pair.clients(30, 15.0, "with identifiers"))]
    first = pair.crowd
    events += [(900.0, f"{first}1..{first}25 release every 3s"), (1100.0, pair.clients(25, 10.0))]
    return pair.incident(events, end, [], needs=("leases",))

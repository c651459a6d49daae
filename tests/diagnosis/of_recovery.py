"""Starts without a database, recoveries and their waits."""

from tests.diagnosis.incident import ANY, END, Expected, Incident, Played, TruthOf
from tests.diagnosis.kinds import kind
from tests.diagnosis.setting import Setting


def waits(played: Played, server: str, after: float) -> list[Expected]:
    """The wait of a recovering server, as it said it."""
    starts = [at for at in played.moves(server, new="recover-wait") if at >= after]
    ends = [at for at in played.moves(server, old="recover-wait") if at >= after]
    return [Expected("recover-wait", starts[0], ends[0] if ends else END)] if starts else []


def away_and_waiting(down: str, at: float, back: float) -> TruthOf:
    """A server was away, and waits when it is back, where it says so."""
    return lambda played: [Expected("peer-down", at, played.linked(back)), *waits(played, down, back)]


@kind("stuck-recover")
def partner_never_comes(pair: Setting) -> Incident:
    """A new pair of which only one server is ever started."""
    up, _ = pair.either()
    end = pair.minutes(6, 60)
    events = [(0.0, f"start {up}"), (120.0, pair.clients(5))]
    return pair.incident(
        events, end, [Expected("stuck-recover", 0, END)], needs=("start",), maybe=("unanswered-clients",)
    )


@kind("stuck-recover")
def partner_comes_late(pair: Setting) -> Incident:
    """A new pair whose second server comes after half an hour."""
    up, late = pair.either()
    came = pair.minutes(12, 60)
    end = came + pair.minutes(8, 30)
    events = [(0.0, f"start {up}"), (came, f"start {late}"), *pair.background(end, start=came + 60)]
    return pair.incident(
        events,
        end,
        lambda played: [Expected("stuck-recover", 0, played.both_normal(came))],
        needs=("start",),
        maybe=("unanswered-clients",),
    )


@kind(spares=("stuck-recover", "role-conflict", "relationship-name-mismatch", "peer-address-unusable"))
def partner_comes_soon(pair: Setting) -> Incident:
    """A new pair whose second server comes after some minutes."""
    up, late = pair.either()
    came = pair.minutes(1, 8)
    end = came + pair.minutes(8, 30)
    events = [(0.0, f"start {up}"), (came, f"start {late}"), *pair.background(end, start=came + 60)]
    return pair.incident(events, end, [], needs=("start",))


@kind("database-lost")
def database_lost(pair: Setting) -> Incident:
    """A server comes back without its lease file."""
    down, _ = pair.either()
    at = pair.minutes(15, 40)
    back = at + pair.minutes(2, 30)
    end = back + pair.mclt + pair.minutes(5, 30)
    events = [
        (at, f"crash {down}"),
        (at + 30, f"empty lease file of {down}"),
        (back, f"start {down}"),
        *pair.background(end, share=0.25),
    ]

    def truth(played: Played) -> list[Expected]:
        normal = min((one for one in played.moves(down, new="normal") if one > back), default=END)
        return [
            Expected("peer-down", at, played.linked(back)),
            Expected("database-lost", back, normal, "peer-down"),
            *waits(played, down, back),
        ]

    return pair.incident(events, end, truth, settled=at - 300)


@kind("both-databases-lost")
def both_databases_lost(pair: Setting) -> Incident:
    """Both servers are emptied and started anew."""
    at = pair.minutes(15, 40)
    back = at + pair.minutes(2, 20)
    late = pair.rng.choice((0.0, 20.0, 90.0))
    end = back + late + pair.minutes(20, 60)
    one, other = pair.either()
    events = [
        (at, "stop both"),
        (at + 20, "empty lease file of both"),
        (back, f"start {one}"),
        (back + late, f"start {other}"),
        *pair.background(end, share=0.2),
    ]

    def truth(played: Played) -> list[Expected]:
        normal = played.both_normal(back)
        return [Expected("both-databases-lost", back, normal), Expected("peer-down", at, ANY)]

    return pair.incident(
        events,
        end,
        truth,
        settled=at - 300,
        needs=("leases",),
        maybe=("nak-storm", "duplicate-binding", "peer-down", "abandoned-leases", "diverged-bindings"),
    )


@kind(spares=("both-databases-lost", "database-lost", "recover-wait"))
def new_pair_in_turns(pair: Setting) -> Incident:
    """A new pair: both begin in recover, one some minutes after the other, and one is restarted at once."""
    up, late = pair.either()
    came = pair.minutes(0, 4)
    again = came + pair.minutes(2, 5)
    end = again + pair.minutes(15, 40)
    events = [
        (0.0, f"start {up}"),
        (came, f"start {late}"),
        (again, f"stop {late}"),
        (again + 20, f"start {late}"),
    ]
    return pair.incident(
        [*events, *pair.background(end, start=again + 60)],
        end,
        lambda played: [Expected("peer-down", again, played.linked(again + 20))],
        needs=("start",),
    )


def _after_partner_down(
    pair: Setting, servers: tuple[str, str], moments: tuple[float, float, float], end: float
) -> Incident:
    """One server dies, the other is put in partner-down, and the first returns."""
    (down, alive), (at, said, back) = servers, moments
    events = [
        (at, f"crash {down}"),
        (said, f"put {alive} in partner-down"),
        (back, f"start {down}"),
        *pair.background(end, share=0.25),
    ]
    return pair.incident(events, end, away_and_waiting(down, at, back), settled=at - 300)


@kind("recover-wait")
def returns_after_partner_down(pair: Setting) -> Incident:
    """The operator says partner-down; the server that returns must wait for mclt."""
    down, alive = pair.either()
    at = pair.minutes(10, 30)
    said = at + pair.minutes(2, 20)
    back = said + pair.minutes(3, 30)
    end = back + pair.mclt + pair.minutes(5, 30)
    return _after_partner_down(pair, (down, alive), (at, said, back), end)


@kind("recover-wait")
def logs_end_in_recover_wait(pair: Setting) -> Incident:
    """The same, with logs that end during the wait."""
    down, alive = pair.either()
    pair.mclt = 3600
    at = pair.minutes(10, 30)
    said = at + pair.minutes(2, 10)
    back = said + pair.minutes(3, 10)
    end = back + pair.minutes(10, 30)
    return _after_partner_down(pair, (down, alive), (at, said, back), end)


@kind("peer-down")
def partner_takes_over_by_itself(pair: Setting) -> Incident:
    """auto-partner-down after some minutes, and the dead server returns."""
    down, _ = pair.either()
    auto = pair.rng.choice((300, 600, 900))
    pair.lines.append(f"auto-partner-down {auto}")
    at = pair.minutes(10, 30)
    back = at + auto + pair.minutes(5, 30)
    end = back + pair.mclt + pair.minutes(5, 30)
    events = [(at, f"crash {down}"), (back, f"start {down}"), *pair.background(end, share=0.25)]
    return pair.incident(events, end, away_and_waiting(down, at, back), settled=at - 300)


@kind("stale-database-restored")
def old_lease_file_restored(pair: Setting) -> Incident:
    """A server is started from a copy of its lease file that is older than its last leases."""
    down, _ = pair.either()
    pair.lease = pair.rng.choice((2400, 3600, 7200))
    kept = pair.minutes(8, 20)
    at = kept + pair.minutes(25, 70)
    back = at + pair.minutes(2, 10)
    end = back + pair.minutes(10, 40)
    events = [
        (150.0, pair.clients(10, 20.0)),
        (kept, f"keep lease file of {down}"),
        (kept + 200, pair.clients(20, 10.0)),
        (at, f"crash {down}"),
        (at + 40, f"restore lease file of {down}"),
        (back, f"start {down}"),
        (back + 200, pair.clients(6)),
    ]
    return pair.incident(
        events,
        end,
        lambda played: [
            Expected("peer-down", at, played.linked(back)),
            Expected("stale-database-restored", back, ANY, "peer-down"),
        ],
        needs=("leases", "conf", "start"),
        maybe=("diverged-bindings", "duplicate-binding", "nak-storm", "binding-update-conflict"),
    )


@kind("state-not-recorded", lab=False)
def state_not_recorded(pair: Setting) -> Incident:
    """The disk is full when a server wants to write down its new state."""
    down, alive = pair.either()
    at = pair.minutes(10, 30)
    back = at + pair.minutes(2, 30)
    end = back + pair.minutes(5, 30)
    events = [(at, f"crash {down}"), (back, f"start {down}"), *pair.background(end, share=0.25)]

    def truth(played: Played) -> list[Expected]:
        return [
            Expected("peer-down", at, played.linked(back)),
            Expected("state-not-recorded", at + 2, at + 2),
        ]

    def full(played: Played) -> None:
        played.folder.say(alive, at + 2, f"Unable to record current failover state for {pair.relationship}")

    return pair.incident(events, end, truth, full, settled=at - 300)

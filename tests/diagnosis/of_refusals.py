"""Two living servers that refuse each other: clocks, names, roles, addresses, releases; configurations."""

from tests.diagnosis.incident import ANY, END, Expected, Incident, Played
from tests.diagnosis.kinds import kind
from tests.diagnosis.setting import Setting


@kind("clock-skew")
def clock_far_off(pair: Setting) -> Incident:
    """One server returns with a clock that is minutes off, until somebody sets it right."""
    off, _ = pair.second, pair.first
    way = pair.rng.choice(("ahead", "behind"))
    seconds = pair.rng.randrange(75, 900)
    at = pair.minutes(10, 20)
    back = at + pair.minutes(1.5, 5)
    mended = back + pair.minutes(8, 40)
    end = mended + pair.minutes(8, 30)
    events = [
        (at, f"stop {off}"),
        (at + 30, f"set clock of {off} to {seconds}s {way}"),
        (back, f"start {off}"),
        (mended, f"stop {off}"),
        (mended + 30, f"set clock of {off} right"),
        (mended + 60, f"start {off}"),
        *pair.background(end, share=0.25),
    ]
    return pair.incident(
        events,
        end,
        lambda played: [
            Expected("peer-down", at, back),
            Expected("clock-skew", back, played.linked(mended + 60)),
        ],
        settled=at - 300,
        maybe=("link-down", "peer-down"),
    )


@kind("clock-skew")
def clock_half_a_minute_off(pair: Setting) -> Incident:
    """The clocks differ by so much that the next drift parts the servers."""
    off, _ = pair.second, pair.first
    seconds = pair.rng.randrange(36, 55)
    end = pair.minutes(40, 120)
    events = [
        (0.0, f"set clock of {off} to {seconds}s {pair.rng.choice(('ahead', 'behind'))}"),
        (0.0, "start both"),
        (130.0, pair.clients(20, 10.0)),
        *pair.background(end),
    ]
    return pair.incident(events, end, [Expected("clock-skew", ANY, END)], needs=("start",))


@kind(spares=("clock-skew",))
def clock_some_seconds_off(pair: Setting) -> Incident:
    """The clocks differ by some seconds, as clocks do."""
    off, _ = pair.either()
    seconds = pair.rng.randrange(2, 20)
    end = pair.minutes(40, 120)
    events = [
        (0.0, f"set clock of {off} to {seconds}s {pair.rng.choice(('ahead', 'behind'))}"),
        (0.0, "start both"),
        *pair.background(end),
    ]
    return pair.incident(events, end, [], needs=("start",))


@kind("relationship-name-mismatch")
def names_differ(pair: Setting) -> Incident:
    """The relationship is called differently on the two servers of a new pair."""
    pair.lines.append(f'relationship "{pair.relationship}-2" on {pair.second}')
    end = pair.minutes(7, 60)
    truth = [
        Expected("relationship-name-mismatch", 0, END),
        Expected("stuck-recover", 0, END, "relationship-name-mismatch"),
    ]
    return pair.incident(
        [(130.0, pair.clients(4))], end, truth, needs=("start", "conf"), maybe=("unanswered-clients",)
    )


@kind("role-conflict")
def same_role(pair: Setting) -> Incident:
    """Both servers were given one role."""
    pair.roles = ("primary", "primary")
    end = pair.minutes(7, 60)
    truth = [Expected("role-conflict", 0, END), Expected("stuck-recover", 0, END, "role-conflict")]
    return pair.incident(
        [(130.0, pair.clients(4))], end, truth, needs=("start", "conf"), maybe=("unanswered-clients",)
    )


@kind("peer-address-unusable")
def wrong_peer_address(pair: Setting) -> Incident:
    """A new pair in which one server looks for its partner in the wrong place."""
    one, _ = pair.either()
    pair.lines.append(f"peer address {pair.network}.0.{pair.rng.randrange(20, 90)} on {one}")
    end = pair.minutes(7, 60)
    truth = [
        Expected("peer-address-unusable", 0, END),
        Expected("stuck-recover", 0, END, "peer-address-unusable"),
    ]
    return pair.incident(
        [(130.0, pair.clients(4))], end, truth, needs=("start", "conf"), maybe=("unanswered-clients",)
    )


@kind("peer-address-unusable", lab=False)
def address_not_here(pair: Setting) -> Incident:
    """The address of the declaration is not on the machine: dhcpd says so at each attempt."""
    one, _ = pair.either()
    at = pair.minutes(10, 20)
    back = at + pair.minutes(1, 3)
    end = back + pair.minutes(10, 28)
    why = pair.rng.choice(("address not available", "invalid argument"))
    events = [
        (at, f"stop {one}"),
        (back - 1, "cut link"),
        (back, f"start {one}"),
        *pair.background(end, share=0.25),
    ]

    def complain(played: Played) -> None:
        moment = back + 1
        while moment < end:
            played.folder.say(one, moment, f"failover peer {pair.relationship}: {why}")
            moment += 90

    return pair.incident(
        events,
        end,
        [Expected("peer-address-unusable", back, END), Expected("peer-down", at, back)],
        complain,
        settled=at - 300,
        maybe=("link-down", "peer-down", "never-reconnects"),
    )


@kind("incompatible-versions", lab=False)
def old_partner(pair: Setting) -> Incident:
    """One server was updated from 3.0, and says that the other cannot follow."""
    new, old = pair.either()
    end = pair.minutes(8, 60)

    def mix(played: Played) -> None:
        played.folder.pretend_release(old, "V3.0.6")
        played.folder.say(
            new,
            1,
            "WARNING: failover as of versions 3.1.0 and on are not reverse compatible with versions 3.0.x.",
        )

    return pair.incident(
        [(0.0, "cut link"), (0.0, "start both"), (130.0, pair.clients(4))],
        end,
        [Expected("incompatible-versions", 0, END), Expected("stuck-recover", 0, END)],
        mix,
        needs=("start",),
        maybe=("unanswered-clients",),
    )


@kind(spares=("incompatible-versions",), lab=False)
def both_of_one_old_release(pair: Setting) -> Incident:
    """Both servers run 3.0: old, but fitting."""
    end = pair.minutes(30, 60)

    def age(played: Played) -> None:
        for name in pair.names:
            played.folder.pretend_release(name, "V3.0.6")

    return pair.incident(pair.background(end), end, [], age, needs=("start",))


@kind("configuration-mismatch")
def ranges_differ(pair: Setting) -> Incident:
    """One server's range is longer."""
    longer, _ = pair.either()
    more = pair.rng.randrange(3, 20)
    pair.pools = [
        f"pool {pair.address(0)} to {pair.address(pair.size - 1 + (more if name == longer else 0))} on {name}"
        for name in pair.names
    ]
    end = pair.minutes(30, 90)
    return pair.incident(
        pair.background(end),
        end,
        [Expected("configuration-mismatch", 0, END)],
        needs=("conf", "start"),
        maybe=("diverged-bindings", "diverged-pool-counts"),
    )


@kind("configuration-mismatch", lab=False)
def lease_times_differ(pair: Setting) -> Incident:
    """The default lease time was changed on one server only."""
    one, _ = pair.either()
    end = pair.minutes(30, 90)

    def change(played: Played) -> None:
        played.folder.change_conf(one, r"default-lease-time \d+", f"default-lease-time {pair.lease // 2}")

    return pair.incident(
        pair.background(end), end, [Expected("configuration-mismatch", ANY, END)], change, needs=("conf",)
    )


@kind(spares=("configuration-mismatch",), lab=False)
def same_range_in_two_parts(pair: Setting) -> Incident:
    """One file writes the range in two parts, and adds what need not be equal."""
    one, _ = pair.either()
    middle = pair.size // 3
    end = pair.minutes(30, 90)

    def rewrite(played: Played) -> None:
        played.folder.change_conf(
            one,
            rf"range {pair.address(0)} {pair.address(pair.size - 1)};",
            f"range {pair.address(middle)} {pair.address(pair.size - 1)};\n"
            f"    range {pair.address(0)} {pair.address(middle - 1)};  # first part",
        )
        played.folder.change_conf(one, r"max-response-delay \d+", "max-response-delay 45")

    return pair.incident(pair.background(end), end, [], rewrite, needs=("conf",))


@kind("failover-not-configured", lab=False)
def pool_without_failover(pair: Setting) -> Incident:
    """A new server whose pool does not name the failover peer: dhcpd refuses to start."""
    one, other = pair.either()
    end = pair.minutes(7, 30)

    def forget(played: Played) -> None:
        played.folder.change_conf(one, r"    failover peer \"[^\n]*\n", "")
        first = next((line for line in played.folder.log(one)), None)
        assert first is not None
        played.folder.keep_lines(one, lambda line: line.at <= first.at + 3 and "failover" not in line.text)
        played.folder.say(
            one,
            first.at + 0.5,
            f"ERROR: Failover peer, {pair.relationship}, has no referring pools."
            " You must refer to each peer in at least one pool declaration.",
            "Failover configuration sanity check failed",
        )

    return pair.incident(
        [(0.0, f"start {other}"), (0.5, f"start {one}"), (1.0, "cut link"), (130.0, pair.clients(4))],
        end,
        [Expected("failover-not-configured", 0, END)],
        forget,
        needs=("start", "conf", "leases"),
        maybe=("stuck-recover", "peer-down", "link-down", "unanswered-clients", "recover-wait"),
    )


@kind(spares=("failover-not-configured",), lab=False)
def second_pool_without_failover(pair: Setting) -> Incident:
    """A further pool without failover beside one with it is allowed."""
    end = pair.minutes(30, 60)

    def extend(played: Played) -> None:
        for name in pair.names:
            played.folder.change_conf(
                name,
                r"\n  pool \{",
                f"\n  pool {{\n    range {pair.network}.250.10 {pair.network}.250.20;\n  }}\n  pool {{",
            )

    return pair.incident(pair.background(end), end, [], extend, needs=("conf",))

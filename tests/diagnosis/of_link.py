"""Interruptions of the link: a server away, the link cut, both again and again."""

from tests.diagnosis.incident import ANY, END, Expected, Incident, Played
from tests.diagnosis.kinds import kind
from tests.diagnosis.of_recovery import away_and_waiting
from tests.diagnosis.setting import Setting


@kind("peer-down", spares=("link-down", "stale-database-restored", "database-lost"))
def server_away_and_back(pair: Setting) -> Incident:
    """One server crashes or is stopped, and returns within the hour."""
    down, _ = pair.either()
    at = pair.minutes(8, 40)
    back = at + pair.minutes(1, 50)
    end = back + pair.minutes(6, 60)
    verb = pair.rng.choice(("crash", "stop"))
    events = [(at, f"{verb} {down}"), (back, f"start {down}"), *pair.background(end)]
    return pair.incident(
        events, end, lambda played: [Expected("peer-down", at, played.linked(back))], settled=at - 300
    )


@kind("peer-down")
def server_away_for_good(pair: Setting) -> Incident:
    """One server crashes and is not back by the end."""
    down, _ = pair.either()
    at = pair.minutes(8, 40)
    end = at + pair.minutes(5, 25)
    events = [(at, f"crash {down}"), *pair.background(end, share=0.2)]
    return pair.incident(events, end, [Expected("peer-down", at, END)], settled=at - 300)


@kind("peer-down")
def one_side_collected(pair: Setting) -> Incident:
    """One server was away, and only its partner's files are at hand."""
    down, _ = pair.either()
    at = pair.minutes(8, 40)
    back = at + pair.minutes(3, 50)
    end = back + pair.minutes(6, 60)
    events = [(at, f"crash {down}"), (back, f"start {down}"), *pair.background(end, share=0.2)]

    def lose(played: Played) -> None:
        for name in ("messages", "dhcpd.leases", "dhcpd.conf"):
            played.folder.remove(down, name)

    return pair.incident(
        events,
        end,
        lambda played: [Expected("peer-down", at, played.linked(back))],
        lose,
        needs=("leases", "conf"),
        settled=at - 300,
    )


@kind("link-down", spares=("peer-down", "silent-link"))
def link_cut_and_healed(pair: Setting) -> Incident:
    """Both live, but the link between them is gone for a while."""
    at = pair.minutes(8, 40)
    back = at + pair.minutes(3, 50)
    end = back + pair.minutes(6, 60)
    way = pair.rng.choice(("cut link", "cut link", f"cut link from {pair.rng.choice(pair.names)}"))
    events = [(at, way), (back, "heal link"), *pair.background(end, share=0.3)]
    return pair.incident(
        events, end, lambda played: [Expected("link-down", at, played.linked(back))], settled=at - 300
    )


@kind("link-down", spares=("never-reconnects",))
def link_cut_to_the_end(pair: Setting) -> Incident:
    """The link is gone and not back by the end."""
    at = pair.minutes(8, 40)
    end = at + pair.minutes(6, 25)
    events = [(at, "cut link"), *pair.background(end, share=0.3)]
    return pair.incident(events, end, [Expected("link-down", at, END)], settled=at - 300)


@kind("link-down")
def quiet_pair_loses_link(pair: Setting) -> Incident:
    """The link is cut while hardly a client is there, so that the logs are nearly empty."""
    at = pair.minutes(8, 40)
    back = at + pair.minutes(4, 50)
    end = back + pair.minutes(6, 30)
    events = [(130.0, pair.clients(2)), (at, "cut link"), (back, "heal link")]
    return pair.incident(
        events, end, lambda played: [Expected("link-down", at, played.linked(back))], settled=at - 300
    )


@kind("link-down")
def cut_then_crash(pair: Setting) -> Incident:
    """Two troubles one after the other, with normal operation between them."""
    down, _ = pair.either()
    cut = pair.minutes(8, 20)
    healed = cut + pair.minutes(3, 15)
    at = healed + pair.minutes(8, 25)
    back = at + pair.minutes(2, 20)
    end = back + pair.minutes(6, 20)
    events = [
        (cut, "cut link"),
        (healed, "heal link"),
        (at, f"crash {down}"),
        (back, f"start {down}"),
        *pair.background(end, share=0.25),
    ]
    return pair.incident(
        events,
        end,
        lambda played: [
            Expected("link-down", cut, played.linked(healed)),
            Expected("peer-down", at, played.linked(back)),
        ],
        settled=cut - 300,
    )


@kind("stuck-communications-interrupted")
def interrupted_for_hours(pair: Setting) -> Incident:
    """A server or the link is away for hours, and nobody decides."""
    down, _ = pair.either()
    pair.lease = pair.rng.choice((14400, 21600))
    at = pair.minutes(8, 40)
    back = at + pair.minutes(65, 200)
    end = back + pair.minutes(10, 60)
    cut = pair.rng.random() < 0.5
    gone, returns = ("cut link", "heal link") if cut else (f"crash {down}", f"start {down}")
    events = [(at, gone), (back, returns), *pair.background(end, share=0.2)]
    cause = "link-down" if cut else "peer-down"

    def truth(played: Played) -> list[Expected]:
        again = played.linked(back)
        return [Expected(cause, at, again), Expected("stuck-communications-interrupted", at, again, cause)]

    return pair.incident(events, end, truth, settled=at - 300)


@kind("stuck-communications-interrupted")
def still_interrupted(pair: Setting) -> Incident:
    """The same, and it still lasts at the end of the logs."""
    down, _ = pair.either()
    at = pair.minutes(8, 40)
    end = at + pair.minutes(32, 150)
    events = [(at, f"crash {down}"), *pair.background(end, share=0.2)]
    return pair.incident(
        events,
        end,
        [Expected("peer-down", at, END), Expected("stuck-communications-interrupted", at, END, "peer-down")],
        settled=at - 300,
    )


@kind(spares=("stuck-communications-interrupted",))
def interrupted_nearly_an_hour(pair: Setting) -> Incident:
    """A server is away for less than an hour."""
    down, _ = pair.either()
    at = pair.minutes(8, 20)
    back = at + pair.minutes(45, 57)
    end = back + pair.minutes(10, 30)
    events = [(at, f"stop {down}"), (back, f"start {down}"), *pair.background(end, share=0.2)]
    return pair.incident(events, end, lambda played: [Expected("peer-down", at, played.linked(back))])


@kind("silent-link", lab=False)
def one_side_believes_in_normal(pair: Setting) -> Incident:
    """The link is lost, and one of the servers never notices."""
    pair.size, pair.lease = 200, 3600
    believer, _ = pair.either()
    at = pair.minutes(8, 30)
    back = at + pair.minutes(8, 40)
    end = back + pair.minutes(8, 30)
    events = [(at, "cut link"), (back, "heal link"), *pair.background(end)]
    events += [(150.0, pair.clients(int(end / 60), 1.0, "with identifiers"))]

    def deaf(played: Played) -> None:
        words = ("I move", "peer moves", "disconnected", "timeout waiting", "Both servers normal")
        again = (played.linked(back) or end) + 2
        played.folder.keep_lines(
            believer,
            lambda line: not at - 1 <= line.at <= again or not any(word in line.text for word in words),
        )

    def truth(played: Played) -> list[Expected]:
        again = played.linked(back)
        return [Expected("link-down", at, again), Expected("silent-link", at, again, "link-down")]

    return pair.incident(events, end, truth, deaf, settled=at - 300, maybe=("never-reconnects",))


@kind("flapping")
def link_flaps(pair: Setting) -> Incident:
    """The link is lost again and again for some minutes."""
    at = pair.minutes(8, 25)
    events: list[tuple[float, str]] = []
    cuts: list[tuple[float, float]] = []
    for _ in range(pair.rng.randrange(3, 8)):
        back = at + pair.minutes(2, 5)
        cuts.append((at, back))
        events += [(at, "cut link"), (back, "heal link")]
        at = back + pair.minutes(2.5, 6)
    end = at + pair.minutes(6, 30)
    events += pair.background(end, share=0.3)

    def truth(played: Played) -> list[Expected]:
        backs = [played.linked(back) for _, back in cuts]
        single = [
            Expected("link-down", cut, back, "flapping") for (cut, _), back in zip(cuts, backs, strict=True)
        ]
        return [Expected("flapping", cuts[0][0], backs[-1]), *single]

    return pair.incident(events, end, truth, settled=cuts[0][0] - 300)


@kind(spares=("flapping",))
def link_lost_twice(pair: Setting) -> Incident:
    """Two interruptions within the hour are no flapping."""
    first = pair.minutes(8, 25)
    cuts = [(first, first + pair.minutes(2, 5))]
    cuts.append((cuts[0][1] + pair.minutes(5, 20), 0.0))
    cuts[1] = (cuts[1][0], cuts[1][0] + pair.minutes(2, 5))
    end = cuts[1][1] + pair.minutes(10, 30)
    events = [event for cut, back in cuts for event in ((cut, "cut link"), (back, "heal link"))]
    return pair.incident(
        [*events, *pair.background(end, share=0.3)],
        end,
        lambda played: [Expected("link-down", cut, played.linked(back)) for cut, back in cuts],
        settled=first - 300,
    )


@kind(spares=("flapping", "link-down"))
def server_restarted_again_and_again(pair: Setting) -> Incident:
    """Somebody restarts one server four times: the server was away, the link is sound."""
    down, _ = pair.either()
    at = pair.minutes(8, 25)
    events: list[tuple[float, str]] = []
    times: list[tuple[float, float]] = []
    for _ in range(4):
        back = at + pair.minutes(0.5, 3)
        times.append((at, back))
        events += [(at, f"stop {down}"), (back, f"start {down}")]
        at = back + pair.minutes(3, 8)
    end = at + pair.minutes(6, 20)
    return pair.incident(
        [*events, *pair.background(end, share=0.3)],
        end,
        lambda played: [Expected("peer-down", away, played.linked(back)) for away, back in times],
        settled=times[0][0] - 300,
    )


@kind("never-reconnects", lab=False)
def old_release_forgets_to_connect(pair: Setting) -> Incident:
    """A release that forgets to connect again loses the link once, and for ever."""
    pair.size = 200
    at = pair.minutes(8, 30)
    end = at + pair.minutes(20, 28)
    events = [(at, "cut link"), *pair.background(end), (130.0, pair.clients(int(end / 60), 1.0, ""))]
    release = pair.rng.choice(("V3.1.1", "4.0.1", "4.1.0"))

    def older(played: Played) -> None:
        for name in pair.names:
            played.folder.pretend_release(name, release)

    truth = [Expected("link-down", at, END), Expected("never-reconnects", at, END, "link-down")]
    return pair.incident(events, end, truth, older, needs=("start",), maybe=("link-down",))


@kind(spares=("peer-down",))
def log_fetched_earlier(pair: Setting) -> Incident:
    """One server's files were collected half an hour before the other's."""
    early, _ = pair.either()
    end = pair.minutes(60, 150)
    fetched = end - pair.minutes(10, 30)

    def stop(played: Played) -> None:
        played.folder.keep_lines(early, lambda line: line.at < fetched)

    return pair.incident(
        pair.background(end), end, [], stop, maybe=("lease-file-damaged",), settled=600.0, needs=("leases",)
    )


@kind("peer-down")
def operator_shuts_down(pair: Setting) -> Incident:
    """The operator shuts one server down over OMAPI and starts it later."""
    down, _ = pair.either()
    at = pair.minutes(8, 40)
    back = at + pair.minutes(3, 40)
    end = back + pair.minutes(6, 40)
    events = [(at, f"shut down {down}"), (back, f"start {down}"), *pair.background(end, share=0.25)]
    return pair.incident(events, end, away_and_waiting(down, at, back), settled=at - 300)


@kind("link-down")
def slow_link(pair: Setting) -> Incident:
    """The link becomes so slow that the servers lose each other, and recovers."""
    at = pair.minutes(8, 30)
    back = at + pair.minutes(10, 40)
    end = back + pair.minutes(8, 40)
    pair.response_delay = 20
    delay = pair.rng.randrange(25, 50)
    events = [(at, f"delay link by {delay}s"), (back, "heal link"), *pair.background(end, share=0.25)]

    def truth(played: Played) -> list[Expected]:
        lost = min(played.moves(new="communications-interrupted"), default=None)
        return [] if lost is None else [Expected("link-down", ANY, ANY)]

    return pair.incident(events, end, truth, settled=at - 300, maybe=("flapping", "link-down"))


@kind(spares=("link-down", "database-lost", "stale-database-restored"))
def power_cut(pair: Setting) -> Incident:
    """Both servers lose their power at one moment, and come back one after the other."""
    at = pair.minutes(15, 40)
    back = at + pair.minutes(3, 20)
    late = back + pair.minutes(0.2, 4)
    end = late + pair.minutes(10, 40)
    one, other = pair.either()
    events = [(at, "crash both"), (back, f"start {one}"), (late, f"start {other}"), *pair.background(end)]
    return pair.incident(events, end, [], settled=at - 300, maybe=("peer-down",))


@kind("peer-down", spares=("link-down",))
def survivor_restarted_meanwhile(pair: Setting) -> Incident:
    """While one server is away, its partner is restarted too."""
    down, alive = pair.either()
    at = pair.minutes(10, 30)
    again = at + pair.minutes(4, 15)
    back = again + pair.minutes(4, 20)
    end = back + pair.minutes(8, 40)
    events = [
        (at, f"crash {down}"),
        (again, f"stop {alive}"),
        (again + 15, f"start {alive}"),
        (back, f"start {down}"),
        *pair.background(end, share=0.25),
    ]
    return pair.incident(
        events,
        end,
        lambda played: [Expected("peer-down", at, played.linked(back))],
        settled=at - 300,
        maybe=("peer-down",),
    )


@kind("peer-down")
def logs_begin_in_the_outage(pair: Setting) -> Incident:
    """The logs at hand begin when the server had been away for some minutes already."""
    down, _ = pair.either()
    at = pair.minutes(10, 20)
    back = at + pair.minutes(15, 50)
    end = back + pair.minutes(8, 40)
    events = [(at, f"crash {down}"), (back, f"start {down}"), *pair.background(end, share=0.25)]

    def late(played: Played) -> None:
        for name in pair.names:
            played.folder.begin_log(name, at + 300)

    return pair.incident(events, end, lambda played: [Expected("peer-down", ANY, played.linked(back))], late)

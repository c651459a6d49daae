"""What clients meet: nobody who answers, refusals, the wrong server, foreign machines on their addresses."""

from tests.diagnosis.incident import ANY, END, Expected, Incident, Played
from tests.diagnosis.kinds import kind
from tests.diagnosis.setting import Setting


@kind("load-balanced-into-a-hole")
def relay_reaches_one_server(pair: Setting) -> Incident:
    """A relay knows only one server; its clients that belong to the other wait until ``secs`` has grown."""
    reached, missed = pair.either()
    pair.debug, pair.size = True, max(pair.size, 120)
    pair.lines += [f"relay hall at {pair.network}.0.7 reaching {reached}", "load balance max seconds 60"]
    at = pair.minutes(5, 30)
    end = at + pair.minutes(20, 60)
    count = pair.rng.randrange(6, 20)
    events = [
        *pair.background(end, share=0.2),
        (at, pair.clients(count, 10.0, f"through hall with names belonging to {missed}")),
        (at + 30, pair.clients(count, 10.0, f"through hall with names belonging to {reached}")),
    ]

    def truth(played: Played) -> list[Expected]:
        waits = played.waiting(at - 1, at + 600)
        last = max(span[1] for span in waits)
        return [
            Expected(
                "load-balanced-into-a-hole",
                min(span[0] for span in waits),
                played.lasts(last, 600),
            )
        ]

    return pair.incident(events, end, truth, needs=("debug",), settled=at - 200)


@kind(spares=("load-balanced-into-a-hole",))
def relay_reaches_both(pair: Setting) -> Incident:
    """The same clients through a relay that reaches both."""
    pair.debug = True
    pair.lines += [f"relay hall at {pair.network}.0.7", "load balance max seconds 60"]
    at = pair.minutes(5, 30)
    end = at + pair.minutes(20, 60)
    events = [
        *pair.background(end, share=0.2),
        (at, pair.clients(12, 10.0, f"through hall with names belonging to {pair.second}")),
        (at + 30, pair.clients(12, 10.0, f"through hall with names belonging to {pair.first}")),
    ]
    return pair.incident(events, end, [], needs=("debug",), settled=at - 200)


@kind("unanswered-clients", lab=False)
def asked_without_an_answer(pair: Setting) -> Incident:
    """Some clients ask for minutes, and the log does not say why they get nothing."""
    at = pair.minutes(10, 30)
    end = at + pair.minutes(20, 60)
    clients = pair.rng.randrange(1, 5)
    asks = pair.rng.randrange(7, 14)
    asked = [at + 20 * one + 40 * count for one in range(clients) for count in range(asks)]

    def ask(played: Played) -> None:
        for one in range(clients):
            for count in range(asks):
                for name in pair.names:
                    played.folder.say(
                        name,
                        at + 20 * one + 40 * count,
                        f"DHCPDISCOVER from 00:0c:29:aa:bb:{one:02x} via {pair.network}.0.1",
                    )

    last = max(asked)
    return pair.incident(
        pair.background(end),
        end,
        lambda played: [Expected("unanswered-clients", at, played.lasts(last))],
        ask,
        settled=at - 300,
    )


@kind(spares=("unanswered-clients",), lab=False)
def asked_three_times(pair: Setting) -> Incident:
    """A client asks three times and goes away."""
    at = pair.minutes(10, 30)
    end = at + pair.minutes(20, 60)

    def ask(played: Played) -> None:
        for moment in (at, at + 4, at + 12):
            for name in pair.names:
                played.folder.say(name, moment, f"DHCPDISCOVER from 00:0c:29:aa:bb:01 via {pair.network}.0.1")

    return pair.incident(pair.background(end), end, [], ask, settled=at - 300)


@kind("nak-storm")
def moved_to_another_network(pair: Setting) -> Incident:
    """Many clients wake up with addresses of another network and are refused."""
    pair.size = max(pair.size, 200)
    at = pair.minutes(15, 40)
    end = at + pair.minutes(20, 50)
    count = pair.rng.randrange(40, 60)
    first = (130.0, pair.clients(count, 20.0))
    crowd = pair.crowd
    events = [
        first,
        *[(at + place * 2.0, f"{crowd}{place + 1} claims 172.30.4.{place + 10}") for place in range(count)],
    ]

    def truth(played: Played) -> list[Expected]:
        naks = [when for one in played.requests for when, kind_, _ in one.answers if kind_ == "NAK"]
        last = max(naks)
        return [Expected("nak-storm", min(naks), played.lasts(last))]

    return pair.incident(events, end, truth, settled=at - 100)


@kind(spares=("nak-storm",))
def a_few_refusals(pair: Setting) -> Incident:
    """Some clients wake up with foreign addresses, over an hour."""
    at = pair.minutes(15, 30)
    end = at + pair.minutes(60, 80)
    first = (130.0, pair.clients(20, 20.0))
    crowd = pair.crowd
    events = [
        first,
        *[(at + place * 400.0, f"{crowd}{place + 1} claims 172.30.4.{place + 10}") for place in range(8)],
    ]
    return pair.incident(events, end, [], settled=at - 100)


@kind("split-drift", lab=False)
def split_is_not_kept(pair: Setting) -> Incident:
    """The configuration names another split than the one by which clients are really served."""
    pair.split, pair.size, pair.debug = 128, 300, True
    pair.mclt, pair.lease = 1800, 7200
    end = pair.minutes(40, 90)
    said = pair.rng.choice((16, 24, 230, 240))

    def change(played: Played) -> None:
        played.folder.change_conf(pair.first, r"split 128", f"split {said}")

    return pair.incident(
        [(130.0, pair.clients(110, 10.0, "with identifiers"))],
        end,
        [Expected("split-drift", ANY, END)],
        change,
        needs=("conf", "start", "debug"),
    )


@kind(spares=("split-drift",))
def split_is_kept(pair: Setting) -> Incident:
    """A split that is far from even, and is kept."""
    pair.split, pair.size, pair.debug = pair.rng.choice((32, 64, 200)), 300, True
    end = pair.minutes(40, 90)
    return pair.incident([(130.0, pair.clients(90, 10.0, "with identifiers"))], end, [], needs=("conf",))


@kind("abandoned-leases")
def strangers_in_the_pool(pair: Setting) -> Incident:
    """Machines with fixed addresses sit on addresses of the pool."""
    pair.ping_check, pair.size = True, 100
    at = pair.minutes(5, 20)
    end = at + pair.minutes(40, 80)
    strangers = [*range(14), *range(84, 100)]
    strangers += [49, 50, 51, 52, 48, 47, 53, 54]
    events = [(60.0, f"stranger at {pair.address(number)} appears") for number in strangers]
    events += [(at, pair.clients(24, 4.0)), (at + 900, pair.clients(6, 4.0))]

    def truth(played: Played) -> list[Expected]:
        told = [
            one.at
            for name in pair.names
            for one in played.folder.log(name)
            if one.text.startswith("Abandoning IP")
        ]
        return [Expected("abandoned-leases", min(told), max(told))] if len(told) >= 5 else []

    return pair.incident(events, end, truth, settled=30.0)


@kind(spares=("abandoned-leases",))
def one_stranger(pair: Setting) -> Incident:
    """A single printer with a fixed address in the pool."""
    pair.ping_check = True
    at = pair.minutes(5, 20)
    end = at + pair.minutes(40, 80)
    half = pair.size // 2
    events = [(60.0, f"stranger at {pair.address(half + offset)} appears") for offset in (-1,)]
    return pair.incident([*events, (at, pair.clients(20, 4.0))], end, [])

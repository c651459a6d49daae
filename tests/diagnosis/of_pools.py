"""Addresses that are used up, badly divided, or counted differently."""

import re

from tests.diagnosis.incident import ANY, END, Expected, Incident, Played
from tests.diagnosis.kinds import kind
from tests.diagnosis.setting import Setting

_NOTHING_TO_GIVE = (
    "peer {}: Got POOLREQ, answering negatively!  Peer may be out of leases or database inconsistent."
)


def _refused(played: Played, rule: str, start: float, end: float) -> list[Expected]:
    """The finding about those whom nobody could serve, by what the clients lived through."""
    waits = played.waiting(start, end)
    if len(waits) < 2:
        return []
    last = max(span[1] for span in waits)
    return [Expected(rule, min(span[0] for span in waits), played.lasts(last))]


@kind("survivor-starved")
def half_used_up(pair: Setting) -> Incident:
    """One server is away for long, and its partner runs out of its own half."""
    down, _ = pair.either()
    pair.size, pair.lease = pair.rng.choice((30, 40, 60)), 28800
    at = pair.minutes(10, 30)
    back = at + pair.minutes(40, 120)
    end = back + pair.minutes(10, 30)
    gone, returns, cause = (
        (f"crash {down}", f"start {down}", "peer-down")
        if pair.rng.random() < 0.7
        else ("cut link", "heal link", "link-down")
    )
    few = pair.size // 6
    events = [
        (150.0, pair.clients(few, 20.0)),
        (at, gone),
        (at + 120, pair.clients(pair.size * 2 // 3, pair.rng.choice((1.0, 2.0, 4.0)))),
        (back, returns),
    ]

    def truth(played: Played) -> list[Expected]:
        again = played.linked(back)
        waits = played.waiting(at, back)
        found = [Expected(cause, at, again)]
        if back - at > 3600:
            found.append(Expected("stuck-communications-interrupted", at, again, cause))
        if len(waits) > 2:
            found.append(Expected("survivor-starved", min(span[0] for span in waits), again, cause))
        return found

    maybe = ("stuck-communications-interrupted", "pool-exhausted", "unanswered-clients")
    if cause == "link-down":
        maybe = (*maybe, "survivor-starved")
    return pair.incident(events, end, truth, settled=at - 200, maybe=maybe if back - at < 3700 else maybe[1:])


@kind(spares=("survivor-starved",))
def half_is_enough(pair: Setting) -> Incident:
    """The same, with fewer clients than the half has addresses."""
    down, _ = pair.either()
    pair.size, pair.lease = pair.rng.choice((60, 80, 120)), 28800
    at = pair.minutes(10, 30)
    back = at + pair.minutes(20, 55)
    end = back + pair.minutes(10, 30)
    events = [
        (150.0, pair.clients(pair.size // 6, 20.0)),
        (at, f"crash {down}"),
        (at + 120, pair.clients(pair.size // 4, 6.0)),
        (back, f"start {down}"),
    ]
    return pair.incident(
        events, end, lambda played: [Expected("peer-down", at, played.linked(back))], settled=at - 200
    )


@kind("survivor-starved")
def starved_until_partner_down(pair: Setting) -> Incident:
    """The survivor starves until the operator says partner-down and mclt has passed."""
    down, alive = pair.either()
    pair.size, pair.lease, pair.mclt = 40, 28800, 600
    at = pair.minutes(10, 20)
    said = at + pair.minutes(30, 45)
    end = said + pair.mclt + pair.minutes(25, 50)
    events = [
        (150.0, pair.clients(8, 20.0)),
        (at, f"crash {down}"),
        (at + 120, pair.clients(26, 3.0)),
        (said, f"put {alive} in partner-down"),
    ]

    def truth(played: Played) -> list[Expected]:
        waits = played.waiting(at, said)
        return [
            Expected("peer-down", at, END),
            Expected("survivor-starved", min(span[0] for span in waits), ANY, "peer-down"),
        ]

    return pair.incident(events, end, truth, settled=at - 200)


@kind("pool-exhausted")
def more_clients_than_addresses(pair: Setting) -> Incident:
    """More clients come than the pool has addresses."""
    pair.size, pair.lease = pair.rng.choice((20, 30, 50)), 14400
    at = pair.minutes(5, 25)
    end = at + pair.minutes(30, 70)
    events = [(at, pair.clients(pair.size + pair.rng.randrange(5, 20), pair.rng.choice((5.0, 10.0, 20.0))))]
    return pair.incident(
        events,
        end,
        lambda played: _refused(played, "pool-exhausted", at, end),
        settled=at - 100,
        maybe=("pool-imbalance", "pool-request-refused"),
    )


@kind(spares=("pool-exhausted",))
def nearly_all_addresses(pair: Setting) -> Incident:
    """Four fifths of the pool are used, slowly, which balancing follows."""
    pair.size, pair.lease = pair.rng.choice((60, 100)), 14400
    end = pair.minutes(120, 200)
    pair.lines.append("min-balance 60")
    events = [(150.0, pair.clients(pair.size * 3 // 4, 0.8, ""))]
    return pair.incident(events, end, [])


@kind(spares=("pool-exhausted",), lab=False)
def network_without_a_pool(pair: Setting) -> Incident:
    """A network that dhcpd listens on but has no pool for: thousands of harmless refusals."""
    end = pair.minutes(40, 80)

    def babble(played: Played) -> None:
        moment = 200.0
        texts = []
        while moment < end:
            texts.append(moment)
            moment += pair.rng.uniform(5, 30)
        for name in pair.names:
            for at in texts[:60]:
                mac = f"00:50:56:00:{int(at) // 256 % 256:02x}:{int(at) % 256:02x}"
                played.folder.say(
                    name, at, f"DHCPDISCOVER from {mac} via eth1: network 192.168.77.0/24: no free leases"
                )

    return pair.incident(pair.background(end), end, [], babble, needs=("conf",), settled=60)


@kind("pool-imbalance")
def one_side_runs_dry(pair: Setting) -> Incident:
    """All clients belong to one server, faster than the pools are balanced."""
    pair.size, pair.lease, pair.mclt = pair.rng.choice((24, 30, 40)), 7200, 1800
    owner, _ = pair.either()
    lasts = pair.rng.choice((20, 30))
    pair.lines += [f"min-balance {lasts * 60}", f"max-balance {lasts * 120}"]
    at = 150.0
    half = pair.size // 2
    end = at + pair.minutes(lasts + 15, lasts + 40)
    events = [(at, pair.clients(half + 10, 15.0, f"with identifiers belonging to {owner}"))]

    def truth(played: Played) -> list[Expected]:
        told = [one.at for one in played.folder.log(owner) if "peer holds all free leases" in one.text]
        return [Expected("pool-imbalance", told[0], ANY)] if len(told) >= 3 else []

    return pair.incident(
        events,
        end,
        truth,
        needs=("start",),
        maybe=("pool-request-refused",),
    )


@kind("pool-imbalance", lab=False)
def imbalance_reported_again_and_again(pair: Setting) -> Incident:
    """A server reports its pool as IMBALANCED, each time that it looks."""
    one, _ = pair.either()
    pair.lines.append("min-balance 60")
    end = pair.minutes(60, 100)
    at = pair.minutes(15, 30)
    times = [at + 60 * count for count in range(pair.rng.randrange(5, 20))]

    def tell(played: Played) -> None:
        free, backup = (2, pair.size - 12) if one == pair.first else (pair.size - 12, 2)
        lts = (free - backup) // 2 if one == pair.first else (backup - free) // 2
        for moment in times:
            played.folder.say(
                one,
                moment,
                f"IMBALANCED pool 55d1b7a3c2d0 {pair.network}.0.0/16  total {pair.size}  free {free}  "
                f"backup {backup}  lts {-abs(lts) if lts < 0 else abs(lts)}  max-misbal 10",
            )
        played.folder.keep_lines(
            one, lambda line: not re.match(r"balanc", line.text) or not (at - 90 <= line.at <= times[-1] + 1)
        )

    return pair.incident(
        pair.background(end),
        end,
        [Expected("pool-imbalance", at, ANY)],
        tell,
        settled=at - 300,
        maybe=("diverged-pool-counts",),
    )


@kind(spares=("pool-imbalance",), lab=False)
def imbalance_reported_once(pair: Setting) -> Incident:
    """One such line, and balance again a minute later."""
    one, _ = pair.either()
    end = pair.minutes(60, 100)
    at = pair.minutes(15, 30)

    def tell(played: Played) -> None:
        text = f"pool 55d1b7a3c2d0 {pair.network}.0.0/16  total {pair.size}  free 40  backup 10"
        played.folder.say(one, at, f"IMBALANCED {text}  lts 15  max-misbal 8")

    return pair.incident(pair.background(end), end, [], tell, settled=at - 300)


@kind("pool-request-refused", lab=False)
def pool_requests_refused(pair: Setting) -> Incident:
    """A server asks for addresses, and its partner has none to give."""
    giver, _ = pair.either()
    at = pair.minutes(15, 30)
    end = at + pair.minutes(20, 60)
    times = [at + 61 * count for count in range(pair.rng.randrange(2, 6))]

    def refuse(played: Played) -> None:
        for moment in times:
            played.folder.say(giver, moment, _NOTHING_TO_GIVE.format(pair.relationship))

    last = times[-1]
    return pair.incident(
        pair.background(end),
        end,
        lambda played: [Expected("pool-request-refused", at, played.lasts(last))],
        refuse,
        settled=at - 300,
    )


@kind(spares=("pool-request-refused",), lab=False)
def pool_request_refused_once(pair: Setting) -> Incident:
    """A single refused request, as happens when both ask at one time."""
    giver, _ = pair.either()
    at = pair.minutes(15, 30)
    end = at + pair.minutes(20, 60)

    def refuse(played: Played) -> None:
        played.folder.say(giver, at, _NOTHING_TO_GIVE.format(pair.relationship))

    return pair.incident(pair.background(end), end, [], refuse, settled=at - 300)


@kind("diverged-pool-counts", lab=False)
def counts_differ(pair: Setting) -> Incident:
    """From some moment on, one server counts far fewer free addresses than its partner."""
    pair.lines += ["min-balance 120", "max-balance 240"]
    odd, _ = pair.either()
    at = pair.minutes(20, 35)
    end = at + pair.minutes(25, 60)
    less = pair.size // 4

    def miscount(played: Played) -> None:
        changed = []
        for line in played.folder.log(odd):
            match = re.match(r"(balanc\w+ pool .* free )(\d+)(  backup )(\d+)(.*)", line.text)
            if match and line.at >= at:
                free, backup = max(0, int(match[2]) - less // 2), max(0, int(match[4]) - less // 2)
                text = f"{match[1]}{free}{match[3]}{backup}{match[5]}"
                changed.append(type(line)(line.at, line.tag, text))
            else:
                changed.append(line)
        played.folder.write_log(odd, changed)

    def truth(played: Played) -> list[Expected]:
        counted = [
            one.at for one in played.folder.log(odd) if one.text.startswith("balanced pool") and one.at >= at
        ]
        return [Expected("diverged-pool-counts", counted[0], END)]

    return pair.incident(
        [
            (130.0, pair.clients(int(end / 20), 3.0))
            if pair.size > 150
            else (130.0, pair.clients(pair.size // 3, 3.0))
        ],
        end,
        truth,
        miscount,
        settled=at - 900,
        maybe=("pool-imbalance",),
    )


@kind(spares=("diverged-pool-counts",), lab=False)
def counts_differ_for_a_moment(pair: Setting) -> Incident:
    """The counts of one look differ: updates were in flight."""
    pair.lines += ["min-balance 120", "max-balance 240"]
    odd, _ = pair.either()
    at = pair.minutes(20, 35)
    end = at + pair.minutes(25, 60)

    def miscount(played: Played) -> None:
        changed, left = [], 2
        for line in played.folder.log(odd):
            match = re.match(r"(balanc\w+ pool .* free )(\d+)(  backup .*)", line.text)
            if match and line.at >= at and left:
                left -= 1
                line = type(line)(line.at, line.tag, f"{match[1]}{max(0, int(match[2]) - 30)}{match[3]}")
            changed.append(line)
        played.folder.write_log(odd, changed)

    return pair.incident([(130.0, pair.clients(pair.size // 3, 3.0))], end, [], miscount)

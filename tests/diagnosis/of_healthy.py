"""Healthy pairs: whatever is found about them above info is wrong, planned restarts aside."""

from tests.diagnosis.incident import Expected, Incident
from tests.diagnosis.kinds import kind
from tests.diagnosis.setting import Setting


@kind("normal-operation")
def healthy(pair: Setting) -> Incident:
    """Clients come and go for some hours."""
    end = pair.minutes(20, 360)
    pair.ping_check = pair.rng.random() < 0.3
    events = pair.background(end, share=0.6)
    if pair.rng.random() < 0.3:
        crowd = pair.clients(6)
        events.append((end / 3, crowd))
        events.append((end / 2, f"{pair.crowd}1..{pair.crowd}2 decline every 90s"))
    if pair.rng.random() < 0.3:
        pair.lines.append(f"min-balance {pair.rng.choice((60, 120, 600))}")
    return pair.incident(events, end, [])


@kind("normal-operation")
def healthy_with_restarts(pair: Setting) -> Incident:
    """The operator restarts servers, one at a time, each back within two minutes."""
    at = pair.minutes(15, 60)
    events: list[tuple[float, str]] = []
    times: list[tuple[float, float]] = []
    for name in pair.rng.sample(pair.names, pair.rng.choice((1, 2))):
        back = at + pair.minutes(0.1, 2)
        times.append((at, back))
        events += [(at, f"stop {name}"), (back, f"start {name}")]
        at = back + pair.minutes(10, 40)
    end = at + pair.minutes(5, 120)
    return pair.incident(
        [*events, *pair.background(end, share=0.5)],
        end,
        lambda played: [Expected("peer-down", away, played.linked(back)) for away, back in times],
        settled=times[0][0] - 300,
    )


@kind("normal-operation")
def healthy_and_quiet(pair: Setting) -> Incident:
    """A small office: hardly anything happens."""
    end = pair.minutes(60, 600)
    pair.size, pair.lease = 80, 43200
    return pair.incident([(140.0, pair.clients(pair.rng.randrange(1, 5)))], end, [])


@kind(spares=("pool-exhausted",))
def healthy_and_crowded(pair: Setting) -> Incident:
    """Half of the addresses in use, with short leases and clients that come and go all the time."""
    pair.size, pair.lease, pair.mclt = 200, 900, 600
    end = pair.minutes(60, 180)
    events = [*pair.background(end, share=0.5), *pair.background(end, share=0.2)]
    return pair.incident(events, end, [])

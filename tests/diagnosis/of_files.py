"""Lease files that disagree, or hold what the protocol forbids; updates that are refused or wait."""

import re

from tests.diagnosis.incident import ANY, END, Expected, Incident, Played
from tests.diagnosis.kinds import kind
from tests.diagnosis.setting import Setting


def settled_crowd(pair: Setting) -> tuple[float, str]:
    """Clients that come early, with all that can be known of them."""
    return 130.0, pair.clients(max(20, int(pair.size * 0.3)), 15.0, "with identifiers and names")


def lasting(played: Played, server: str, end: float) -> list[str]:
    """Addresses whose last block in a server's file is an old, still active lease."""
    last = played.folder.last_blocks(server, "active")
    return sorted(
        ip
        for ip, block in last.items()
        if played.folder.when(block, "ends") > end and played.folder.when(block, "starts") < end - 700
    )


@kind("diverged-bindings", lab=False)
def files_disagree(pair: Setting) -> Incident:
    """Several leases that one file calls active stand as free in the other, long after they were given."""
    pair.lease = pair.rng.choice((21600, 43200))
    odd, _ = pair.either()
    end = pair.minutes(70, 130)
    count = pair.rng.randrange(4, 9)

    def diverge(played: Played) -> None:
        chosen = lasting(played, odd, end)[:count]
        state = pair.rng.choice(("free", "backup"))

        def freed(block: str) -> str:
            block = re.sub(r"\n  (?:next|rewind) binding state [a-z]+;", "", block)
            block = re.sub(
                r"\n  (starts|ends|tstp|tsfp|atsfp) [^;]*;", rf"\n  \1 {played.folder.date(60)};", block
            )
            return block.replace("binding state active", f"binding state {state}")

        played.folder.change_last(odd, chosen, freed)

    return pair.incident(
        [settled_crowd(pair)],
        end,
        [Expected("diverged-bindings", ANY, END)],
        diverge,
        needs=("leases",),
        maybe=("stale-database-restored",),
    )


@kind(spares=("diverged-bindings", "update-backlog"), lab=False)
def files_disagree_about_the_newest(pair: Setting) -> Incident:
    """The files were copied while updates were in flight: the last leases stand in one file only."""
    odd, _ = pair.either()
    end = pair.minutes(40, 80)
    events = [settled_crowd(pair), (end - 40, pair.clients(12, 30.0))]

    def early(played: Played) -> None:
        blocks = played.folder.blocks(odd)
        kept = []
        for block in blocks:
            fresh = block.startswith("lease ") and re.search(r"\n  starts ", block)
            if fresh and played.folder.when(block, "starts") > end - 41:
                continue
            kept.append(block)
        played.folder.write_blocks(odd, kept)

    return pair.incident(events, end, [], early, needs=("leases",))


@kind("binding-update-conflict", lab=False)
def updates_refused(pair: Setting) -> Incident:
    """In normal operation, the partner refuses updates for the same addresses again and again."""
    asker, _ = pair.either()
    at = pair.minutes(20, 40)
    end = at + pair.minutes(20, 50)
    count = pair.rng.randrange(4, 20)
    why = pair.rng.choice(("Fatal conflict exists", "invalid state transition"))

    def refuse(played: Played) -> None:
        for place in range(count):
            ip = pair.address(place % 5)
            reason = f"{ip}: invalid state transition: active to abandoned" if "invalid" in why else why
            played.folder.say(
                asker, at + place * 37, f"bind update on {ip} from {pair.relationship} rejected: {reason}"
            )

    last = at + (count - 1) * 37
    return pair.incident(
        pair.background(end),
        end,
        lambda played: [Expected("binding-update-conflict", at, played.lasts(last))],
        refuse,
        settled=at - 900,
    )


@kind(spares=("binding-update-conflict",), lab=False)
def updates_refused_in_resync(pair: Setting) -> Incident:
    """The same lines, within a minute after the servers met again."""
    asker, down = pair.either()
    at = pair.minutes(10, 30)
    back = at + pair.minutes(5, 30)
    end = back + pair.minutes(10, 40)

    def refuse(played: Played) -> None:
        again = played.linked(back) or back
        for place in range(6):
            ip = pair.address(place)
            why = f"{ip}: invalid state transition: free to free"
            text = f"bind update on {ip} from {pair.relationship} rejected: {why}"
            played.folder.say(asker, again + 2 + place / 10, text)

    return pair.incident(
        [(at, f"crash {down}"), (back, f"start {down}"), *pair.background(end, share=0.25)],
        end,
        lambda played: [Expected("peer-down", at, played.linked(back))],
        refuse,
        settled=at - 300,
    )


@kind("update-backlog", lab=False)
def leases_wait_for_confirmation(pair: Setting) -> Incident:
    """Leases given half an hour ago still wait for the partner's word, though both are normal."""
    pair.size, pair.lease = 200, 43200
    slow, _ = pair.either()
    end = pair.minutes(60, 100)

    def unconfirmed(played: Played) -> None:
        last = played.folder.last_blocks(slow, "active")
        chosen = [ip for ip, block in last.items() if "\n  cltt" in block and "\n  tstp" in block]
        played.folder.change_last(slow, chosen, lambda block: re.sub(r"\n  (?:atsfp|tsfp) [^;]*;", "", block))

    return pair.incident(
        [(130.0, pair.clients(110, 30.0, "with identifiers"))],
        end,
        [Expected("update-backlog", ANY, END)],
        unconfirmed,
        needs=("leases",),
        maybe=("mclt-violation",),
    )


@kind("update-backlog", lab=False)
def requests_overtake_each_other(pair: Setting) -> Incident:
    """In normal operation a server is asked for updates again and again before it has finished."""
    slow, _ = pair.either()
    at = pair.minutes(20, 40)
    end = at + pair.minutes(20, 50)
    times = [at + 25 * place for place in range(pair.rng.randrange(6, 14))]

    def tell(played: Played) -> None:
        for moment in times:
            text = "Received update request while old update still flying!  Silently discarding old request."
            played.folder.say(slow, moment, text)

    return pair.incident(
        pair.background(end), end, [Expected("update-backlog", times[0], times[-1])], tell, settled=at - 900
    )


@kind("expired-never-freed", lab=False)
def expired_stay_expired(pair: Setting) -> Incident:
    """Leases that ended long ago still stand as expired in one file."""
    pair.lease, pair.mclt = 1800, 600
    odd, _ = pair.either()
    end = pair.minutes(150, 200)
    count = pair.rng.randrange(4, 9)
    wave = (130.0, pair.clients(30, 20.0))
    events = [wave, (700.0, f"{pair.crowd}1..{pair.crowd}30 vanish every 1s")]

    def stick(played: Played) -> None:
        last = played.folder.last_blocks(odd)
        gone = sorted(
            ip
            for ip, block in last.items()
            if "\n  ends" in block and played.folder.when(block, "ends") < end - 3000 and "hardware" in block
        )[:count]

        def stuck(block: str) -> str:
            block = re.sub(r"\n  (?:next|rewind) binding state [a-z]+;", "", block)
            return re.sub(
                r"\n  binding state [a-z]+;", "\n  binding state expired;\n  next binding state free;", block
            )

        played.folder.change_last(odd, gone, stuck)

    return pair.incident(
        events,
        end,
        [Expected("expired-never-freed", ANY, END)],
        stick,
        needs=("leases",),
        maybe=("diverged-bindings",),
    )


@kind(spares=("expired-never-freed", "state-not-recorded"))
def expired_become_free(pair: Setting) -> Incident:
    """Clients vanish, and their leases end and become free as they should."""
    pair.lease, pair.mclt = 1800, 600
    end = pair.minutes(100, 140)
    wave = (130.0, pair.clients(30, 20.0))
    events = [
        wave,
        (700.0, f"{pair.crowd}1..{pair.crowd}30 vanish every 1s"),
        *pair.background(end, share=0.2),
    ]
    return pair.incident(events, end, [], needs=("leases",))


@kind("mclt-violation", lab=False)
def grants_beyond_mclt(pair: Setting) -> Incident:
    """A server gives leases for hours that its partner has not heard of."""
    pair.mclt, pair.lease = 1200, 43200
    one, _ = pair.either()
    end = pair.minutes(40, 90)
    count = pair.rng.randrange(1, 6)

    def exceed(played: Played) -> None:
        for place in range(count):
            at = 600 + 30 * place
            played.folder.append_block(
                one,
                f"lease {pair.address(place)} {{\n  starts {played.folder.date(at)};\n"
                f"  ends {played.folder.date(at + 43200)};\n  tstp {played.folder.date(at + 64800)};\n"
                f"  cltt {played.folder.date(at)};\n  binding state active;\n  next binding state expired;\n"
                f"  hardware ethernet 00:0c:29:77:00:{place:02x};\n}}\n",
            )

    return pair.incident(
        pair.background(end, share=0.2),
        end,
        [Expected("mclt-violation", 600, END)],
        exceed,
        needs=("leases", "conf"),
        maybe=("diverged-bindings", "duplicate-binding"),
    )


@kind(spares=("mclt-violation",))
def long_leases_on_renewal(pair: Setting) -> Incident:
    """Renewals get the whole configured time, far beyond mclt, because the partner knows of them."""
    pair.mclt, pair.lease = 600, 43200
    end = pair.minutes(60, 120)
    return pair.incident(
        [settled_crowd(pair), *pair.background(end, share=0.2)], end, [], needs=("leases", "conf")
    )

"""Lease files and configurations that are damaged: on the disk, while they were copied, by hand."""

import re

from tests.diagnosis.incident import ANY, END, Expected, Incident, Played
from tests.diagnosis.kinds import kind
from tests.diagnosis.of_files import lasting, settled_crowd
from tests.diagnosis.setting import Setting


@kind("lease-file-damaged", lab=False)
def corrupt_at_start(pair: Setting) -> Incident:
    """After a crash dhcpd finds its lease file corrupt."""
    down, _ = pair.either()
    at = pair.minutes(10, 30)
    back = at + pair.minutes(2, 20)
    end = back + pair.minutes(8, 40)

    def corrupt(played: Played) -> None:
        start = min(line.at for line in played.folder.log(down) if line.at >= back)
        played.folder.say(
            down,
            start + 0.2,
            "/var/lib/dhcp/dhcpd.leases line 412: unexpected end of file",
            "Corrupt lease file - possible data loss!",
        )

    return pair.incident(
        [(at, f"crash {down}"), (back, f"start {down}"), *pair.background(end, share=0.25)],
        end,
        lambda played: [
            Expected("peer-down", at, played.linked(back)),
            Expected("lease-file-damaged", back, back),
        ],
        corrupt,
        settled=at - 300,
    )


@kind("lease-file-damaged", lab=False)
def disk_full(pair: Setting) -> Incident:
    """The disk of one server is full for some minutes: leases cannot be written."""
    one, _ = pair.either()
    at = pair.minutes(10, 30)
    end = at + pair.minutes(20, 40)
    times = [at + 13 * place for place in range(pair.rng.randrange(2, 30))]

    def full(played: Played) -> None:
        for place, moment in enumerate(times):
            ip = pair.address(place)
            played.folder.say(
                one,
                moment,
                pair.rng.choice(
                    (
                        f"write_lease: unable to write lease {ip}",
                        "commit_leases: unable to commit, fsync(): No space left on device",
                    )
                ),
            )

    return pair.incident(
        pair.background(end), end, [Expected("lease-file-damaged", at, times[-1])], full, settled=at - 300
    )


@kind("lease-file-damaged", lab=False)
def garbage_in_the_file(pair: Setting) -> Incident:
    """Blocks of the lease file are damaged in the middle."""
    one, _ = pair.either()
    end = pair.minutes(30, 70)

    def damage(played: Played) -> None:
        blocks = played.folder.blocks(one)
        places = [place for place, block in enumerate(blocks[:-8]) if block.startswith("lease ")]
        for place in pair.rng.sample(places, min(3, len(places))):
            blocks[place] = re.sub(r"binding state [a-z]+;", "binding st\0\0\0\0;", blocks[place], count=1)
        played.folder.write_blocks(one, blocks)

    return pair.incident(
        [settled_crowd(pair)],
        end,
        [Expected("lease-file-damaged", ANY, ANY)],
        damage,
        needs=("leases",),
        maybe=("diverged-bindings",),
    )


@kind(spares=("lease-file-damaged",), lab=False)
def copied_while_written(pair: Setting) -> Incident:
    """The lease file was copied while dhcpd wrote its last block."""
    one, _ = pair.either()
    end = pair.minutes(30, 70)

    def cut(played: Played) -> None:
        blocks = played.folder.blocks(one)
        place = max(number for number, block in enumerate(blocks) if block.startswith("lease "))
        played.folder.write_blocks(one, [*blocks[:place], blocks[place][: len(blocks[place]) // 2]])

    return pair.incident([settled_crowd(pair)], end, [], cut, needs=("leases",))


@kind("configuration-refused", lab=False)
def semicolon_lost(pair: Setting) -> Incident:
    """Somebody edited a configuration while dhcpd ran: its next start would fail."""
    odd, _ = pair.either()
    end = pair.minutes(40, 80)
    return pair.incident(
        [settled_crowd(pair)],
        end,
        [Expected("configuration-refused", ANY, END)],
        lambda played: played.folder.change_conf(odd, r"(range [^;]*);", r"\1"),
        needs=("conf",),
    )


@kind("impossible-sequence", lab=False)
def states_that_cannot_follow(pair: Setting) -> Incident:
    """Blocks were lost in the middle of a file: free addresses expire without ever having been given."""
    pair.lease = pair.rng.choice((21600, 43200))
    odd, _ = pair.either()
    end = pair.minutes(70, 130)

    def forget(played: Played) -> None:
        last = played.folder.last_blocks(odd)
        for ip in lasting(played, odd, end)[:3]:
            bare = re.sub(r"\n  (?:next|rewind) binding state [a-z]+;", "", last[ip])
            for state in ("free", "expired"):
                played.folder.append_block(
                    odd, bare.replace("binding state active", f"binding state {state}")
                )

    return pair.incident(
        [settled_crowd(pair)],
        end,
        [Expected("impossible-sequence", ANY, END)],
        forget,
        needs=("leases",),
        maybe=("diverged-bindings", "expired-never-freed"),
    )


@kind("lease-not-in-file", lab=False)
def leases_cut_out(pair: Setting) -> Incident:
    """Leases that the log acknowledges stand in neither file, which were written to later."""
    pair.lease = pair.rng.choice((21600, 43200))
    end = pair.minutes(70, 130)
    events = [settled_crowd(pair), (end - 600, pair.clients(6, 30.0))]

    def cut(played: Played) -> None:
        names = [server.name for server in played.scenario.servers]
        lost = set(lasting(played, names[0], end)[:4])
        for name in names:
            blocks = played.folder.blocks(name)
            played.folder.write_blocks(
                name, [one for one in blocks if not lost.intersection(one.split()[1:2])]
            )

    return pair.incident(
        events,
        end,
        [Expected("lease-not-in-file", ANY, END)],
        cut,
        needs=("leases", "conf", "start"),
        maybe=("stale-database-restored",),
    )

"""The frames that a pair gives, column by column; written in the manner of ``dhcplens.model.tables``.

``first`` and ``second`` mean ``pair.servers[0]`` and ``pair.servers[1]``: primary and secondary where the
roles are known. ``source``/``line`` is the row that begins or proves the thing, ``end_source``/``end_line``
the one that ends it (missing, with line 0, where nothing does). Times are those of the writing server's own
clock unless a column says otherwise.
"""

from typing import Final

from dhcplens.model.tables import Column, Kind, of_kind

_SAID: Final = (
    *of_kind(Kind.WORD, server="who wrote it", relationship="failover relationship"),
    *of_kind(
        Kind.TIME, start="begin; NaT: before anything that was read", end="end; NaT: still so at the end"
    ),
)
_BEGIN: Final = (
    *of_kind(Kind.WORD, source="file of the line that begins it"),
    *of_kind(Kind.LINE, line="its line; 0 where no line begins it"),
)
_END: Final = (
    *of_kind(Kind.WORD, end_source="file of the line that ends it"),
    *of_kind(Kind.LINE, end_line="its line; 0 where no line ends it"),
)

_ASKED: Final = of_kind(
    Kind.WORD,
    ip="address acknowledged, else offered, else asked for",
    server_id="server identifier that the client chose",
    hostname="client's host name",
    via="relay or interface",
)

STATES: Final = (
    *_SAID,
    *of_kind(
        Kind.WORD,
        subject="local: the writer's own state; partner: what it believes of its partner",
        about="server whose state it is (missing where the partner's name is not known)",
        state="FailoverState",
        known="move: a logged move; before: what the first logged move leaves; file: block of the lease file",
    ),
    *_BEGIN,
    *_END,
)
LINKS: Final = (
    *_SAID,
    *of_kind(
        Kind.WORD,
        state="up or down, as this server believed",
        why="what began it: heard, disconnected, timeout, interrupted, restart, before",
    ),
    *_BEGIN,
    *_END,
)
RUNS: Final = (
    *of_kind(Kind.WORD, server="whose process"),
    Column("run", Kind.LINE, "number of the process in this server's log, from 0"),
    Column("pid", Kind.COUNT, "process id, if logged"),
    *of_kind(
        Kind.TIME,
        start="start; NaT: before the log",
        last_seen="last line that this process wrote",
        end="best estimate of its end; NaT: it lived on at the end of the log, as far as one can tell",
        end_before="it was gone at the latest then (next start); NaT: no later start",
    ),
    *of_kind(
        Kind.WORD,
        start_how="banner, startup, service, pid, before",
        end_how="signal, script, fatal, partner (its disconnect), restart (only the next start tells), "
        "presumed (silent since the partner lost it, and to the end of its log), open",
        version="version that the banner names",
    ),
    *_BEGIN,
    *_END,
)
POOL_SERIES: Final = (
    *of_kind(Kind.TIME, time="when logged"),
    *of_kind(
        Kind.WORD,
        server="who logged it",
        source="file",
        relationship="failover relationship; filled in where it is the only one or the configuration tells",
        network="shared network, or subnet written in full (10.69.0.0/16)",
        kind="pool (3.0), balancing, balanced, imbalanced",
    ),
    *of_kind(
        Kind.LINE,
        line="line",
        ordinal="which pool of that network, from 0: the pointer in the log changes with each process",
        run="process of that server, see runs",
    ),
    *of_kind(
        Kind.COUNT,
        total="addresses of the pool in every state",
        free="addresses for the primary to give",
        backup="addresses for the secondary to give",
        own="what the logger itself may give (by its role)",
        partners="what its partner may give",
        surplus="(free - backup) / 2, truncated: leases that the primary has beyond an even share",
        max_own="hold: ownership slack; reckoned from dhcpd's default where not printed",
        max_misbal="threshold for a rebalance; reckoned from dhcpd's default where not printed",
    ),
    Column("requesting", Kind.FLAG, "asked its partner to rebalance"),
)
POOL_SUMMARY: Final = (
    *of_kind(
        Kind.WORD,
        server="who logged it",
        relationship="failover relationship",
        network="as in POOL_SERIES",
    ),
    *of_kind(Kind.LINE, ordinal="as in POOL_SERIES", lines="how many lines"),
    *of_kind(Kind.TIME, start="first line", end="last line"),
    *of_kind(
        Kind.COUNT,
        total="of the last line, as in POOL_SERIES",
        free="of the last line",
        backup="of the last line",
        own="of the last line",
        partners="of the last line",
        surplus="of the last line",
        least="fewest free and backup together in any line",
        least_own="fewest of its own in any line",
    ),
    *of_kind(Kind.WORD, source="file of the last line"),
    *of_kind(Kind.LINE, line="the last line"),
    *of_kind(Kind.WORD, least_source="file of the first line with the fewest together"),
    *of_kind(Kind.LINE, least_line="that line"),
)
EXCHANGES: Final = (
    *of_kind(
        Kind.WORD, server="who logged it", mac="hardware address as logged; address for an INFORM without one"
    ),
    *of_kind(Kind.TIME, start="first line", end="last line"),
    *of_kind(
        Kind.WORD,
        kind="acquire (DISCOVER…), renew (REQUEST without server id), release, decline, inform, bootp",
        outcome="acked, nak, offered, unanswered, released, declined, informed",
    ),
    *_ASKED,
    *of_kind(
        Kind.WORD,
        note="suffix of the last line that has one",
        detail="what that suffix names",
    ),
    *of_kind(
        Kind.LINE,
        discovers="DISCOVERs",
        offers="OFFERs",
        requests="REQUESTs (BOOTREQUESTs)",
        acks="ACKs (BOOTREPLYs)",
        naks="NAKs",
        retries="DISCOVERs and REQUESTs beyond the first of each",
    ),
    *_BEGIN,
    *_END,
)
TRANSACTIONS: Final = (
    *of_kind(Kind.WORD, mac="client, as in exchanges"),
    *of_kind(
        Kind.TIME,
        start="first line at either server, on the first server's clock",
        end="last line at either server, on the first server's clock",
        seen_first="first line at servers[0], its own clock; NaT: nothing there",
        seen_second="first line at servers[1], its own clock; NaT: nothing there",
    ),
    *of_kind(
        Kind.WORD,
        kind="as in exchanges",
        outcome="better one of both servers: acked, informed, released, declined, nak, offered, unanswered",
        offered_by="server that offered; 'both'",
        acked_by="server that acknowledged; 'both'",
    ),
    *_ASKED,
    *of_kind(
        Kind.WORD,
        note_first="last suffix at servers[0]",
        note_second="last suffix at servers[1]",
    ),
    *of_kind(Kind.LINE, retries="most retries seen at one server"),
    Column("bucket", Kind.COUNT, "hash bucket of the client (RFC 3074), 0 to 255"),
    *of_kind(
        Kind.WORD,
        owner="server that the hash bucket assignment gives this client to",
        key="what was hashed: uid (from a lease file) or mac",
    ),
    *_BEGIN,
    *_END,
)
CLIENTS: Final = (
    *of_kind(Kind.WORD, mac="client", uid="client identifier in hex, from a lease file"),
    Column("bucket", Kind.COUNT, "hash bucket of the client (RFC 3074)"),
    *of_kind(Kind.WORD, owner="server that the hash gives it to"),
    *of_kind(
        Kind.LINE,
        acks_first="exchanges of kind acquire that servers[0] acknowledged",
        acks_second="the same of servers[1]",
        renewals_first="renewals that servers[0] acknowledged",
        renewals_second="the same of servers[1]",
        unanswered="transactions without any answer",
    ),
    *of_kind(Kind.TIME, last="last transaction, on the first server's clock"),
    *of_kind(Kind.WORD, ip="address last acknowledged"),
)
SERVED: Final = (
    *of_kind(Kind.WORD, server="server", role="Role, if known"),
    *of_kind(
        Kind.LINE,
        clients="different clients that it acknowledged in an acquire",
        acks="acquires that it acknowledged",
        renewals="renewals that it acknowledged",
        hashed="of all clients served, how many the hash gives to this server",
    ),
    Column("expected", Kind.COUNT, "buckets of 256 that the split gives it"),
)
HANDOVERS: Final = (
    *of_kind(
        Kind.WORD,
        mac="client",
        origin="server that acknowledged it before",
        server="server that acknowledges it now",
        kind="acquire or renew",
        ip="address acknowledged",
    ),
    *of_kind(Kind.TIME, time="when, on the first server's clock"),
    *_BEGIN,
)
_SIDES = ("first", "second")
BINDING_VIEW: Final = (
    *of_kind(Kind.WORD, ip="address"),
    *(
        column
        for side in _SIDES
        for column in (
            *(
                Column(f"{name}_{side}", Kind.WORD, doc)
                for name, doc in {
                    "state": "BindingState written; missing: not in this file",
                    "effective": "BindingState at that time: an active lease whose end has passed is expired",
                    "rewind": "rewind state",
                    "mac": "hardware address",
                    "uid": "client identifier",
                }.items()
            ),
            *(
                Column(f"{name}_{side}", Kind.TIME, name)
                for name in ("starts", "ends", "tstp", "tsfp", "atsfp", "cltt")
            ),
            Column(f"source_{side}", Kind.WORD, "lease file"),
            Column(f"line_{side}", Kind.LINE, "line of the block; 0: not in this file"),
        )
    ),
    *of_kind(
        Kind.WORD,
        difference="none; missing-first, missing-second (not in that file, and in use in the other); "
        "client (active for two clients); state; ends (same state, other end)",
    ),
)
WAITING: Final = (
    *of_kind(
        Kind.WORD,
        server="server that may not give the address yet",
        ip="address",
        state="BindingState in its lease file; active where only its end has passed",
        why="ended: its lease is over, the partner has not confirmed it; half: it is the partner's to give",
        mac="its last client",
    ),
    *of_kind(
        Kind.TIME,
        ends="end of its last lease",
        tsfp="time sent from partner",
        free_at="when the server may give it; NaT: not before the partner's word, or mclt after partner-down",
    ),
    *_BEGIN,
)
SPANS: Final = (
    *of_kind(Kind.WORD, server="server", kind="log or leases", source="file"),
    *of_kind(Kind.TIME, start="first time in it", end="last time in it (leases: last known time of writing)"),
    *of_kind(Kind.LINE, rows="rows of the tables that came from it"),
)
QUIET: Final = (
    *of_kind(Kind.WORD, server="server"),
    *of_kind(Kind.TIME, start="last line before", end="first line after"),
    *_BEGIN,
    *_END,
)
SKEW_SAMPLES: Final = (
    *of_kind(
        Kind.WORD,
        kind="move: 'I move' and the partner's 'peer moves'; message: a DISCOVER that both logged",
        server="who logged it at ``time``: who moved; for a message the first server",
        state="FailoverState it moved to",
    ),
    *of_kind(Kind.TIME, time="by that server's clock", heard="by its partner's clock"),
    Column("milliseconds", Kind.COUNT, "clock of servers[1] minus clock of servers[0] as this shows it"),
    *_BEGIN,
    *_END,
)
ROLE_SIGNS: Final = (
    *of_kind(
        Kind.WORD,
        server="whose role",
        relationship="in which relationship",
        role="Role that this sign says",
        ground="configuration, mclt, lts, says (a line that only one role writes)",
        why="the sign in words",
    ),
    *_BEGIN,
)

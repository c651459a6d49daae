"""The process, its files and its leases: start, shutdown, lease file, abandoned and doubtful addresses.

From dhcpd's dhcpd.c, mdb.c, db.c, dhcp.c, the socket code, and what init scripts write under dhcpd's name.
"""

from typing import Unpack

from dhcplens.ingest.catalogue.line import Level, Line, More, Older, notice

ERROR, FATAL, DEBUG = Level.ERROR, Level.FATAL, Level.DEBUG


def _boot(code: str, template: str, sample: str = "", **more: Unpack[More]) -> Line:
    return notice(code, template, sample=sample, boot=True, **more)


_START = (
    _boot(
        "server-version",
        "Internet Systems Consortium DHCP Server {version:word}",
        "Internet Systems Consortium DHCP Server 4.4.3-P1",
    ),
    _boot(
        "copyright",
        "Copyright {years:any} Internet Systems Consortium.",
        "Copyright 2004 Internet Systems Consortium.",
    ),
    _boot("all-rights-reserved", "All rights reserved."),
    _boot(
        "project-address",
        "For info, please visit {url:word}",
        "For info, please visit https://www.isc.org/software/dhcp/",
    ),
    _boot("config-file", "Config file: {path:text}", "Config file: /etc/dhcp/dhcpd.conf", since="4.3.1"),
    _boot(
        "database-file",
        "Database file: {path:text}",
        "Database file: /var/lib/dhcp/dhcpd.leases",
        since="4.3.1",
    ),
    _boot("pid-file", "PID file: {path:text}", "PID file: /var/run/dhcpd.pid", since="4.3.1"),
    _boot("listening", "Listening on {method:text}", "Listening on LPF/eth0/00:1e:c9:ad:55:bf/10.69/16"),
    _boot("sending", "Sending on   {method:text}", "Sending on   Socket/fallback/fallback-net"),
    _boot("starting-service", "Server starting service.", since="4.3.0"),
    _boot("init-startup", "dhcpd startup succeeded"),
    notice("init-shutdown", "dhcpd shutdown succeeded"),
    notice("init-startup-failed", "dhcpd startup failed", ERROR),
    notice("init-shutdown-failed", "dhcpd shutdown failed", ERROR),
    notice(
        "signal-shutdown",
        "Received signal {signal:int}, initiating shutdown.",
        sample="Received signal 15, initiating shutdown.",
        since="4.2.6",
    ),
    notice("usage", "Usage: {text:text}", FATAL, "Usage: dhcpd [-p <UDP port #>] [-f] [-d] [-q] [-t|-T]"),
    notice("already-running", "There's already a DHCP server running.", FATAL),
    notice("host-unknown", "{host:any}: host unknown.", ERROR, "dhcp2.example.org: host unknown."),
    notice(
        "name-server-failure",
        "{host:any}: temporary name server failure",
        ERROR,
        "dhcp2.example.org: temporary name server failure",
    ),
)

# The file is also written anew about every hour, so these are no sign of a start.
_LEASE_FILE = (
    notice("wrote-leases", "Wrote {count} leases to leases file.", sample="Wrote 240 leases to leases file."),
    notice(
        "wrote-classes",
        "Wrote {count} class decls to leases file.",
        sample="Wrote 0 class decls to leases file.",
        since="3.1.0",
    ),
    notice(
        "wrote-groups",
        "Wrote {count} group decls to leases file.",
        sample="Wrote 0 group decls to leases file.",
    ),
    notice(
        "wrote-deleted-hosts",
        "Wrote {count} deleted host decls to leases file.",
        sample="Wrote 0 deleted host decls to leases file.",
    ),
    notice(
        "wrote-hosts",
        "Wrote {count} new dynamic host decls to leases file.",
        sample="Wrote 0 new dynamic host decls to leases file.",
    ),
    notice("corrupt-lease-file", "Corrupt lease file - possible data loss!", ERROR),
    notice(
        "lease-not-written",
        "write_lease: unable to write lease {ip}",
        sample="write_lease: unable to write lease 10.69.100.120",
    ),
    notice(
        "commit-failed",
        "commit_leases: unable to commit[, {call:word}]: {reason}",
        sample="commit_leases: unable to commit, fsync(): No space left on device",
    ),
    notice(
        "lease-file-not-created",
        "Can't create new lease file: {reason}",
        ERROR,
        "Can't create new lease file: Permission denied",
    ),
    notice(
        "undeclared-lease",
        "undeclared lease found in database: {ip}",
        ERROR,
        "undeclared lease found in database: 10.69.100.120",
    ),
    notice("lease-no-subnet", "lease {ip}: no subnet.", ERROR, "lease 10.69.100.120: no subnet."),
)

_LEASES = (
    notice(
        "abandoning",
        "Abandoning IP address {ip}: {reason}",
        ERROR,
        "Abandoning IP address 10.69.100.120: pinged before offer",
    ),
    notice(
        "reclaiming-abandoned",
        "Reclaiming abandoned lease {ip}.",
        ERROR,
        "Reclaiming abandoned lease 10.69.100.120.",
        older=(Older("Reclaiming abandoned IP address {ip}.", "3.0.1"),),
    ),
    notice(
        "reclaiming-requested",
        "Reclaiming REQUESTed abandoned IP address {ip}.",
        ERROR,
        "Reclaiming REQUESTed abandoned IP address 10.69.100.120.",
    ),
    notice(
        "duplicate-uid",
        "uid lease {ip} for client [{mac} ]is duplicate on {network:text}",
        ERROR,
        "uid lease 10.69.100.120 for client 00:17:c4:12:77:97 is duplicate on 10.69/16",
        since="3.0.2",
    ),
    notice(
        "duplicate-leases",
        "client [{mac} ]has duplicate leases on {network:text}",
        ERROR,
        "client 00:17:c4:12:77:97 has duplicate leases on 10.69/16",
    ),
    notice("lease-conflict", "Lease conflict at {ip}", ERROR, "Lease conflict at 10.69.100.120"),
    notice(
        "static-and-dynamic",
        "Dynamic and static leases present for {ip}.",
        ERROR,
        "Dynamic and static leases present for 10.69.100.120.",
    ),
    notice(
        "static-and-dynamic",
        "Remove host declaration {declaration:any} or remove {ip}",
        ERROR,
        "Remove host declaration printer or remove 10.69.100.120",
        part=1,
    ),
    notice(
        "static-and-dynamic",
        "from the dynamic address pool for {network:text}",
        ERROR,
        "from the dynamic address pool for 10.69/16",
        part=2,
    ),
    notice(
        "reuse-lease",
        "reuse_lease: lease age {age:int} (secs) under {threshold:int}% threshold, reply with unaltered,"
        " existing lease[ for {ip}]",
        DEBUG,
        "reuse_lease: lease age 40 (secs) under 25% threshold, reply with unaltered,"
        " existing lease for 10.69.9.9",
        since="4.3.2",
    ),
    notice(
        "packet-from-unknown-subnet",
        "Packet from unknown subnet: {address:word}",
        sample="Packet from unknown subnet: 10.70.0.1",
    ),
    notice(
        "pool-threshold-exceeded",
        "Pool threshold exceeded - shared subnet: {network:any}; address: {address:word}; high threshold"
        " {percent:int}% {used:int}/{total}.",
        ERROR,
        "Pool threshold exceeded - shared subnet: 10.69/16; address: 10.69.9.9; high threshold 80% 193/240.",
        since="4.3.0",
    ),
    notice(
        "pool-threshold-reset",
        "Pool threshold reset - shared subnet: {network:any}; address: {address:word}; low threshold"
        " {used:int}/{total}.",
        ERROR,
        "Pool threshold reset - shared subnet: 10.69/16; address: 10.69.100.9; low threshold 150/240.",
        since="4.3.0",
    ),
)

_PARSING = (
    notice(
        "parse-problem",
        "{file:any} line {number}: {text:text}",
        ERROR,
        "/etc/dhcp/dhcpd.conf line 12: unknown failover peer: dhcp-failover",
    ),
    notice(
        "configuration-errors",
        "Configuration file errors encountered -- exiting",
        FATAL,
    ),
)

_SYSLOG = (
    notice(
        "message-repeated",
        "last message repeated {count} times",
        sample="last message repeated 3 times",
    ),
)

LINES = (*_START, *_LEASE_FILE, *_LEASES, *_PARSING, *_SYSLOG)

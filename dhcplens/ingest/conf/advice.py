"""Why each remark on a configuration matters, and what to write (dhcpd.conf(5), DHCP FAILOVER)."""

_SYNTAX = (
    "dhcpd reads the file to its end, reports each such place, and then does not start.",
    "Write the statement as dhcpd.conf(5) gives it.",
)
_TEXT = """
address-by-name
    why: When the name does not resolve, dhcpd ends (address) or never connects (peer address); of
        several addresses only the first is used.
    write: Write the IPv4 addresses.
address-crossing
    why: A server accepts a connection only from the address that it knows as its peer, and the other
        listens only on its own: the link never comes up, or only in one direction.
    write: The address of each server must be the peer address of the other.
address-expected
    why: dhcpd must know where to connect to.
    write: Write an IPv4 address (or a host name).
address-twice
    why: An address belongs to one pool.
    write: Take the address out of one of the ranges.
authoritative-differs
    why: Only an authoritative server refuses wrong addresses; clients that moved are told by one server
        and ignored by the other.
    write: Write authoritative; on both servers or on none.
auto-partner-down
    why: When only the link between the servers is cut, both take the other for dead and hand out the
        same addresses; afterwards they meet in potential-conflict.
    write: Take it away, unless the two are joined by a cable that fails only together with a server.
auto-partner-down-both
    why: When only the link is cut, both declare the other dead and hand out the same addresses.
    write: Take auto-partner-down away, at least on one of the two.
balance-share
    why: dhcpd takes any number without a word; the pools are then never balanced, or always.
    write: Write a percentage, or take the line away: the defaults are 15 and 10.
balance-times
    why: Pools are rebalanced after a time between the two.
    write: Write min-balance below max-balance; 60 and 3600 are the defaults.
bare-peer
    why: dhcpd has no statement that begins with peer: it says "expecting a parameter or declaration"
        and does not start. A name alone would not be enough either: failover needs a declaration of the
        relationship in the configuration of each of the two servers (who is primary, both addresses and
        ports, mclt and split on the primary), above the pools, and in each pool a line that names it.
bootp-after-range
    why: dhcpd misses this where the range stands before the failover peer line, but a BOOTP client
        keeps its address for ever and failover can never take it back.
    write: Take dynamic-bootp away.
bootp-in-failover-pool
    why: A BOOTP client keeps its address for ever, and failover can never take it back.
    write: Put these addresses into a pool of their own with no failover peer, on one server only.
bootp-permitted
    why: dhcpd before 3.1.0 does not start when a failover pool lets BOOTP clients in.
    write: Write deny dynamic bootp clients; in the pool.
brace-missing
    why: All that follows is taken to be inside of this block.
    write: Close the block with }.
double-served
    why: Both servers hand these addresses out without telling each other: two clients can get one
        address.
    write: Put the range into a pool of the relationship on both servers, or split it between them.
empty-pool
    why: A pool without addresses serves nobody; dhcpd refuses it.
    write: Write range FIRST LAST;
empty-shared-network
    why: A shared-network is made of subnets.
    write: Put subnet … { } into it, or take it away.
fixed-address-in-range
    why: dhcpd may give it to another client too; it logs that dynamic and static leases are present.
    write: Take the address out of the range.
hba-length
    why: hba is the table of the 256 hash buckets, one bit each.
    write: Write 32 bytes, or split 128; for equal shares.
host-twice
    why: Names of hosts are unique.
    write: Give one of the two another name.
include-missing
    why: What the included file says cannot be checked; peers or pools may be in it.
    write: Give this file together with those that it includes.
invalid-peer-statement
    why: dhcpd throws away the whole declaration when it meets one statement that it does not know; then
        the pools name a peer that does not exist.
    write: Take the statement away or correct it; dhcpd.conf(5) lists those that exist.
lease-times-differ
    why: Lease times are not exchanged: what a client gets depends on the server that answers, and
        changes when the other takes over.
    write: Write the same default-lease-time, max-lease-time and min-lease-time on both servers.
limits-differ
    why: Each server uses its own values, and that works. It only makes the two behave differently.
    write: Write the same on both, if there is no reason for the difference.
load-balance-differs
    why: Each server uses its own: clients may get two offers, or wait longer for one server than for
        the other.
    write: Write the same load balance max seconds on both servers.
load-balance-off
    why: With 0 seconds this server answers each client at once, whatever split says; newer dhcpd warns
        of it.
    write: Write load balance max seconds 3; on both servers.
load-balance-one-sided
    why: The server with 0 answers every client at once; split has no effect on it, and clients of the
        other get two offers.
    write: Write load balance max seconds 3; on both servers.
load-balance-words
    why: The statement has this one form.
    write: Write load balance max seconds 3;
mclt-above-max-lease-time
    why: After a partner was declared down its addresses stay unused for mclt, longer than any lease
        lasts.
    write: Write an mclt of about half of the usual lease time.
mclt-below-min-lease-time
    why: A first lease lasts mclt all the same: failover's limit comes after min-lease-time.
    write: Nothing, if that is wanted.
mclt-differs
    why: The secondary takes the primary's mclt at each connect.
    write: Take mclt away from the secondary.
mclt-on-secondary
    why: The secondary takes the primary's mclt at each connect.
    write: Take mclt away here; it stands on the primary.
mclt-short
    why: Each new client gets a lease of this length first, and while the link is down all leases are
        this short: the clients come back all the time.
    write: Write mclt 1800; or some minutes at least.
networks-differ
    why: Subnets in one shared-network lend each other addresses; when they are grouped differently, the
        two servers choose differently.
    write: Group the subnets in the same way on both servers.
no-failover-peer
    why: To keep one pool out of failover there is one form only.
    write: Write no failover peer (without a semicolon after it).
no-local-address
    why: The syntax check passes, but dhcpd ends at start with "no local address".
    write: Write address ADDRESS; with an address of this server, one that the partner reaches.
no-mclt
    why: mclt bounds how long a client may keep an address of which the partner does not know; it also
        is the waiting time after a recovery.
    write: Write mclt 1800; (or another time of some minutes to an hour) in the primary's declaration.
no-omapi-port
    why: Without it nobody can tell this server by omshell that its partner is down; what is left is to
        stop dhcpd and edit the lease file.
    write: Write omapi-port 7911; with an omapi-key.
no-split
    why: Without it nobody knows which clients the primary serves.
    write: Write split 128;
number-expected
    why: dhcpd reads a plain decimal number here and nothing else.
    write: Write a decimal number.
one-sided-split
    why: The other server answers only clients that have waited for load balance max seconds.
    write: Write split 128; if both shall work.
peer-address-missing
    why: dhcpd must know its partner.
    write: Write peer address ADDRESS;
peer-misplaced
    why: Relationships are declared for the whole server or for a shared-network; dhcpd skips a
        declaration that stands elsewhere, and then finds no peer for the pools.
    write: Move the declaration to the top of the file, before the pools.
peer-name-missing
    why: Both servers know the relationship by this name.
    write: Write failover peer "NAME" {.
peer-redeclared
    why: A relationship has one declaration; dhcpd refuses the second.
    write: Keep one of the two declarations.
peer-word-missing
    why: The statement is called failover peer.
    write: Write failover peer "NAME".
permits-differ
    why: A client that one server may serve from the pool gets nothing from the other.
    write: Write the same allow and deny statements on both servers.
pool-layout
    why: The servers balance each pool by itself; where the same addresses are grouped in another way,
        their counts do not match.
    write: Group the ranges into the same pools and networks on both servers.
pool-name-unquoted
    why: In a pool the name stands in quotes.
    write: Write failover peer "NAME";
pool-too-small
    why: One free address cannot be shared; only one of the servers can ever give it.
    write: Give the pool at least two addresses, or put the range into another pool.
pool-without-peer
    why: This server hands them out by itself. If the partner has the same range, two clients can get
        one address; if it has not, they are gone when this server is.
    write: Put the range into a pool with failover peer "NAME"; on both servers, or leave it to one of
        them on purpose.
port-crossing
    why: Refused connections are logged nowhere. If one direction fits, the link comes up from that side
        only; if none does, never.
    write: The port of each server must be the peer port of the other.
port-missing
    why: dhcpd before 4.2.0 has no default for the ports and does not start without both.
    write: Write port 647; and peer port 647; on both servers.
port-range
    why: dhcpd takes any number without a word, but no connection can be made.
    write: Write port 647; and peer port 647; on both servers.
range-outside-subnet
    why: dhcpd hands out only addresses of its subnets, and ends here.
    write: Correct the range or the netmask.
ranges-differ
    why: Addresses that only one server knows stay unacknowledged: the other rejects each update with
        unknown IP address, the clients get leases of mclt for ever, and each resynchronisation repeats
        it.
    write: Write the same ranges on both servers; an included file that both share keeps them equal.
reference-misplaced
    why: A name alone says nothing of roles, addresses and ports. Only within a shared-network may the
        bare form stand, as the usual peer of the pools that follow; anywhere else dhcpd takes it for an
        error and does not start.
relationship-differs
    why: Updates for these addresses are rejected, as covered by a different failover relationship.
    write: Name the same relationship in the pool on both servers.
relationship-name
    why: The two find each other by this name, byte for byte; with different names each refuses the
        other's connection as an unknown failover relationship name.
    write: Write the same name on both servers, in the declaration and in all pools.
relationship-only-here
    why: The other server does not know the relationship: it refuses the connection, and this one serves
        its half of the addresses alone, for ever.
    write: Declare it on the other server too, with the other role and the addresses crossed over.
repeated-statement
    why: Of a repeated statement dhcpd keeps the last without a word; of a repeated address the first.
    write: Keep one of them.
response-delay
    why: The partner sends a sign of life every third of this time, and a partner that is silent for the
        whole of it counts as lost. Below 3 seconds that is no time at all; with very many, the clients
        of a dead server wait so long.
    write: Write max-response-delay 60; on both servers.
role-missing
    why: dhcpd then takes itself for the primary.
    write: Write primary; or secondary;
same-address
    why: The server would connect to itself; the partner is never found.
    write: Write this server's own address as address and the partner's as peer address.
same-role
    why: dhcpd checks this nowhere. Two primaries connect and both hand out the free addresses; two
        secondaries never connect at all.
    write: Make one of the two primary (with mclt and split) and the other secondary (without).
secondary-split
    why: The primary tells the secondary at each connect which clients are whose.
    write: Take split and hba away from the secondary.
semicolon-missing
    why: Without the semicolon two statements run together; in a failover peer declaration dhcpd throws
        the whole declaration away.
    write: End the statement with a semicolon.
served-alone
    why: One server shares these addresses, the other hands them out by itself: two clients can get one
        address.
    write: Put the range into a pool of the relationship on both servers, or take it away from one.
settings-differ
    why: This is not exchanged between the servers, so they behave differently.
    write: Write the same on both servers.
split-range
    why: split is the number of the 256 hash buckets that the primary serves.
    write: Write split 128; for equal shares.
state-mclt
    why: A primary has its mclt from its own declaration.
    write: Take the mclt line away.
statement-too-new
    why: This version of dhcpd does not know the statement and throws away the whole declaration.
    write: Take it away, or use a newer dhcpd.
stray-brace
    why: A block was closed too early, or twice.
    write: Take the } away, or open the block before.
stray-semicolon
    why: dhcpd takes a lone semicolon for a statement, and refuses it. No semicolon stands after a } or
        after "no failover peer".
    write: Take the semicolon away.
string-not-closed
    why: All up to the next quote is taken for the string.
    write: Close the string with ".
subnets-differ
    why: A server does not answer clients of a subnet that it does not know.
    write: Declare the same subnets on both servers.
two-relationships-one-pair
    why: dhcpd finds the relationship of a connection by its addresses and may take the wrong one.
    write: Use one relationship for all pools of the two servers.
unknown-class
    why: dhcpd refuses names of classes that are not declared above.
    write: Declare class "NAME" { … } before it is used.
unknown-option
    why: dhcpd refuses options that it does not know.
    write: Correct the name, or define the option first: option NAME code NUMBER = TYPE;
unknown-peer
    why: A pool can only name a relationship that is declared above it in the same configuration;
        otherwise dhcpd does not start.
unreferenced-peer
    why: dhcpd does not start with a relationship that no pool names. What a shared-network hands down
        to its pools does not count.
    write: Write failover peer "NAME"; in each pool that both servers serve.
"""


def _read(text: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for block in text.strip().split("\n"):
        if not block.startswith(" "):
            name = block
            found[name] = ("", "")
            continue
        why, write = found[name]
        line = block.strip()
        if line.startswith("why: "):
            found[name] = (line.removeprefix("why: "), "")
        elif line.startswith("write: "):
            found[name] = (why, line.removeprefix("write: "))
        else:
            found[name] = (why, f"{write} {line}") if write else (f"{why} {line}", "")
    return found


_ADVICE = _read(_TEXT)


def advice_for(name: str) -> tuple[str, str]:
    """Why it matters, and what to write (empty where that depends on the file)."""
    return _ADVICE.get(name, _SYNTAX)

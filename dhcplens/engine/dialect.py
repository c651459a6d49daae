"""How releases of dhcpd differ: every difference that the engine knows stands in this file.

Sources: dhcpd's own code and release notes of V3-0-1 and 4.4.3-P1.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one release does. The comment names the release that brought the difference."""

    version: str
    years: str
    url: str
    timed_balance: bool  # 3.1.0: pools are balanced by a timer, with hold and threshold, by both servers
    conflict_done: bool  # 3.1.0: the secondary asks too before a conflict is over
    duels: bool  # 3.1.2: of two updates for one address that cross, the better one wins
    ended_wait: bool  # 3.0.4: what ends in partner-down is free only when MCLT has passed as well
    quiet_loading: bool  # 3.1.0: nothing is committed while the lease file is read
    keeps_timer: bool  # 4.2.8: a pool's timer is not set anew if it runs out early enough
    exact_acks: bool  # 3.0.4: atsfp, transaction ids; older: an ack repeats the times of the update
    rewind: bool  # 4.2.0: the state which the peer is known to assume may be returned to
    times_partner: bool  # 4.2.7: since when the partner is in its state is kept
    both_normal_line: bool  # 4.3.0
    cache_threshold: bool  # 4.3.0: young leases are given again unchanged
    load_keeps_order: bool  # 4.2.0: equal leases keep the order of their addresses while loading
    names_files: bool  # 4.3.1: names of its files at start
    abandon_lasts: bool  # 4.3.5: abandon-lease-time; older: usable again at once
    delayed_ack: bool  # 4.4.0: write, update the peer, then answer
    zero_disables_balancing: bool  # 4.4.0: load balance max seconds 0 means no load balancing
    balances_requests: bool  # until 3.0.2: DHCPREQUESTs are load-balanced too
    starving_cancels: bool  # 3.0.4: no load balancing to a peer without free leases
    wide_names: bool  # 3.0.4: fewer octets in a lone subnet's name; 4.0.0: none is left out
    tight_hash: bool  # until 3.0.x: only two bits of the hash choose the bit in its byte
    relative_timers: bool  # 4.2.0: a timer counts whole seconds from the moment at which it is set
    recent_ping_skips: bool  # 4.4.2: no ping for the same client within ping-cltt-secs


V4_4_3 = Dialect(
    version="4.4.3-P1",
    years="2004-2022",
    url="https://www.isc.org/software/dhcp/",
    timed_balance=True,
    conflict_done=True,
    duels=True,
    ended_wait=True,
    quiet_loading=True,
    keeps_timer=True,
    exact_acks=True,
    rewind=True,
    times_partner=True,
    both_normal_line=True,
    cache_threshold=True,
    load_keeps_order=True,
    names_files=True,
    abandon_lasts=True,
    delayed_ack=True,
    zero_disables_balancing=True,
    balances_requests=False,
    starving_cancels=True,
    wide_names=True,
    tight_hash=False,
    relative_timers=True,
    recent_ping_skips=True,
)

V3_0_1 = Dialect(
    version="V3.0.1",
    years="2004",
    url="http://www.isc.org/sw/dhcp/",
    timed_balance=False,
    conflict_done=False,
    duels=False,
    ended_wait=False,
    quiet_loading=False,
    keeps_timer=False,
    exact_acks=False,
    rewind=False,
    times_partner=False,
    both_normal_line=False,
    cache_threshold=False,
    load_keeps_order=False,
    names_files=False,
    abandon_lasts=False,
    delayed_ack=False,
    zero_disables_balancing=False,
    balances_requests=True,
    starving_cancels=False,
    wide_names=False,
    tight_hash=True,
    relative_timers=False,
    recent_ping_skips=False,
)

DIALECTS = {"4.4.3-P1": V4_4_3, "3.0.1": V3_0_1}
"""By the name that a user gives on the command line."""

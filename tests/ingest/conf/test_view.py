"""The typed view: peers, pools, subnets and the lease times in force."""

from ipaddress import IPv4Network

from dhcplens.ingest.conf import parse_conf, view
from dhcplens.model.conf import LeaseTimes
from dhcplens.model.states import Role

PRIMARY = """
failover peer "a" {
  primary; address 10.0.0.1; port 650; peer address 10.0.0.2; peer port 651;
  mclt 1800; split 128; load balance max seconds 3; max-response-delay 30; max-unacked-updates 10;
}
"""


def test_a_declaration_becomes_a_peer() -> None:
    """Role, addresses, ports, mclt, buckets and limits are as they stand, the rest as dhcpd's defaults."""
    (peer,) = view(parse_conf(PRIMARY, "x")).peers
    assert (peer.name, peer.role, peer.address, peer.port) == ("a", Role.PRIMARY, "10.0.0.1", 650)
    assert (peer.peer_address, peer.peer_port, peer.mclt) == ("10.0.0.2", 651, 1800)
    assert peer.hba == b"\xff" * 16 + b"\0" * 16
    assert (peer.load_balance_max_seconds, peer.max_response_delay, peer.max_unacked_updates) == (3, 30, 10)
    assert (peer.max_lease_misbalance, peer.max_lease_ownership, peer.min_balance) == (15, 10, 60)
    assert peer.line == 2


def test_what_dhcpd_makes_of_repetitions_and_zeros() -> None:
    """The last role, number and split count, the first address; zero stands for dhcpd's default."""
    text = (
        "failover peer a { secondary; primary; address 10.0.0.1; address 10.0.0.9; port 7; port 0; "
        "max-response-delay 0; min-balance 0; mclt 5; mclt 6; split 1; hba "
        + "00:"
        * 31
        + "80; peer mclt 7; "
        "peer peer port 99; peer address b.example.org; }"
    )
    (peer,) = view(parse_conf(text, "x")).peers
    assert (peer.role, peer.address, peer.port, peer.mclt) == (Role.PRIMARY, "10.0.0.1", 647, 7)
    assert (peer.max_response_delay, peer.min_balance, peer.peer_port) == (20, 60, 99)
    assert (peer.split, peer.hba) == (None, b"\0" * 31 + b"\x80")
    assert peer.peer_address == "b.example.org"


def test_omitted_role_is_primary() -> None:
    """dhcpd takes itself for the primary where no role is said."""
    assert view(parse_conf("failover peer a { mclt 5; }", "x")).peers[0].role is Role.PRIMARY


def test_pools_take_the_relationship_of_their_shared_network() -> None:
    """A shared-network's peer holds for the pools after it, unless a pool names another or none."""
    text = (
        PRIMARY
        + """
failover peer "b" { primary; }
shared-network net {
  subnet 10.0.0.0 netmask 255.255.255.0 { pool { range 10.0.0.1 10.0.0.9; } }
  failover peer "a";
  subnet 10.0.1.0 netmask 255.255.255.0 {
    pool { range 10.0.1.1; range 10.0.1.3 10.0.1.4; allow members of "c"; deny unknown-clients; }
    pool { failover peer "b"; range 10.0.1.9; }
    pool { no failover peer range dynamic-bootp 10.0.1.10; }
    range 10.0.1.20 10.0.1.11;
  }
  pool { range 10.0.0.20; }
}
subnet 192.168.0.0 netmask 255.255.0.0 { }
"""
    )
    conf = view(parse_conf(text, "x"))
    assert [(pool.relationship, pool.size) for pool in conf.pools] == [
        (None, 9),
        ("a", 3),
        ("b", 1),
        (None, 1),
        (None, 10),
        ("a", 1),
    ]
    assert {pool.network for pool in conf.pools} == {"net"}
    assert (conf.pools[1].permits, conf.pools[1].prohibits) == (('members of "c"',), ("unknown-clients",))
    assert conf.pools[3].ranges[0].dynamic_bootp
    assert conf.subnets == (
        ("net", IPv4Network("10.0.0.0/24")),
        ("net", IPv4Network("10.0.1.0/24")),
        ("192.168.0.0/16", IPv4Network("192.168.0.0/16")),
    )


def test_lease_times_come_from_the_innermost_scope() -> None:
    """A time said in a pool holds there, else that of the subnet, the shared network, the group, the file."""
    text = """
default-lease-time 100; max-lease-time 1000;
group {
  min-lease-time 7;
  shared-network net {
    default-lease-time 200;
    subnet 10.0.0.0 netmask 255.255.255.0 {
      pool { range 10.0.0.1; max-lease-time infinite; }
      pool { range 10.0.0.2; default-lease-time 5; default-lease-time 6; }
      max-lease-time 2000;
    }
  }
}
subnet 10.1.0.0 netmask 255.255.255.0 { range 10.1.0.1; }
"""
    assert [pool.lease_times for pool in view(parse_conf(text, "x")).pools] == [
        LeaseTimes(200, 2**32 - 1, 7),
        LeaseTimes(6, 2000, 7),
        LeaseTimes(100, 1000, 300),
    ]


def test_a_pool_of_a_shared_network_takes_the_times_of_its_subnet() -> None:
    """Where a pool stands beside the subnets of its shared network, the subnet of its addresses counts."""
    text = """
shared-network net {
  default-lease-time 200;
  subnet 10.0.0.0 netmask 255.255.255.0 { default-lease-time 300; max-lease-time 900; }
  pool { range 10.0.0.1; max-lease-time 800; }
}
"""
    assert view(parse_conf(text, "x")).pools[0].lease_times == LeaseTimes(300, 800, 300)


def test_global_settings() -> None:
    """Settings of the whole server that bear on failover are found, whatever their case."""
    text = "AUTHORITATIVE; ping-check off; server-id-check true; dhcp-cache-threshold 0; omapi-port 7911;"
    conf = view(parse_conf(text, "x"))
    assert (conf.authoritative, conf.ping_check, conf.server_id_check) == (True, False, True)
    assert (conf.cache_threshold, conf.omapi_port) == (0, 7911)

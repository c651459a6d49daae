"""Makes configurations, right ones and broken ones."""

import re

from hypothesis import strategies as st

_NUMBERS = "0 1 3 60 128 255 256 257 1800 99999 -5 0x10 abc"
_HOSTS = "10.0.0.1 10.0.0.2 dhcp1 dhcp1.example.org 10.0.0.256 10.0.0"
_WITH_NUMBER = (
    "port|peer port|mclt|split|max-response-delay|peer max-response-delay|max-unacked-updates|"
    "max-lease-misbalance|max-lease-ownership|max-balance|min-balance|auto-partner-down|"
    "load balance max seconds|load balance max secs|max-transmit-idle|peer peer port|peer mclt"
)
_numbers = st.sampled_from(_NUMBERS.split())
_hosts = st.sampled_from(_HOSTS.split())
_HBA = ":".join(["ff"] * 16 + ["00"] * 16)

peer_statements = st.one_of(
    st.sampled_from(["primary;", "secondary;", "mclt 1800;", "split 128;", f"hba {_HBA};", "hba ff:ff;"]),
    st.builds("address {};".format, _hosts),
    st.builds("peer address {};".format, _hosts),
    st.builds("{} {};".format, st.sampled_from(_WITH_NUMBER.split("|")), _numbers),
)
_GOOD_PRIMARY = ["primary;", "address 10.0.0.1;", "peer address 10.0.0.2;", "mclt 1800;", "split 128;"]
_GOOD_SECONDARY = ["secondary;", "address 10.0.0.2;", "peer address 10.0.0.1;"]


@st.composite
def declarations(draw: st.DrawFn) -> str:
    """A failover peer declaration: a good one with some statements more, less or in another order."""
    statements = list(draw(st.sampled_from([_GOOD_PRIMARY, _GOOD_SECONDARY])))
    statements += draw(st.lists(peer_statements, max_size=2))
    if draw(st.booleans()):
        statements.pop(draw(st.integers(0, len(statements) - 1)))
    if draw(st.booleans()):
        statements = draw(st.permutations(statements))
    name = draw(st.sampled_from(['"a"', '"a"', '"a"', "a", '"b"', "12"]))
    return f"failover peer {name} {{ {' '.join(statements)} }}"


pool_statements = st.sampled_from(
    [
        'failover peer "a";',
        'failover peer "a";',
        'failover peer "b";',
        "failover peer a;",
        "no failover peer",
        "no failover peer;",
        "no failover;",
        "range 10.0.0.10 10.0.0.20;",
        "range 10.0.0.30;",
        "range dynamic-bootp 10.0.0.40 10.0.0.50;",
        "allow unknown-clients;",
        "deny dynamic bootp clients;",
        'allow members of "c";',
        "default-lease-time 600;",
        'peer "a";',
        'failover peer "a" { primary; }',
        'if exists user-class { option domain-name "x"; } else { max-lease-time 20; }',
    ]
)


@st.composite
def failover_confs(draw: st.DrawFn) -> str:
    """A configuration with failover, right or wrong in some way."""
    parts = draw(st.lists(declarations(), min_size=1, max_size=2))
    pools = [
        f"pool {{ {' '.join(draw(st.lists(pool_statements, min_size=1, max_size=4, unique=True)))} }}"
        for _ in range(draw(st.integers(1, 2)))
    ]
    subnet = f"subnet 10.0.0.0 netmask 255.255.255.0 {{ {' '.join(pools[:1])} }}"
    if draw(st.booleans()):
        inner = draw(st.sampled_from(["", 'failover peer "a";', 'failover peer "b";', draw(declarations())]))
        subnet = f"shared-network net {{ {inner} {subnet} }}"
    parts.insert(draw(st.integers(len(parts) // 2, len(parts))), subnet)
    parts.append(
        draw(st.sampled_from(["", "", 'failover peer "a";', 'failover peer "a" state { my state normal; }']))
    )
    parts.insert(0, draw(st.sampled_from(["", 'class "c" { match hardware; }'])))
    return "\n".join(parts) + "\n"


_TOKEN = re.compile(r'"[^"]*"|[\w.:-]+|[^\s\w]')
_WORDS = (
    '; { } ( ) , . : = "a" "" 1 10 300 10.0.0.1 0a:0b foo option space code failover peer pool range subnet '
    "host if else not and or no primary split mclt address class match exists on commit set known-clients "
    "allow deny # authoritative default-lease-time infinite true hardware ethernet"
)
_VOCABULARY = _WORDS.split()


@st.composite
def mutated(draw: st.DrawFn, text: st.SearchStrategy[str]) -> str:
    """A configuration with some words left out, doubled, replaced or put in."""
    words = _TOKEN.findall(draw(text))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(words) - 1, 0)))
        way = draw(st.sampled_from(["drop", "double", "replace", "insert"]))
        if way == "drop" and words:
            del words[at]
        elif way == "double" and words:
            words.insert(at, words[at])
        elif way == "replace" and words:
            words[at] = draw(st.sampled_from(_VOCABULARY))
        else:
            words.insert(at, draw(st.sampled_from(_VOCABULARY)))
    return "\n".join(" ".join(words[start : start + 12]) for start in range(0, len(words), 12)) + "\n"

"""Invented blocks of lease files, as values and as text."""

import random

from hypothesis import strategies as st

from dhcplens.ingest.leases.dates import NEVER_SECONDS
from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.keywords import KEYWORDS
from dhcplens.ingest.leases.lease import STAMPS, Lease
from dhcplens.ingest.leases.text import text_of
from dhcplens.model.states import BindingState, FailoverState

SECONDS = st.integers(1, NEVER_SECONDS - 20 * 86400) | st.just(NEVER_SECONDS)
ADDRESSES = st.tuples(*[st.integers(0, 255)] * 4).map(lambda parts: ".".join(map(str, parts)))
TEXTS = st.binary(max_size=40).map(text_of)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,15}", fullmatch=True).filter(
    lambda name: name not in KEYWORDS and name not in ("true", "false")
)
STATES = st.sampled_from(list(map(str, BindingState)))
FAILOVER_STATES = st.sampled_from(list(map(str, FailoverState)))
VALUES = TEXTS | st.integers(-(2**31), 2**31 - 1) | st.booleans()
BODIES = st.lists(
    st.sampled_from(
        ['set name = "1; }";', "log(info, concat(name, zone-name));", "if exists host-name { unset name; }"]
    ),
    min_size=1,
    max_size=3,
).map(" ".join)
EVENTS = st.dictionaries(st.sampled_from(["expiry", "release"]), BODIES, min_size=1) | st.dictionaries(
    st.just("expiry or release"), BODIES, min_size=1
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "billing": st.lists(TEXTS, min_size=1, max_size=2),
        "set": st.dictionaries(NAMES, VALUES, min_size=1, max_size=3),
        "option": st.dictionaries(
            st.sampled_from(["agent.circuit-id", "agent.remote-id", "agent.unknown-9"]),
            st.sampled_from(["0:4:1:ff", '"port 7"', '"\\001\\377"']),
            min_size=1,
        ),
        "on": EVENTS,
        "other": st.lists(st.sampled_from(["frob 1", 'nix "a;b"', "block { a; b; }"]), min_size=1),
    },
)
LEASES = st.builds(
    Lease,
    ip=ADDRESSES,
    stamps=st.fixed_dictionaries({}, optional=dict.fromkeys(STAMPS, SECONDS)),
    state=STATES,
    next_state=STATES,
    rewind_state=STATES,
    hardware=st.sampled_from(["ethernet", "token-ring", "fddi", "infiniband", "unknown-37"]),
    mac=st.none() | st.binary(min_size=1, max_size=20),
    uid=st.none() | st.binary(min_size=1, max_size=40),
    hostname=st.none()
    | st.text(min_size=1, max_size=20)
    .filter(lambda name: "\0" not in name)
    .map(lambda name: text_of(name.encode())),
    reserved=st.booleans(),
    bootp=st.booleans(),
    options=OPTIONS,
)
STATE_BLOCKS = st.builds(
    StateBlock,
    relationship=NAMES,
    my_state=FAILOVER_STATES,
    my_since=SECONDS | st.just(0),
    partner_state=FAILOVER_STATES,
    partner_since=SECONDS | st.just(0),
    mclt=st.none() | st.integers(0, 10**6),
)
ENTRIES = st.sampled_from(
    [
        'server-duid "\\000\\001\\000\\001\\015\\221\\034JRT\\000\\0224Y";\n',
        "authoring-byte-order little-endian;\n",
        "host h-1 {\n  dynamic;\n  hardware ethernet 00:11:22:33:44:55;\n}\n",
        'class "gold" {\n  dynamic;\n}\n',
        "frobnicate 12;\n",
        'ia-na "\\001\\002\\003\\004\\000\\001abcdef" {\n  cltt never;\n  iaaddr 2001:db8::5 {\n'
        "    binding state active;\n    preferred-life 300;\n    max-life 600;\n"
        "    ends 3 2024/01/31 10:00:00;\n  }\n}\n\n",
    ]
)


_SPLINTERS = (b"{", b"}", b";", b'"', b"\xff", b"#", b"lease ", b"\\", b" set ", b"\0" * 9, b"\n", b"\n}\n")


@st.composite
def mutated(draw: st.DrawFn, text: bytes) -> bytes:
    """The text after a few cuts, insertions and repeats."""
    data = text
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            data = data[:at] + data[at + draw(st.integers(1, 40)) :]
        elif kind == 1:
            data = data[:at] + draw(st.binary(min_size=1, max_size=8)) + data[at:]
        elif kind == 2:
            data = data[:at] + draw(st.sampled_from(_SPLINTERS)) + data[at:]
        else:
            other = draw(st.integers(0, len(data)))
            data = data[:at] + data[other : other + 60] + data[at:]
    return data


def splintered(rng: random.Random, text: bytes) -> bytes:
    """The text after one cut, insertion or repeat, sooner."""
    at, kind = rng.randrange(len(text) + 1), rng.randrange(4)
    behind = text[at + rng.randrange(1, 40) :] if kind == 0 else text[at:]
    if kind == 1:
        behind = rng.randbytes(rng.randrange(1, 8)) + behind
    elif kind == 2:
        behind = rng.choice(_SPLINTERS) + behind
    elif kind == 3:
        other = rng.randrange(len(text))
        behind = text[other : other + 60] + behind
    return text[:at] + behind

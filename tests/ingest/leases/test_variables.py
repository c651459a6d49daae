"""Statements without a column: the short way of reading them gives what the long one gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.leases import variables

_STATEMENTS = (
    *(
        'set a = "1";',
        'set a = "2\\001\\"";',
        'set active = "1";',
        "set b = 0a:b;",
        'set c = "";',
        'set d = "a;b";',
    ),
    *("option agent.circuit-id 0:4:f;", 'option agent.remote-id "p\\\\1";', 'option agent.remote-id "";'),
    *(
        'set d = "a;b";',
        "option agent.circuit-id 12;",
        'billing class "x";',
        'billing class "y\\001";',
        "billing class 1;",
    ),
)


@given(st.lists(st.sampled_from(_STATEMENTS), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_both_ways_agree_on_any_statements(statements: list[str]) -> None:
    """Whatever the short way takes, the long way takes too, and says the same of."""
    text = "\n  ".join(statements).encode()
    found = variables._usual(text)
    assert found is None or found == variables._exact(text)


def test_what_dhcpd_writes_goes_the_short_way() -> None:
    """Variables, relay options and one class need no tokens."""
    assert variables._usual(b'billing class "x";\n  set a = "1";\n  option agent.circuit-id 0:4;') == {
        "billing": ["x"],
        "set": {"a": "1"},
        "option": {"agent.circuit-id": "0:4"},
    }

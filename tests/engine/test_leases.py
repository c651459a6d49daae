"""Queues of leases keep dhcpd's order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.engine.leases import NEVER, Lease, LeaseQueue
from dhcplens.engine.pool import Pool
from dhcplens.engine.times import desired, end
from dhcplens.model.conf import INFINITE, LeaseTimes

POOL = Pool(0, "net", LeaseTimes(), None)


def lease(number: int, sort: int = 0) -> Lease:
    """A lease with a sort time."""
    one = Lease(number, POOL)
    one.sort = sort
    return one


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=200))
@settings(max_examples=100)
def test_a_queue_is_a_sorted_list_with_new_equals_in_front(steps: list[tuple[int, int]]) -> None:
    """Whatever is inserted and removed, the order is that of a list in which equal ones go to the front."""
    queue, model = LeaseQueue(), []
    leases = {number: lease(number) for number in range(10)}
    for sort, number in steps:
        one = leases[number]
        if one in model:
            queue.remove(one)
            model.remove(one)
        one.sort = sort
        queue.insert(one)
        before = [other for other in model if other.sort < sort]
        model.insert(len(before), one)
        if number % 3 == 0 and len(model) > 3:
            gone = model.pop(1)
            queue.remove(gone)
    assert queue.count == len(model)
    assert queue.ordered() == model
    assert queue.first is (model[0] if model else None)


def test_the_configuration_bounds_what_a_client_asks_for() -> None:
    """A wish is cut to the maximum and raised to the minimum; without one the default is given."""
    times = LeaseTimes(default=3600, max=7200, min=300)
    assert [desired(times, asked) for asked in (0, 10, 5000, 9000, INFINITE)] == [
        3600,
        300,
        5000,
        7200,
        7200,
    ]


def test_endless_leases_never_end() -> None:
    """Only the infinite lease time ends never; a very long one ends just before that."""
    assert end(10, INFINITE) == NEVER
    assert end(10, NEVER) == NEVER - 1
    assert end(10, 60) == 70

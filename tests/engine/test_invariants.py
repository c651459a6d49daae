"""What must hold at every step of any life of a pair, whatever fails."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.faults import Life
from tests.engine.invariants.back_to_normal import back_to_normal
from tests.engine.invariants.lazy_limit import lazy_limit
from tests.engine.invariants.one_client import one_client
from tests.engine.invariants.whole_pool import whole_pool

CHECKS = (one_client, lazy_limit, whole_pool)


def live(seed: int) -> None:
    """One schedule with all checks."""
    life = Life(seed, checks=CHECKS)
    life.play()
    back_to_normal(life)


@pytest.mark.parametrize("hundred", range(20))
def test_invariants_hold_at_every_step_of_random_faults(hundred: int) -> None:
    """Two thousand random schedules of faults break none of the promises that failover makes."""
    for seed in range(100 * hundred, 100 * hundred + 100):
        live(seed)


@pytest.mark.large
@pytest.mark.parametrize("thousand", range(10))
def test_invariants_hold_in_ten_thousand_schedules(thousand: int) -> None:
    """Ten thousand random schedules of faults break none of the promises that failover makes."""
    for seed in range(1000 * thousand, 1000 * thousand + 1000):
        live(seed)


def digest(seed: int) -> str:
    """A hash of all that both servers want done, and when."""
    life = Life(seed)
    effects = hashlib.sha256()
    life.world.on_effect = lambda host, effect: effects.update(
        f"{life.world.now} {host.name} {effect}".encode()
    )
    life.play()
    return effects.hexdigest()


def test_a_run_depends_on_nothing_but_its_seed() -> None:
    """Plays of one schedule do the same in the same order, whatever the process; another seed does not."""
    code = "from tests.engine.test_invariants import digest; print(digest(5))"
    others = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for number in ("1", "2")
    ]
    assert others == [digest(5)] * 2
    assert digest(5) == digest(5) != digest(6)

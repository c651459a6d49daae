"""What the tests of the lab share."""

import pytest

from dhcplens.replay.backends import BackendUnavailableError


@pytest.fixture
def lab() -> None:
    """Skips, with the lab's own sentence, where the lab cannot run."""
    from dhcplens.replay.lab import find_tools

    try:
        find_tools()
    except BackendUnavailableError as error:
        pytest.skip(str(error))

"""The state machine's tables: what a server does when it hears its partner, loses it, or has all updates."""

import pytest

from dhcplens.engine import states
from dhcplens.engine.dialect import V3_0_1, V4_4_3
from dhcplens.engine.service import SERVICE, Service, service
from dhcplens.engine.states import RefusedMoveError, after_recovery, heard
from dhcplens.model.states import FailoverState as S


@pytest.mark.parametrize(
    ("me", "partner", "wanted"),
    [
        (S.NORMAL, S.RECOVER, S.PARTNER_DOWN),
        (S.NORMAL, S.PARTNER_DOWN, S.POTENTIAL_CONFLICT),
        (S.NORMAL, S.PAUSED, S.COMMUNICATIONS_INTERRUPTED),
        (S.COMMUNICATIONS_INTERRUPTED, S.NORMAL, S.NORMAL),
        (S.COMMUNICATIONS_INTERRUPTED, S.RECOVER, S.PARTNER_DOWN),
        (S.COMMUNICATIONS_INTERRUPTED, S.PARTNER_DOWN, S.POTENTIAL_CONFLICT),
        (S.PARTNER_DOWN, S.RECOVER_DONE, S.NORMAL),
        (S.PARTNER_DOWN, S.RECOVER, None),
        (S.PARTNER_DOWN, S.NORMAL, S.POTENTIAL_CONFLICT),
        (S.RECOVER, S.NORMAL, S.POTENTIAL_CONFLICT),
        (S.RECOVER_DONE, S.NORMAL, S.NORMAL),
        (S.RECOVER_WAIT, S.NORMAL, None),
        (S.RESOLUTION_INTERRUPTED, S.PAUSED, None),
        (S.CONFLICT_DONE, S.NORMAL, S.NORMAL),
        (S.SHUTDOWN, S.NORMAL, None),
    ],
)
def test_a_server_moves_by_its_partners_word(me: S, partner: S, wanted: S | None) -> None:
    """Each pair of states has the move that failover.c gives it."""
    assert heard(me, S.UNKNOWN, partner, False, V4_4_3).move is wanted


def test_partner_down_does_not_listen_to_a_starting_partner() -> None:
    """In partner-down a STATE with the startup flag changes nothing."""
    assert heard(S.PARTNER_DOWN, S.NORMAL, S.NORMAL, True, V4_4_3).move is None


@pytest.mark.parametrize(
    ("me", "old", "new", "follows"),
    [
        (S.NORMAL, S.NORMAL, S.CONFLICT_DONE, S.SHUTDOWN),
        (S.POTENTIAL_CONFLICT, S.POTENTIAL_CONFLICT, S.NORMAL, S.SHUTDOWN),
        (S.CONFLICT_DONE, S.NORMAL, S.RECOVER, None),
        (S.POTENTIAL_CONFLICT, S.NORMAL, S.CONFLICT_DONE, S.POTENTIAL_CONFLICT),
    ],
)
def test_illegal_moves_of_the_partner_are_refused(me: S, old: S, new: S, follows: S | None) -> None:
    """A move that must not be raises an error which says what follows; None means that dhcpd exits."""
    with pytest.raises(RefusedMoveError) as refused:
        heard(me, old, new, False, V4_4_3)
    assert refused.value.refusal.move is follows
    assert (refused.value.me, refused.value.new) == (me, new)


def test_3_0_ends_a_conflict_with_the_primary_alone() -> None:
    """3.0.x knows no conflict-done: a partner that is normal again makes the secondary ask for updates."""
    reaction = heard(S.POTENTIAL_CONFLICT, S.POTENTIAL_CONFLICT, S.NORMAL, False, V3_0_1)
    assert reaction.also == (states.Also.ASK_AFTER_CONFLICT,)


def test_recovery_waits_for_mclt_unless_the_partner_recovers_too() -> None:
    """After a full update a server waits for MCLT, except when both start anew."""
    assert after_recovery(S.PARTNER_DOWN, waited=False) is S.RECOVER_WAIT
    assert after_recovery(S.PARTNER_DOWN, waited=True) is S.RECOVER_DONE
    assert after_recovery(S.RECOVER, waited=False) is S.RECOVER_DONE


def test_every_state_has_a_service() -> None:
    """The service table is complete, and only three states answer by themselves."""
    assert set(SERVICE) == set(S)
    assert {state for state in S if SERVICE[state][0].answers} == {
        S.NORMAL,
        S.COMMUNICATIONS_INTERRUPTED,
        S.PARTNER_DOWN,
    }


def test_a_partner_in_partner_down_silences_a_server() -> None:
    """The partner's last word can forbid to answer, with a reason that 3.0.x words otherwise."""
    assert service(S.NORMAL, S.PARTNER_DOWN, V4_4_3) == (Service.NOT_RESPONDING, "peer demands: recovering")
    assert service(S.NORMAL, S.PARTNER_DOWN, V3_0_1) == (Service.NOT_RESPONDING, "recovering")
    assert service(S.RECOVER, S.PARTNER_DOWN, V4_4_3) == (Service.NOT_RESPONDING, "recovering")

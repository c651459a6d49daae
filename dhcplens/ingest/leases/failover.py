"""One ``failover peer … state { }`` block (parse_failover_state_declaration of server/confpars.c)."""

from dataclasses import dataclass
from typing import Final

from dhcplens.ingest.leases import values
from dhcplens.ingest.leases.cursor import Cursor
from dhcplens.ingest.leases.dates import integer, read_date
from dhcplens.ingest.leases.lexer import Kind
from dhcplens.ingest.leases.text import text_of
from dhcplens.model.states import FailoverState

_STATES: Final = frozenset(FailoverState)


@dataclass(slots=True)
class StateBlock:
    """What a block says. Times in seconds of UTC; 0 where no time stands (dhcpd then takes its own clock)."""

    relationship: str
    my_state: str | None = None
    my_since: int = 0
    partner_state: str | None = None
    partner_since: int = 0
    mclt: int | None = None
    accepted: bool = True

    @property
    def says_something(self) -> bool:
        """Whether any statement was read."""
        return (self.my_state, self.partner_state, self.mclt) != (None, None, None)


def read_state_block(cursor: Cursor) -> StateBlock | None:
    """The block behind the word ``failover``; None where its head is damaged.

    dhcpd applies statement after statement, so that all before an error hold. It also skips the whole block
    when its configuration has no such relationship, and from ``mclt`` on in a primary; neither is known here.
    """
    if not cursor.take(b"peer"):
        _refuse(cursor, "'peer' is missing")
        return None
    if not values.identifier(cursor) and cursor.kind() is not Kind.STRING:
        _refuse(cursor, "the name of a relationship is missing")
        return None
    block = StateBlock(text_of(cursor.value().split(b"\0")[0]))
    cursor.step()
    for word in (b"state", b"{"):
        if not cursor.take(word):
            _refuse(cursor, f"{word.decode()!r} is missing", unless_semicolon=True)
            return None
    while not cursor.take(b"}"):
        if not cursor.exact and cursor.starts_lease():
            break
        if not _statement(cursor, block):
            if cursor.exact:
                cursor.step()
                cursor.skip(1)
                break
            if cursor.at >= cursor.tokens.last:
                break
            cursor.step()
            cursor.skip()
    block.accepted = block.says_something
    return block


def _refuse(cursor: Cursor, message: str, unless_semicolon: bool = False) -> None:
    cursor.remark(message)
    ended = unless_semicolon and cursor.word() == b";"
    cursor.step()
    if not ended:
        cursor.skip()


def _statement(cursor: Cursor, block: StateBlock) -> bool:
    """One statement; False, on the offending token, where dhcpd leaves the block."""
    if cursor.at_end():
        cursor.remark("the file ends inside this block")
        return False
    who = cursor.word()
    if who in (b"my", b"partner"):
        cursor.step()
        if not cursor.take(b"state"):
            cursor.remark("'state' is missing")
            return False
        _state(cursor, block, mine=who == b"my")
        return True
    if who == b"mclt":
        cursor.step()
        if cursor.kind() is not Kind.NUMBER:
            cursor.remark("mclt needs a number")
            return False
        block.mclt = integer(cursor.value())
        cursor.step()
        cursor.semicolon()
        return True
    cursor.remark("a statement of a failover state is neither 'my', 'partner' nor 'mclt'")
    return False


def _state(cursor: Cursor, block: StateBlock, mine: bool) -> None:
    state = cursor.word().decode("latin-1")
    if state not in _STATES:
        cursor.remark("a failover state has an unknown name")
        if cursor.exact:
            cursor.step()
        cursor.skip()
        return
    cursor.step()
    since = 0
    if not cursor.take(b";"):
        if not cursor.take(b"at"):
            cursor.remark("'at' is missing")
            if cursor.exact:
                cursor.step()
            cursor.skip()
            return
        since = read_date(cursor)
        if since == 0:
            return
    if mine:
        block.my_state, block.my_since = state, since
    else:
        block.partner_state, block.partner_since = state, since

"""The rarer lines that the scanner takes apart: balances of pools and rejected binding updates; compiled."""

from dhcplens.ingest.scan.atoms import BLANK, OPEN, RETURN, ended
from dhcplens.ingest.scan.compiled import compiled
from dhcplens.ingest.scan.eights import Bytes, line_end, token_end
from dhcplens.ingest.scan.intern import Words, word_id
from dhcplens.ingest.scan.layout import (
    BALANCED,
    BALANCING,
    IMBALANCED,
    POOL,
    S_ASKS,
    S_BACKUP,
    S_FREE,
    S_KIND,
    S_LTS,
    S_MOST,
    S_NAME,
    S_TOTAL,
    S_WHAT,
    TARGET,
    WORD,
    Cells,
)
from dhcplens.ingest.scan.shapes import blanks, counted
from dhcplens.ingest.scan.words import (
    W_BACKUP,
    W_BALANCED_POOL,
    W_BALANCING_POOL,
    W_BIND_UPDATE_ON,
    W_FREE,
    W_FROM,
    W_IMBALANCED_POOL,
    W_LTS,
    W_MAX_MISBAL,
    W_MAX_OWN,
    W_POOL,
    W_REBALANCE,
    W_REJECTED,
    W_REQUESTING_PEER,
    W_TOTAL,
    stands,
)


@compiled
def pool(data: Bytes, at: int, rows: Cells, row: int, words: Words) -> int:
    """Take a pool line apart into ``row``; the end of the line, or -1 if it is not of a plain shape."""
    kind = POOL
    place = stands(data, at, W_POOL)
    if place < 0:
        place, kind = stands(data, at, W_BALANCING_POOL), BALANCING
    if place < 0:
        place, kind = stands(data, at, W_BALANCED_POOL), BALANCED
    if place < 0:
        place, kind = stands(data, at, W_IMBALANCED_POOL), IMBALANCED
    if place < 0:
        return -1
    name = place
    while 48 <= data[place] <= 57 or 97 <= data[place] <= 102:
        place += 1
    name_end = place
    if name_end == name or data[place] != BLANK:
        return -1
    net = place + 1
    net_end = token_end(data, net)
    total, place = counted(data, net_end, W_TOTAL)
    free, place = counted(data, place, W_FREE)
    backup, place = counted(data, place, W_BACKUP)
    lts, place = counted(data, place, W_LTS)
    most, asks = 0, 0
    if kind == BALANCING:
        most, place = counted(data, place, W_MAX_OWN)
        if place > 0 and data[place] == BLANK:
            place = stands(data, stands(data, blanks(data, place), W_REQUESTING_PEER), W_REBALANCE)
            asks = 1
    elif kind != POOL:
        most, place = counted(data, place, W_MAX_MISBAL)
    end = ended(data, place) if place > 0 else -1
    if end < 0:
        return -1
    rows[S_KIND, row], rows[S_TOTAL, row], rows[S_FREE, row] = kind, total, free
    rows[S_BACKUP, row], rows[S_LTS, row], rows[S_MOST, row], rows[S_ASKS, row] = backup, lts, most, asks
    rows[S_NAME, row] = word_id(data, words, WORD, net, net_end)
    rows[S_WHAT, row] = word_id(data, words, WORD, name, name_end)
    return end if rows[S_NAME, row] >= 0 else -1


@compiled
def update(data: Bytes, at: int, rows: Cells, row: int, words: Words) -> int:
    """Take a rejected binding update apart into ``row``; the end of the line, or -1 as above."""
    at = stands(data, at, W_BIND_UPDATE_ON)
    if at < 0:
        return -1
    ip_end = token_end(data, at)
    name = stands(data, ip_end, W_FROM)
    if name < 0:
        return -1
    name_end = token_end(data, name)
    for index in range(name, name_end):
        if data[index] == OPEN:
            return -1
    reason = stands(data, name_end, W_REJECTED)
    if reason < 0:
        return -1
    end = line_end(data, reason)
    text_end = end - 1 if data[end - 1] == RETURN else end
    if data[reason] == BLANK or data[text_end - 1] == BLANK:
        return -1
    rows[S_TOTAL, row] = word_id(data, words, TARGET, at, ip_end)
    rows[S_NAME, row] = word_id(data, words, WORD, name, name_end)
    rows[S_WHAT, row] = word_id(data, words, WORD, reason, text_end)
    return end if min(rows[S_TOTAL, row], rows[S_NAME, row], rows[S_WHAT, row]) >= 0 else -1

"""The scanner: one pass over the bytes of a log, the plain shapes of dhcpd's lines taken apart on the way.

A line that is not of the plainest form in every part is left alone: its place is noted, and the catalogue
reads it. So this room decides nothing about what a line means; a property test holds it to the plain reader.
"""

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.atoms import (
    BLANK,
    CLOSE,
    COLON,
    LEFT,
    OPEN,
    RETURN,
    RIGHT,
    Bytes,
    Eights,
    address,
    hardware,
    line_end,
    plain,
    same,
    stands,
    token,
)
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.intern import Entries, Places, number_id, word_id
from dhcplens.ingest.scan.layout import (
    ACK,
    AFTER,
    AT,
    BALANCED,
    BALANCING,
    C_HOST,
    C_HOSTNAME,
    C_IP,
    C_LINE,
    C_MAC,
    C_SERVER,
    C_SUFFIX,
    C_VIA,
    DECLINE,
    DHCPD,
    DISCOVER,
    DONE,
    END,
    FOUND,
    FULL,
    HOST,
    HOSTNAME,
    IMBALANCED,
    INFORM,
    IP,
    KINDS,
    L_AFTER,
    L_DHCPD,
    L_END,
    L_OTHER,
    L_START,
    LINES,
    LONGEST,
    MAC,
    NOT_FOUND,
    OTHER,
    POOL,
    POOLS,
    RELEASE,
    REQUEST,
    ROWS,
    S_ASKS,
    S_BACKUP,
    S_FORM,
    S_FREE,
    S_HOST,
    S_KIND,
    S_LINE,
    S_LTS,
    S_MOST,
    S_NAME,
    S_PID,
    S_STAMP,
    S_TOTAL,
    S_WHAT,
    SERVER,
    SLOW,
    SUFFIX,
    TAG_AT,
    TAG_HOST,
    TAG_PID,
    TAG_WIDTH,
    UPDATES,
    VIA,
    WORD,
    Counts,
)
from dhcplens.ingest.scan.shapes import (
    blanks,
    counted,
    facility,
    header,
    kind_of,
    named_lease,
    nested_via,
    program,
)
from dhcplens.ingest.scan.words import (
    W_BACKUP,
    W_BALANCED_POOL,
    W_BALANCING_POOL,
    W_BIND_UPDATE_ON,
    W_BLANK,
    W_CLOSE,
    W_CLOSE_BLANK,
    W_FOUND,
    W_FREE,
    W_FROM,
    W_IMBALANCED_POOL,
    W_LTS,
    W_MAX_MISBAL,
    W_MAX_OWN,
    W_NOT_FOUND,
    W_OPEN,
    W_POOL,
    W_REJECTED,
    W_REQUESTING_PEER_REBALANCE,
    W_TO,
    W_TOTAL,
    W_VIA,
)

Cells = npt.NDArray[np.int32]
Small = npt.NDArray[np.uint8]
Wide = npt.NDArray[np.int64]


@inlined
def message(
    data: Bytes,
    at: int,
    end: int,
    state: Counts,
    cells: Cells,
    kinds: Small,
    entries: Entries,
    places: Places,
    counts: Counts,
) -> bool:
    """Take a DHCP message apart into row ``state[ROWS]``; False if it is not of a plain shape."""
    row = state[ROWS]
    kind, at = kind_of(data, at, end)
    if at < 0:
        return False
    informed = kind == ACK and data[at - 3] == 116  # 'to' an address without a lease, not 'on' one
    asked, server, server_end, mac = -1, -1, -1, -1
    if kind != DISCOVER:
        asked, at = address(data, at, end)
        if at < 0:
            return False
        if kind == REQUEST and at + 1 < end and data[at + 1] == OPEN:
            server = at + 2
            _, server_end = address(data, server, end)
            at = stands(data, server_end, end, W_CLOSE)
        if kind == INFORM:
            at = stands(data, at, end, W_BLANK)
        elif informed:
            at = stands(data, at, end, W_OPEN)
        elif kind in (REQUEST, RELEASE, DECLINE):
            at = stands(data, at, end, W_FROM)
        else:
            at = stands(data, at, end, W_TO)
        if at < 0:
            return False
    if kind != INFORM:
        mac, at = hardware(data, at, end)
        at = stands(data, at, end, W_CLOSE_BLANK if informed else W_BLANK)
        if at < 0:
            return False
    name, name_end = -1, -1
    if at < end and data[at] == OPEN and kind != INFORM and not informed:
        name = at + 1
        at = name
        while at < end and 32 <= data[at] < 127 and data[at] != OPEN and data[at] != CLOSE:
            at += 1
        name_end = at
        at = stands(data, at, end, W_CLOSE_BLANK)
        if at < 0 or name_end == name:
            return False
    via = stands(data, at, end, W_VIA)
    if via < 0:
        return False
    via_end = token(data, via, end)
    if via_end < 0:
        return False
    suffix = -1
    if data[via_end - 1] == COLON:
        suffix = via_end + 1
        via_end -= 1
        if via_end == via or data[via_end - 1] == COLON or kind == RELEASE:
            return False
        if not plain(data, suffix, end) or nested_via(data, suffix, end):
            return False
    code = -1
    if suffix >= 0:
        code = named_lease(data, suffix, end, asked) if kind == REQUEST else 0
        if code == 0:
            code = word_id(data, entries, places, counts, SUFFIX, suffix, end)
    elif kind == RELEASE:
        if stands(data, via_end, end, W_FOUND) == end:
            code = FOUND
        elif stands(data, via_end, end, W_NOT_FOUND) == end:
            code = NOT_FOUND
        else:
            return False
    elif via_end != end:
        return False
    kinds[0, row] = kind
    cells[C_IP, row] = -1 if asked < 0 else number_id(entries, places, counts, IP, asked)
    cells[C_MAC, row] = -1 if mac < 0 else number_id(entries, places, counts, MAC, mac)
    cells[C_HOSTNAME, row] = (
        -1 if name < 0 else word_id(data, entries, places, counts, HOSTNAME, name, name_end)
    )
    cells[C_VIA, row] = word_id(data, entries, places, counts, VIA, via, via_end)
    cells[C_SERVER, row] = (
        -1 if server < 0 else word_id(data, entries, places, counts, SERVER, server, server_end)
    )
    cells[C_SUFFIX, row] = code
    return True


@inlined
def pool(
    data: Bytes,
    at: int,
    end: int,
    rows: Wide,
    row: int,
    entries: Entries,
    places: Places,
    counts: Counts,
) -> bool:
    """Take a pool line apart into ``row``; False if it is not of a plain shape."""
    kind = POOL
    place = stands(data, at, end, W_POOL)
    if place < 0:
        place, kind = stands(data, at, end, W_BALANCING_POOL), BALANCING
    if place < 0:
        place, kind = stands(data, at, end, W_BALANCED_POOL), BALANCED
    if place < 0:
        place, kind = stands(data, at, end, W_IMBALANCED_POOL), IMBALANCED
    if place < 0:
        return False
    name = place
    while place < end and (48 <= data[place] <= 57 or 97 <= data[place] <= 102):
        place += 1
    name_end = place
    if name_end == name or place + 1 >= end or data[place] != BLANK:
        return False
    net = place + 1
    net_end = token(data, net, end)
    if net_end < 0:
        return False
    total, place = counted(data, net_end, end, W_TOTAL)
    free, place = counted(data, place, end, W_FREE)
    backup, place = counted(data, place, end, W_BACKUP)
    lts, place = counted(data, place, end, W_LTS)
    most, asks = 0, 0
    if kind == BALANCING:
        most, place = counted(data, place, end, W_MAX_OWN)
        if place > 0 and place < end:
            place = stands(data, blanks(data, place, end), end, W_REQUESTING_PEER_REBALANCE)
            asks = 1
    elif kind != POOL:
        most, place = counted(data, place, end, W_MAX_MISBAL)
    if place != end:
        return False
    rows[row, S_KIND] = kind
    rows[row, S_NAME] = word_id(data, entries, places, counts, WORD, net, net_end)
    rows[row, S_WHAT] = word_id(data, entries, places, counts, WORD, name, name_end)
    (
        rows[row, S_TOTAL],
        rows[row, S_FREE],
        rows[row, S_BACKUP],
        rows[row, S_LTS],
        rows[row, S_MOST],
        rows[row, S_ASKS],
    ) = (
        total,
        free,
        backup,
        lts,
        most,
        asks,
    )
    return True


@inlined
def update(
    data: Bytes,
    at: int,
    end: int,
    rows: Wide,
    row: int,
    entries: Entries,
    places: Places,
    counts: Counts,
) -> bool:
    """Take a rejected binding update apart into ``row``; False if it is not of a plain shape."""
    at = stands(data, at, end, W_BIND_UPDATE_ON)
    if at < 0:
        return False
    asked, at = address(data, at, end)
    if at < 0:
        return False
    name = stands(data, at, end, W_FROM)
    if name < 0:
        return False
    name_end = token(data, name, end)
    if name_end < 0:
        return False
    for index in range(name, name_end):
        if data[index] == OPEN:
            return False
    reason = stands(data, name_end, end, W_REJECTED)
    if reason < 0 or not plain(data, reason, end):
        return False
    rows[row, S_TOTAL] = number_id(entries, places, counts, IP, asked)
    rows[row, S_NAME] = word_id(data, entries, places, counts, WORD, name, name_end)
    rows[row, S_WHAT] = word_id(data, entries, places, counts, WORD, reason, end)
    return True


@inlined
def tag(
    data: Bytes, at: int, end: int, state: Counts, entries: Entries, places: Places, counts: Counts
) -> tuple[int, int]:
    """1 for dhcpd (then ``state`` has host and pid), 0 for another program, -1 for neither; the message."""
    width = state[TAG_WIDTH]
    if width and at + width <= end and same(data, state[TAG_AT], at, width):
        return 1, at + width
    host_end = token(data, at, end)
    if host_end < 0 or host_end >= end or data[host_end - 1] == COLON or facility(data, at, end):
        return -1, at
    for index in range(at, host_end):
        if data[index] == LEFT or data[index] == RIGHT:
            return -1, at
    found, pid, place = program(data, host_end + 1, end)
    if found == 1:
        state[TAG_AT], state[TAG_WIDTH], state[TAG_PID] = at, place - at, pid
        state[TAG_HOST] = word_id(data, entries, places, counts, HOST, at, host_end)
    elif found == 0:
        for index in range(at, end):
            if data[index] == 0:
                return -1, at
    return found, place


@inlined
def room(state: Counts, counts: Counts, entries: Entries, pools: Wide, updates: Wide, slow: Wide) -> bool:
    """Whether one more line fits into every array."""
    most = entries.shape[1] // 2 - 2
    for kind in range(KINDS):
        if counts[kind] >= most:
            return False
    return bool(state[SLOW] < len(slow) and state[POOLS] < len(pools) and state[UPDATES] < len(updates))


@inlined
def aside(rows: Wide, row: int, state: Counts, stamp: int, form: int) -> None:
    """What rows of pools and updates have in common."""
    rows[row, S_STAMP], rows[row, S_FORM], rows[row, S_LINE] = stamp, form, state[LINES]
    rows[row, S_HOST], rows[row, S_PID] = state[TAG_HOST], state[TAG_PID]


@compiled
def scan(
    data: Bytes,
    eights: Eights,
    state: Counts,
    stamps: Wide,
    cells: Cells,
    kinds: Small,
    pools: Wide,
    updates: Wide,
    slow: Wide,
    entries: Entries,
    places: Places,
    counts: Counts,
) -> int:
    """Scan from ``state[AT]`` to ``state[END]``; FULL when an array has to be made larger first."""
    at, last_end = state[AT], state[END]
    while at < last_end:
        if not room(state, counts, entries, pools, updates, slow):
            state[AT] = at
            return FULL
        start, end = at, line_end(data, eights, at, last_end)
        at = end + 1
        state[LINES] += 1
        if end > start and data[end - 1] == RETURN:
            end -= 1
        found = -1
        if end - start < LONGEST:
            stamp, form, place = header(data, start, end, state)
            if place > 0:
                found, place = tag(data, place, end, state, entries, places, counts)
        if found == 1:
            if message(data, place, end, state, cells, kinds, entries, places, counts):
                row = state[ROWS]
                stamps[row], kinds[1, row] = stamp, form
                cells[C_LINE, row], cells[C_HOST, row] = state[LINES], state[TAG_HOST]
                state[ROWS] += 1
            elif pool(data, place, end, pools, state[POOLS], entries, places, counts):
                aside(pools, state[POOLS], state, stamp, form)
                state[POOLS] += 1
            elif update(data, place, end, updates, state[UPDATES], entries, places, counts):
                aside(updates, state[UPDATES], state, stamp, form)
                state[UPDATES] += 1
            else:
                found = -1
        if found >= 0:
            state[DHCPD] += found
            state[OTHER] += 1 - found
            state[AFTER] = found
        else:
            note = state[SLOW]
            slow[note, L_START], slow[note, L_END], slow[note, L_AFTER] = start, at, state[AFTER]
            slow[note, L_DHCPD], slow[note, L_OTHER] = state[DHCPD], state[OTHER]
            state[SLOW] += 1
    state[AT] = at
    return DONE

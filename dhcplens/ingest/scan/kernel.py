"""The scanner: one pass over the bytes of a log, the plain shapes of dhcpd's lines taken apart on the way.

A line that is not of the plainest form in every part is left alone: its place is noted, and the catalogue
reads it. So this room decides nothing about what a line means; a property test holds it to the plain reader.
"""

from typing import Any, NamedTuple

import numpy as np

from dhcplens.ingest.leases.wide import eight
from dhcplens.ingest.scan.atoms import BLANK, COLON, NEWLINE, OPEN, RETURN, ended
from dhcplens.ingest.scan.clients import COUNT, MOST, Clients, client_at, client_id, his_ip, his_name
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import Bytes, Eight, closing, line_end, line_end_or_nul, same, token_end
from dhcplens.ingest.scan.intern import Words, index_of, key_of, word_id
from dhcplens.ingest.scan.kept import CHUNK, Kept, Stamps, keep
from dhcplens.ingest.scan.layout import (
    ACK,
    AFTER,
    AT,
    DECLINE,
    DHCPD,
    DISCOVER,
    DONE,
    END,
    FORM,
    FOUND,
    FULL,
    HOST,
    INFORM,
    IP,
    KEPT,
    KINDS,
    L_AFTER,
    L_DHCPD,
    L_END,
    L_OTHER,
    L_START,
    LINE,
    LINES,
    LONGEST,
    NOT_FOUND,
    OTHER,
    POOLS,
    R_HOST,
    R_HOSTNAME,
    R_IP,
    R_MAC,
    R_SERVER,
    R_SUFFIX,
    R_TYPE,
    R_VIA,
    RELEASE,
    REQUEST,
    S_PID,
    SERVER,
    SLOW,
    STRAY,
    SUFFIX,
    TAG_AT,
    TAG_HOST,
    TAG_PID,
    TAG_WIDTH,
    UPDATES,
    VIA,
    Cells,
    Counts,
)
from dhcplens.ingest.scan.shapes import facility, kind_of, named_lease, program
from dhcplens.ingest.scan.sides import pool, update
from dhcplens.ingest.scan.stamps import header
from dhcplens.ingest.scan.words import (
    N_DHCP,
    W_BLANK,
    W_CLOSE,
    W_CLOSE_BLANK,
    W_FOUND,
    W_FROM,
    W_NOT_FOUND,
    W_OPEN,
    W_TO,
    W_VIA,
    stands,
)


class Found(NamedTuple):
    """Room for rows of each kind, cell by cell, with their stamps beside them; and for slow lines.

    Messages are only gathered here.
    """

    messages: Cells
    stamps: Stamps
    pools: Cells
    pool_stamps: Stamps
    updates: Cells
    update_stamps: Stamps
    slow: Counts


_LONGEST_IP = 15
_NOTHING: Eight = np.uint64(0)


@inlined
def message(data: Bytes, at: int, rows: Cells, row: int, clients: Clients, words: Words) -> int:
    """Take a DHCP message apart into a row; the end of its line, or -1 if it is not of a plain shape."""
    kind, at = kind_of(data, at)
    if at < 0:
        return -1
    informed = kind == ACK and data[at - 3] == 116  # 'to' an address without a lease, not 'on' one
    asked, asked_end, ip, server, mac, hostname = at, at, -1, -1, -1, -1
    first, rest = _NOTHING, _NOTHING
    if kind != DISCOVER:
        asked_end = token_end(data, at)
        if asked_end - asked > _LONGEST_IP:
            return -1
        first, rest = key_of(data, asked, asked_end - asked)
        at = asked_end
        if kind == REQUEST and data[at + 1] == OPEN:
            server_end = token_end(data, at + 2) - 1
            server = word_id(data, words, SERVER, at + 2, server_end)
            at = stands(data, server_end, W_CLOSE)
            if server < 0:
                return -1
        if kind == INFORM:
            at = stands(data, at, W_BLANK)
        elif informed:
            at = stands(data, at, W_OPEN)
        elif kind in (REQUEST, RELEASE, DECLINE):
            at = stands(data, at, W_FROM)
        else:
            at = stands(data, at, W_TO)
        if at < 0:
            return -1
    if kind == INFORM:
        ip = index_of(data, words, IP, asked, asked_end - asked, first, rest)
    else:
        behind = stands(data, at + 17, W_CLOSE_BLANK if informed else W_BLANK)
        if behind < 0 or data[at + 8] != COLON:
            return -1
        client = client_at(data, clients, at)
        if client < 0:
            return -1
        at = behind
        mac = client_id(clients, client)
        if kind != DISCOVER:
            ip = his_ip(data, clients, client, words, asked, asked_end - asked, first, rest)
        if data[at] == OPEN and not informed:
            name_end = closing(data, at + 1)
            hostname = his_name(data, clients, client, words, at + 1, name_end)
            at = stands(data, name_end, W_CLOSE_BLANK)
            if hostname < 0 or at < 0:
                return -1
    if ip < 0 and kind != DISCOVER:
        return -1
    at = stands(data, at, W_VIA)
    if at < 0:
        return -1
    via_end = token_end(data, at)
    suffix, end = -1, -1
    if kind == RELEASE:
        place = stands(data, via_end, W_FOUND)
        suffix = FOUND
        if place < 0:
            place = stands(data, via_end, W_NOT_FOUND)
            suffix = NOT_FOUND
        if place < 0 or data[via_end - 1] == COLON:
            return -1
        end = ended(data, place)
    elif data[via_end - 1] != COLON:
        end = ended(data, via_end)
    else:
        place = via_end + 1
        via_end -= 1
        if data[place - 1] != BLANK or data[via_end - 1] == COLON:
            return -1
        end = line_end(data, place)
        text_end = end - 1 if data[end - 1] == RETURN else end
        suffix = named_lease(data, place, text_end, asked, asked_end - asked) if kind == REQUEST else 0
        if suffix == 0:
            suffix = word_id(data, words, SUFFIX, place, text_end)
            if suffix < 0:
                return -1
    via = word_id(data, words, VIA, at, via_end)
    if via < 0 or end < 0:
        return -1
    rows[R_TYPE, row], rows[R_IP, row], rows[R_MAC, row], rows[R_HOSTNAME, row] = kind, ip, mac, hostname
    rows[R_VIA, row], rows[R_SERVER, row], rows[R_SUFFIX, row] = via, server, suffix
    return end


@inlined
def tag(data: Bytes, at: int, state: Counts, words: Words) -> tuple[int, int]:
    """1 for dhcpd (then ``state`` has host and pid), 0 for another program, -1 for neither; the message."""
    width = state[TAG_WIDTH]
    if width and same(data, state[TAG_AT], at, width):
        return 1, at + width
    return new_tag(data, at, state, words)


@compiled
def new_tag(data: Bytes, at: int, state: Counts, words: Words) -> tuple[int, int]:
    """The same for another tag than the last one of dhcpd's."""
    host_end = token_end(data, at)
    if host_end == at or data[host_end] != BLANK or data[host_end - 1] == COLON or facility(data, at):
        return -1, at
    for index in range(at, host_end):
        if data[index] > 126:
            return -1, at
    found, pid, place = program(data, host_end + 1)
    if found == 1:
        state[TAG_HOST] = word_id(data, words, HOST, at, host_end)
        state[TAG_AT], state[TAG_WIDTH], state[TAG_PID] = at, place - at, pid
    return found, place


@compiled
def scan(data: Bytes, state: Counts, found: Found, kept: Kept, clients: Clients, words: Words) -> int:
    """Scan from ``state[AT]`` to ``state[END]``, both beginnings of lines; FULL when an array is too small.

    Behind the end 64 bytes more can be read.
    """
    at, last_end, lines = state[AT], state[END], state[LINES]
    row: Any = np.int64(0)  # a plain zero would be compiled for itself
    done = DONE
    while at < last_end:
        if (
            words.counts[KINDS, 0]
            or clients.counts[COUNT] >= clients.counts[MOST]
            or state[SLOW] >= len(found.slow)
            or state[POOLS] >= len(found.pool_stamps)
            or state[UPDATES] >= len(found.update_stamps)
        ):
            done = FULL
            break
        if row == CHUNK:
            keep(found.messages, found.stamps, row, state[KEPT], kept)
            state[KEPT] += row
            row = 0
        start, end, ours = at, -1, -1
        lines += 1
        stamp, form, place = header(data, start, state)
        if place > 0:
            ours, place = tag(data, place, state, words)
        if ours == 1:
            end = message(data, place, found.messages, row, clients, words)
            if end >= 0:
                common(found.messages, found.stamps, row, state, lines, stamp, form)
                row += end - start < LONGEST
                state[STRAY] |= end - start >= LONGEST
            else:
                state[STRAY] |= np.uint32(eight(data, place)) == N_DHCP
                end = pool(data, place, found.pools, state[POOLS], words)
                if end >= 0:
                    common(found.pools, found.pool_stamps, state[POOLS], state, lines, stamp, form)
                    found.pools[S_PID, state[POOLS]] = state[TAG_PID]
                    state[POOLS] += end - start < LONGEST
                else:
                    end = update(data, place, found.updates, state[UPDATES], words)
                    if end >= 0:
                        common(found.updates, found.update_stamps, state[UPDATES], state, lines, stamp, form)
                        found.updates[S_PID, state[UPDATES]] = state[TAG_PID]
                        state[UPDATES] += end - start < LONGEST
        elif ours == 0:
            end = line_end_or_nul(data, place)
            if data[end] != NEWLINE:
                end = -1
        if 0 <= end < start + LONGEST:
            at = end + 1
            state[DHCPD] += ours
            state[OTHER] += 1 - ours
            state[AFTER] = ours
        else:
            at = line_end(data, start) + 1
            note = found.slow[state[SLOW]]
            note[L_START], note[L_END], note[L_AFTER] = start, at, state[AFTER]
            note[L_DHCPD], note[L_OTHER] = state[DHCPD], state[OTHER]
            state[SLOW] += 1
    keep(found.messages, found.stamps, row, state[KEPT], kept)
    state[KEPT] += row
    state[AT], state[LINES] = at, lines
    return done


@inlined
def common(rows: Cells, stamps: Stamps, row: int, state: Counts, line: int, stamp: int, form: int) -> None:
    """What all rows have."""
    stamps[row] = stamp
    rows[LINE, row], rows[FORM, row], rows[R_HOST, row] = line, form, state[TAG_HOST]

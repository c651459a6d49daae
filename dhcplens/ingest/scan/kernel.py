"""The scanner: one pass over the bytes of a log, the plain shapes of dhcpd's lines taken apart on the way.

A line that is not of the plainest form in every part is left alone: its place is noted, and the catalogue
reads it. So this room decides nothing about what a line means; a property test holds it to the plain reader.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.atoms import BLANK, COLON, LEFT, NEWLINE, OPEN, RETURN, RIGHT, ended
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import Bytes, closing, line_end, line_end_or_nul, same, token_end
from dhcplens.ingest.scan.intern import Words, hardware_id, word_id
from dhcplens.ingest.scan.layout import (
    ACK,
    AFTER,
    AT,
    DECLINE,
    DHCPD,
    DISCOVER,
    DONE,
    END,
    FOUND,
    FULL,
    HOST,
    HOSTNAME,
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
    NOT_FOUND,
    OTHER,
    POOLS,
    RELEASE,
    REQUEST,
    ROWS,
    S_FORM,
    S_HOST,
    S_LINE,
    S_PID,
    S_STAMP,
    SERVER,
    SLOW,
    SUFFIX,
    TAG_AT,
    TAG_HOST,
    TAG_PID,
    TAG_WIDTH,
    UPDATES,
    VIA,
    Counts,
)
from dhcplens.ingest.scan.shapes import facility, kind_of, named_lease, program
from dhcplens.ingest.scan.sides import Wide, pool, update
from dhcplens.ingest.scan.stamps import header
from dhcplens.ingest.scan.words import (
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

Codes = npt.NDArray[np.int32]
Small = npt.NDArray[np.uint8]


class Rows(NamedTuple):
    """The columns of messages. The codes, from ``host`` on, are indices of interned words, or -1."""

    stamp: Wide
    form: Small
    type: Small
    line: Codes
    host: Codes
    ip: Codes
    mac: Codes
    hostname: Codes
    via: Codes
    server: Codes
    suffix: Codes


_WIDTHS: dict[str, type[np.generic]] = {"stamp": np.int64, "form": np.uint8, "type": np.uint8}
ROW_TYPES = {name: _WIDTHS.get(name, np.int32) for name in Rows._fields}


@inlined
def message(data: Bytes, at: int, rows: Rows, row: int, words: Words) -> int:
    """Take a DHCP message apart into a row; the end of its line, or -1 if it is not of a plain shape."""
    kind, at = kind_of(data, at)
    if at < 0:
        return -1
    informed = kind == ACK and data[at - 3] == 116  # 'to' an address without a lease, not 'on' one
    asked, asked_end, ip, server, mac, hostname = at, at, -1, -1, -1, -1
    if kind != DISCOVER:
        asked_end = token_end(data, at)
        at = asked_end
        ip = word_id(data, words, IP, asked, asked_end)
        if ip < 0:
            return -1
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
    if kind != INFORM:
        mac = hardware_id(data, words, at)
        at = stands(data, at + 17, W_CLOSE_BLANK if informed else W_BLANK)
        if mac < 0 or at < 0:
            return -1
    if data[at] == OPEN and kind != INFORM and not informed:
        name_end = closing(data, at + 1)
        hostname = word_id(data, words, HOSTNAME, at + 1, name_end)
        at = stands(data, name_end, W_CLOSE_BLANK)
        if hostname < 0 or at < 0:
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
    rows.type[row] = kind
    rows.ip[row] = ip
    rows.mac[row] = mac
    rows.hostname[row] = hostname
    rows.via[row] = via
    rows.server[row] = server
    rows.suffix[row] = suffix
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
        if data[index] == LEFT or data[index] == RIGHT or data[index] > 126:
            return -1, at
    found, pid, place = program(data, host_end + 1)
    if found == 1:
        state[TAG_HOST] = word_id(data, words, HOST, at, host_end)
        state[TAG_AT], state[TAG_WIDTH], state[TAG_PID] = at, place - at, pid
    return found, place


@compiled
def scan(data: Bytes, state: Counts, rows: Rows, pools: Wide, updates: Wide, slow: Wide, words: Words) -> int:
    """Scan from ``state[AT]`` to ``state[END]``, both beginnings of lines; FULL when an array is too small.

    Behind the end 64 bytes more can be read.
    """
    at, last_end, lines, row = state[AT], state[END], state[LINES], state[ROWS]
    done = DONE
    while at < last_end:
        if (
            words.counts[KINDS, 0]
            or state[SLOW] >= len(slow)
            or state[POOLS] >= len(pools)
            or state[UPDATES] >= len(updates)
        ):
            done = FULL
            break
        start, end, found = at, -1, -1
        lines += 1
        stamp, form, place = header(data, start, state)
        if place > 0:
            found, place = tag(data, place, state, words)
        if found == 1:
            end = message(data, place, rows, row, words)
            if end >= 0:
                rows.stamp[row], rows.form[row] = stamp, form
                rows.line[row], rows.host[row] = lines, state[TAG_HOST]
                row += end - start < LONGEST
            else:
                end = pool(data, place, pools, state[POOLS], words)
                if end >= 0:
                    aside(pools, state[POOLS], state, lines, stamp, form)
                    state[POOLS] += end - start < LONGEST
                else:
                    end = update(data, place, updates, state[UPDATES], words)
                    if end >= 0:
                        aside(updates, state[UPDATES], state, lines, stamp, form)
                        state[UPDATES] += end - start < LONGEST
        elif found == 0:
            end = line_end_or_nul(data, place)
            if data[end] != NEWLINE:
                end = -1
        if 0 <= end < start + LONGEST:
            at = end + 1
            state[DHCPD] += found
            state[OTHER] += 1 - found
            state[AFTER] = found
        else:
            at = line_end(data, start) + 1
            note = state[SLOW]
            slow[note, L_START], slow[note, L_END], slow[note, L_AFTER] = start, at, state[AFTER]
            slow[note, L_DHCPD], slow[note, L_OTHER] = state[DHCPD], state[OTHER]
            state[SLOW] += 1
    state[AT], state[LINES], state[ROWS] = at, lines, row
    return done


@inlined
def aside(rows: Wide, row: int, state: Counts, line: int, stamp: int, form: int) -> None:
    """What rows of pools and updates have in common."""
    rows[row, S_STAMP], rows[row, S_FORM], rows[row, S_LINE] = stamp, form, line
    rows[row, S_HOST], rows[row, S_PID] = state[TAG_HOST], state[TAG_PID]

"""Words of dhcpd.conf as the grammar sees them: each token becomes one short sign.

The grammar judges a statement by its signs, and statements of the same shape need to be judged only once: of
50,000 host declarations all but the first few come from memory.

Signs: ``"`` a string; ``@`` a name; ``#a`` a number that fits in a byte however it is read, ``#b`` a decimal
number up to 255, ``#c`` up to 65535, ``#d`` any longer one, ``#-`` one with a minus; ``#h`` and ``#H``
hexadecimal digits of one byte and of more; keywords and punctuation stand for themselves.
"""

from functools import lru_cache

from dhcplens.ingest.conf.lexer import is_string
from dhcplens.ingest.conf.options import PARAMETERS

_RESERVED = """
    abandoned active add address after algorithm alias all allow and anycast-mac append array at atsfp
    authenticated authoring-byte-order authoritative auto-partner-down backoff-cutoff backup balance
    big-endian billing binary-to-ascii binding boolean boot-unknown-clients booting bootp bound break
    case check ciaddr class client-hostname client-identifier client-state client-updates clients close
    cltt code commit communications-interrupted compressed concat config-option conflict-done connect
    create db-time-format debug declines default default-duid default-lease-time define defined delete
    deleted deny disconnect do-forward-update do-forward-updates domain domain-list domain-name
    duplicates dynamic dynamic-bootp dynamic-bootp-lease-cutoff dynamic-bootp-lease-length else elsif en
    encapsulate encode-int ends epoch error ethernet eval execute exists expire expired expiry
    extract-int failover fatal fddi filename fixed-address fixed-address6 fixed-prefix6 formerr free
    function get-lease-hostnames gethostbyname gethostname giaddr group hardware hash hba help hex host
    host-decl-name host-identifier hostname ia-na ia-pd ia-ta iaaddr iaprefix identifier if ignore
    include infiniband infinite info initial-delay initial-interval integer interface ip-address
    ip6-address is key key-algorithm known known-clients lcase lease lease-id-format lease-time lease6
    leased-address leasequery length let limit little-endian ll llt load local log match max max-balance
    max-lease-misbalance max-lease-ownership max-lease-time max-life max-response-delay
    max-transmit-idle max-unacked-updates mclt media medium members min-balance min-lease-time min-secs
    my nameserver netmask never new next next-server no noerror normal not notauth notimp notzone null
    nxdomain nxrrset octal of omapi on one-lease-per-client open option or owner packet
    parse-vendor-option partner partner-down paused peer pick pick-first-value pool pool6 port
    potential-conflict preferred-life prefix6 prepend primary primary6 pseudo range range6 rebind reboot
    recontact-interval recover recover-done recover-wait refresh refused reject release released remove
    renew request require reserved reset resolution-interrupted retry return reverse rewind script
    search secondary secondary6 seconds secret select select-timeout send server server-duid
    server-identifier server-name servfail set shared-network shutdown siaddr signed size space spawn
    split starts startup state static string subclass subnet subnet6 substring suffix supersede switch
    temporary text timeout timestamp token-ring transmission tsfp tstp ucase uid unauthenticated unknown
    unknown-clients unknown-state unset unsigned update use-host-decl-names
    use-lease-addr-for-default-route user-class v6relay v6relopt vendor vendor-class width with yiaddr
    yxdomain yxrrset zerolen zone
"""
RESERVED = frozenset(_RESERVED.split())
"""Words that are no names: dhcpd.conf(5) calls them keywords."""

_VALUES = frozenset({"true", "false", "off"})
_SPELT_OUT = RESERVED | _VALUES | frozenset(PARAMETERS)
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


@lru_cache(maxsize=1 << 16)
def sign(word: str) -> str:
    """The sign of a token."""
    if is_string(word):
        return '"'
    if not (word[0].isalnum() or word[0] == "-") or not word.isascii():
        return word if word.isascii() else "?"
    lower = word.lower()
    if lower in _SPELT_OUT:
        return lower
    digits = word.removeprefix("-")
    if digits.isdigit() or not digits:
        return _number(word, digits)
    if lower.startswith("0x") and len(lower) > 2:
        lower = lower[2:]
    if _HEX_DIGITS.issuperset(lower):
        return "#h" if len(lower.lstrip("0")) <= 2 else "#H"
    return "@"


def _number(word: str, digits: str) -> str:
    if word != digits:
        return "#-"
    significant = digits.lstrip("0")
    if len(significant) > 5 or int(significant or "0") > 0xFFFF:
        return "#d"
    value = int(significant or "0")
    if len(significant) <= 2:
        return "#a"
    return "#b" if value <= 0xFF else "#c"


def signs(words: tuple[str, ...]) -> str:
    """The signs of a statement, one blank between two."""
    return " ".join(map(sign, words))

"""Notices that take several lines: which line may begin one, and which go on with it."""

from dhcplens.ingest.catalogue.line import Level, Line, Table

EMPTY = Line("empty-line", Table.NOTICES, "", Level.ERROR)
"""A line without text. It belongs to the notice around it, or is a notice by itself."""


def _group(code: str, level: Level, *templates: str) -> tuple[Line, ...]:
    return tuple(
        Line(code, Table.NOTICES, text, level, samples=(_sample(text),), part=number)
        for number, text in enumerate(templates)
    )


def _sample(template: str) -> str:
    return template.replace("{interface:any}", "eth1").replace("{addresses:any}", "no IPv4 addresses")


NO_SUBNET = _group(
    "no-subnet-declaration",
    Level.ERROR,
    "No subnet declaration for {interface:any} ({addresses:any}).",
    "** Ignoring requests on {interface:any}.  If this is not what",
    "you want, please write a subnet declaration",
    "in your dhcpd.conf file for the network segment",
    "to which interface {interface:any} is attached. **",
    "You must write a subnet declaration for this",
    "subnet.   You cannot prevent the DHCP server",
    "from listening on this subnet because your",
    "operating system does not support this capability.",
)

NOT_AUTHORITATIVE = _group(
    "not-authoritative-hint",
    Level.INFO,
    "If this DHCP server is authoritative for that subnet,",
    "please write an `authoritative;' directive either in the",
    "subnet declaration or in some scope that encloses the",
    "subnet declaration - for example, write it at the top",
    "of the dhcpd.conf file.",
)

BUG_NOTICE = _group(
    "exiting",
    Level.ERROR,
    "If you think you have received this message due to a bug rather",
    "than a configuration issue please read the section on submitting",
    "bugs on either our web page at www.isc.org or in the README file",
    "before submitting a bug.  These pages explain the proper",
    "process and the information we find helpful for debugging.",
    "If you did not get this software from ftp.isc.org, please",
    "get the latest from ftp.isc.org and install that before",
    "requesting help.",
    "If you did get this software from ftp.isc.org and have not",
    "yet read the README, please read it before requesting help.",
    "If you intend to request help from the dhcp-bugs at isc.org",
    "If you intend to request help from the dhcp-server@isc.org",
    "mailing list, please read the section on the README about",
    "submitting bug reports and requests for help.",
    "Please do not under any circumstances send requests for",
    "help directly to the authors of this software - please",
    "send them to the appropriate mailing list as described in",
    "the README file.",
    "exiting.",
)

NO_POOLS = _group(
    "no-referring-pools",
    Level.ERROR,
    "failover peer declaration with no referring pools.",
    "In order to use failover, you MUST refer to your main failover declaration",
    "in each pool declaration.   You MUST NOT use range declarations outside",
    "of pool declarations.",
)

LINES = (EMPTY, *NO_POOLS, *NO_SUBNET, *NOT_AUTHORITATIVE, *BUG_NOTICE)

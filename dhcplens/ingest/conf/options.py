"""Which options dhcpd knows and what values they take (dhcp-options(5), dhcpd.conf(5)).

A type is written with one letter for each part of the value: ``I`` address or host name, ``6`` IPv6
address, ``L`` and ``l`` 32 bits, ``S`` and ``s`` 16 bits, ``B`` and ``b`` 8 bits, ``T`` time, ``f`` flag,
``t`` text, ``X`` string or hexadecimal data, ``d`` domain name, ``D`` list of domain names, ``k`` name of a
key, ``U`` a word, ``N`` one word of a set, ``Z`` nothing; ``A`` makes a list of all before it, ``a`` of the
one before it, ``o`` makes the one before it optional; ``*`` takes all.
"""

ANYTHING = "*"
_KNOWN: dict[str, dict[str, str]] = {
    "dhcp": {
        "I": """
            broadcast-address dhcp-requested-address dhcp-server-identifier router-solicitation-address
            subnet-mask subnet-selection swap-server
        """,
        "l": "time-offset",
        "IA": """
            cookie-servers domain-name-servers finger-server font-servers ien116-name-servers
            impress-servers ipv4-address-andsf irc-server log-servers lpr-servers mobile-ip-home-agent
            nds-servers netbios-dd-server netbios-name-servers nis-servers nisplus-servers nntp-server
            ntp-servers pop-server resource-location-servers routers smtp-server
            streettalk-directory-assistance-server streettalk-server time-servers www-server
            x-display-manager
        """,
        "t": """
            bootfile-name default-url dhcp-message domain-name extensions-path host-name loader-configfile
            loader-pathprefix merit-dump nds-context nds-tree-name netbios-scope netinfo-server-tag
            nis-domain nisplus-domain nwip-domain pcode root-path tcode tftp-server-name uap-servers
            user-class v4-captive-portal
        """,
        "S": "boot-size dhcp-max-message-size interface-mtu max-dgram-reassembly",
        "f": """
            all-subnets-local ieee802-3-encapsulation ip-forwarding mask-supplier non-local-source-routing
            perform-mask-discovery router-discovery tcp-keepalive-garbage trailer-encapsulation
        """,
        "IIA": "policy-filter static-routes",
        "B": """
            auto-config default-ip-ttl default-tcp-ttl dhcp-message-type dhcp-option-overload
            netbios-node-type
        """,
        "L": """
            arp-cache-timeout client-last-transaction-time dhcp-lease-time dhcp-rebinding-time
            dhcp-renewal-time loader-reboottime path-mtu-aging-timeout tcp-keepalive-interval
            v6-only-preferred
        """,
        "SA": "path-mtu-plateau-table",
        "X": """
            dhcp-client-identifier fqdn geoconf-civic nwip-suboptions pxe-undefined-1 pxe-undefined-2
            pxe-undefined-3 pxe-undefined-4 pxe-undefined-5 pxe-undefined-6 pxe-undefined-7 pxe-undefined-8
            relay-agent-information vendor-class-identifier vendor-encapsulated-options vivco vivso
        """,
        "BA": "dhcp-parameter-request-list",
        "fIa": "slp-directory-agent",
        "fto": "slp-service-scope",
        "D": "bcms-controller-names",
        "Ia": """
            associated-ip bcms-controller-address capwap-ac-v4 netinfo-server-address pana-agent
            tftp-server-address
        """,
        "Sa": "name-service-search pxe-system-type",
        "BBB": "pxe-interface-id",
        "BX": "pxe-client-id",
        "Dc": "domain-search sip-ua-cs-domains",
        "d": "v4-access-domain v4-lost",
        "BIID": "rdnss-selection",
        "BBS": "v4-portparams",
        "BBBB": "pxelinux-magic",
        "BB6Ia": "option-6rd",
    },
    "nwip": {
        "f": "nsq-broadcast nwip-1-1",
        "IA": "nearest-nwip-server preferred-dss",
        "B": "autoretries autoretry-secs",
        "I": "primary-dss",
    },
    "fqdn": {
        "f": "encoded no-client-update server-update",
        "B": "rcode1 rcode2",
        "t": "domainname fqdn hostname",
    },
    "vendor-class": {
        "X": "isc",
    },
    "vendor": {
        "X": "isc",
    },
    "isc": {
        "t": "media",
        "X": "update-assist",
    },
    "dhcp6": {
        "X": """
            bootfile-param client-data client-id client-linklayer-addr dhcpv4-msg fqdn geoconf-civic
            ia-addr ia-na ia-pd ia-prefix ia-ta interface-id lq-query relay-id relay-msg remote-id
            server-id subscriber-id user-class vendor-class vendor-opts
        """,
        "SA": "client-arch-type ero oro",
        "B": "preference",
        "S": "elapsed-time relay-source-port",
        "NNNLLX": "auth",
        "6": "link-address unicast",
        "Nto": "status-code",
        "Z": "rapid-commit reconf-accept",
        "N": "reconf-msg",
        "D": """
            bcms-server-d domain-search nis-domain-name nisp-domain-name sip-servers-names sip-ua-cs-list
        """,
        "6A": """
            bcms-server-a dhcp4-o-dhcp6-server ipv6-address-andsf lq-client-link name-servers nis-servers
            nisp-servers pana-agent sip-servers-addresses sntp-servers
        """,
        "T": "info-refresh-time",
        "t": "bootfile-url new-posix-timezone new-tzdb-timezone v6-captive-portal",
        "L": "clt-time inf-max-rt solmax-rt",
        "6X": "lq-relay-data",
        "d": "aftr-name erp-local-domain-name v6-access-domain v6-lost",
        "6a": "capwap-ac-v6",
        "BBB": "nii",
        "6BD": "rdnss-selection",
    },
    "vsio": {
        "X": "isc",
    },
    "isc6": {
        "t": "4o6-interface media",
        "X": "update-assist",
        "6": "4o6-source-address",
    },
    "agent": {
        "X": "circuit-id remote-id",
        "I": "agent-id link-selection",
        "L": "docsis-device-class",
        "Z": "relay-port",
    },
    "server": {
        "T": """
            abandon-lease-time ddns-ttl default-lease-time dynamic-bootp-lease-cutoff max-lease-time
            min-lease-time ping-cltt-secs ping-timeout ping-timeout-ms preferred-lifetime
        """,
        "L": """
            dynamic-bootp-lease-length ldap-init-retry ldap-port limit-addrs-per-ia limit-prefs-per-ia
            max-ack-delay
        """,
        "f": """
            allow-booting allow-bootp always-broadcast always-reply-rfc1048 authoritative
            bind-local-address6 boot-unknown-clients check-secs-byte-order client-updates
            ddns-dual-stack-mixed-mode ddns-guard-id-must-match ddns-other-guard-is-dynamic ddns-updates
            declines dhcpv6-set-tee-times do-forward-updates do-reverse-updates dont-use-fsync duplicates
            dynamic-bootp echo-client-id fqdn-reply get-lease-hostnames ignore-client-uids
            infinite-is-reserved ldap-referrals leasequery one-lease-per-client persist-eui-64-leases
            ping-check release-on-roam server-id-check stash-agent-options update-conflict-detection
            update-optimization update-static-leases use-eui-64 use-host-decl-names
            use-lease-addr-for-default-route
        """,
        "B": """
            adaptive-lease-time-threshold dhcp-cache-threshold log-threshold-high log-threshold-low
            min-secs
        """,
        "t": """
            ddns-domainname ddns-hostname ddns-rev-domainname dhcpv6-lease-file-name dhcpv6-pid-file-name
            filename ldap-base-dn ldap-debug-file ldap-dhcp-server-cn ldap-gssapi-keytab
            ldap-gssapi-principal ldap-password ldap-server ldap-tls-ca-dir ldap-tls-ca-file ldap-tls-cert
            ldap-tls-ciphers ldap-tls-key ldap-tls-randfile ldap-username lease-file-name pid-file-name
            server-name
        """,
        "I": "ddns-local-address4 limited-broadcast-address local-address next-server",
        "U": "vendor-option-space",
        "X": "site-option-space",
        "S": "delayed-ack local-port omapi-port remote-port",
        "k": "omapi-key",
        "N": """
            ddns-update-style ldap-method ldap-ssl ldap-tls-crlcheck ldap-tls-reqcert log-facility
            prefix-length-mode
        """,
        "6": "ddns-local-address6 local-address6",
    },
}
OPTIONS = {
    space: {name: kind for kind, names in kinds.items() for name in names.split()}
    for space, kinds in _KNOWN.items()
}
PARAMETERS = OPTIONS["server"]
"""Parameters which stand as statements of their own: ``default-lease-time 600;``."""

_SIMPLE = {
    "boolean": "f",
    "ip-address": "I",
    "ip6-address": "6",
    "text": "t",
    "string": "X",
    "domain-name": "d",
    "domain-list": "D",
    "zerolen": "Z",
}
_INTEGERS = {"8": "B", "16": "S", "32": "L"}


class OptionSpaces:
    """The options known at one point of a file: dhcpd's own and those that the file has defined so far."""

    def __init__(self) -> None:
        self._own: dict[str, dict[str, str]] = {}

    def add_space(self, name: str) -> None:
        """Takes note of ``option space NAME``."""
        self._own.setdefault(name.lower(), {})

    def define(self, space: str, name: str, definition: tuple[str, ...]) -> None:
        """Takes note of ``option SPACE.NAME code N = DEFINITION``."""
        self._own.setdefault(space.lower(), {})[name.lower()] = value_type(definition)

    def has_space(self, space: str) -> bool:
        """Whether there is such an option space."""
        return space.lower() in self._own or space.lower() in OPTIONS

    def kind(self, space: str, name: str) -> str | None:
        """Type of an option's value, None for an unknown option; ``unknown-N`` may be written as any."""
        space, name = space.lower(), name.lower()
        own = self._own.get(space, {}).get(name)
        if own is not None:
            return own
        known = OPTIONS.get(space, {}).get(name)
        return ANYTHING if known is None and name.startswith("unknown-") else known


def value_type(definition: tuple[str, ...]) -> str:
    """Type letters of what follows the ``=`` of an option definition (dhcp-options(5))."""
    letters = ""
    words = [word.lower() for word in definition]
    whole = words[:2] == ["array", "of"]
    one_array = False
    for index, word in enumerate(words):
        if word == "array" and index:
            one_array = True
        letter = _INTEGERS.get(words[index + 1], "L") if word == "integer" and index + 1 < len(words) else ""
        letter = letter or _SIMPLE.get(word, "")
        if word == "encapsulate":
            return letters + "X"
        if letter:
            letters += letter + ("a" if one_array else "")
            one_array = False
    return letters + ("A" if whole else "")

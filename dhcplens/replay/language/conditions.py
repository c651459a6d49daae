"""Grammar of what ``expect`` may ask."""

import pyparsing as pp

from dhcplens.replay.language.names import Names
from dhcplens.replay.language.tokens import ADDRESS, BINDING, BOUND, CLIENT, KEY, NUMBER, STATE, made, value
from dhcplens.replay.scenario import (
    AddressCount,
    AddressState,
    ClientAnswered,
    ClientCount,
    ClientHas,
    ServerRuns,
    ServerState,
)


def condition_grammar(names: Names) -> pp.ParserElement:
    """One condition; whether its first word is a server or a client shows in the word behind it."""
    server_says = pp.FollowedBy(CLIENT + (KEY("is") | KEY("sees")))
    client_says = pp.FollowedBy(CLIENT + (KEY("has") | KEY("was")))
    on = KEY("on").suppress() - names.server("server")
    lines = [
        made(
            BOUND("bound")
            + NUMBER("n")
            + KEY("of")
            - names.known_clients("clients")
            - KEY("have")
            - KEY("an")
            - KEY("address"),
            lambda t: ClientCount(value(t, "bound"), value(t, "n"), value(t, "clients")),
        ),
        made(
            BOUND("bound") - NUMBER("n") - KEY("addresses") - KEY("are") - BINDING("state") - on,
            lambda t: AddressCount(
                value(t, "bound"), value(t, "n"), value(t, "state"), str(value(t, "server"))
            ),
        ),
        made(
            KEY("address") + KEY("of") - names.client("client") - KEY("is") - BINDING("state") - on,
            lambda t: AddressState(str(value(t, "client")), value(t, "state"), str(value(t, "server"))),
        ),
        made(
            ADDRESS("ip") - KEY("is") - BINDING("state") - on,
            lambda t: AddressState(value(t, "ip"), value(t, "state"), str(value(t, "server"))),
        ),
        made(
            server_says + names.server("server") + KEY("is") + pp.Opt(KEY("not"))("no") + KEY("running"),
            lambda t: ServerRuns(str(value(t, "server")), running="no" not in t),
        ),
        made(
            server_says + names.server("server") + KEY("is") - STATE("state"),
            lambda t: ServerState(str(value(t, "server")), value(t, "state")),
        ),
        made(
            server_says
            + names.server("server")
            - KEY("sees")
            - KEY("its")
            - KEY("partner")
            - KEY("in")
            - STATE("state"),
            lambda t: ServerState(str(value(t, "server")), value(t, "state"), partner=True),
        ),
        made(
            client_says
            + names.client("client")
            + KEY("has")
            - ((KEY("no")("no") - KEY("address")) | (KEY("an") - KEY("address")) | ADDRESS("ip")),
            lambda t: ClientHas(str(value(t, "client")), holds="no" not in t, address=value(t, "ip")),
        ),
        made(
            client_says
            + names.client("client")
            + KEY("was")
            + KEY("answered")
            - KEY("by")
            - (KEY("nobody") | names.server("server")),
            lambda t: ClientAnswered(
                str(value(t, "client")), str(value(t, "server")) if "server" in t else None
            ),
        ),
        made(
            client_says
            + names.client("client")
            - KEY("was")
            - KEY("refused")
            - KEY("by")
            - names.server("server"),
            lambda t: ClientAnswered(str(value(t, "client")), str(value(t, "server")), refused=True),
        ),
    ]
    return pp.MatchFirst(lines).set_name("a condition")

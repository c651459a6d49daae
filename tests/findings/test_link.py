"""The connection: who was down, or whether the link was."""

from dataclasses import replace
from typing import Any

from dhcplens.model.conf import DhcpdConf
from dhcplens.model.states import Role, Severity
from tests.findings.making import back, findings, interrupted, linked, ranged, refusal, restarted, served
from tests.pair.making import at, banner, conf, heard, lost, message, move, notice, server


def test_a_silent_partner_that_starts_again_was_down() -> None:
    """A partner that logs nothing until its next start was down, from the loss to the reconnection."""
    found = findings(
        server("a", *linked(), *interrupted("09:00:00"), *back("09:30:02", "normal")),
        server("b", *linked(), *restarted("09:30:00")),
    )
    down = found["peer-down"]
    assert (down.start, down.servers) == (at("09:00:00"), ("b",))
    assert at("09:30:00") <= down.end <= at("09:30:05")  # type: ignore[operator]
    assert "link-down" not in found


def test_a_partner_that_never_returns_is_down_to_the_end() -> None:
    """An interruption that is open at the end of the logs has no end."""
    found = findings(
        server("a", *linked(), *interrupted("09:00:00"), *served("09:01:00", 10)),
        server("b", *linked()),
    )
    assert found["peer-down"].end is None
    assert "has not" in found["peer-down"].title or "not back" in found["peer-down"].title


def test_both_lived() -> None:
    """Where both log the loss and neither starts anew, the link was down: one finding for both servers."""
    found = findings(
        server("a", *linked(), *interrupted("09:00:00"), *back("09:20:00")),
        server("b", *linked(), *interrupted("09:00:15"), *back("09:20:01")),
    )
    down = found["link-down"]
    assert (down.start, down.servers) == (at("09:00:00"), ("a", "b"))
    assert at("09:20:00") <= down.end <= at("09:20:01")  # type: ignore[operator]
    assert "peer-down" not in found


def test_a_restart_in_the_middle_of_a_cut_leaves_it_a_cut() -> None:
    """Where both noticed the loss, a later restart of one does not make it its fault."""
    found = findings(
        server("a", *linked(), *interrupted("09:00:00"), *back("09:40:05")),
        server(
            "b",
            *linked(),
            *interrupted("09:00:10"),
            banner("09:20:00"),
            move("09:20:00", "communications-interrupted", "startup"),
            move("09:20:15", "startup", "communications-interrupted"),
            *back("09:40:05"),
        ),
    )
    assert "link-down" in found and "peer-down" not in found


def test_clock_times_of_an_outage() -> None:
    """Advice says when the survivor may take its partner's half: now, by itself, or since the command."""
    lonely = [*linked(), *interrupted("09:00:00"), *served("09:01:00", 10)]
    plain, auto = ranged(Role.PRIMARY), ranged(Role.PRIMARY)
    auto = replace(auto, peers=(replace(auto.peers[0], auto_partner_down=3600),))

    def times(*rows: dict[str, Any], conf: DhcpdConf = plain) -> str:
        found = findings(server("a", *lonely, *rows, conf=conf), server("b", *linked()))
        assert found["peer-down"].figures["times"] in found["peer-down"].advice[2]
        return found["peer-down"].figures["times"].replace("2026-01-05 ", "")

    assert times() == "put into partner-down at 09:10:00, b's half from 09:40:00 on (mclt is 30 min)"
    assert times(conf=auto).startswith("goes into partner-down by itself at 10:00:00, b's half from 10:30:00")
    down = move("09:05:00", "communications-interrupted", "partner-down")
    assert times(down).startswith("in partner-down since 09:05:00, b's half from 09:35:00 on")
    assert times(*back("09:20:00", "normal")).startswith("over since 09:20:00")


def test_auto_partner_down_is_announced_where_the_link_is_cut() -> None:
    """Two living servers that will take each other for dead: the title says when."""
    conf = ranged(Role.SECONDARY)
    conf = replace(conf, peers=(replace(conf.peers[0], auto_partner_down=900),))
    found = findings(
        server("a", *linked(), *interrupted("09:00:00"), *served("09:01:00", 9)),
        server("b", *linked(), *interrupted("09:00:10"), *served("09:01:00", 9), conf=conf),
    )
    assert "b goes into partner-down by itself at 2026-01-05 09:15:10" in found["link-down"].title


def test_a_crash_that_a_cut_hides() -> None:
    """A server deaf to clients during a cut until it starts was down: since the first that it missed."""
    asked = [message(f"09:{minute:02}:00", "DISCOVER", "00:16:3e:00:00:07") for minute in (2, 12, 16, 20)]
    restarts = (banner("09:30:00"), move("09:30:00", "communications-interrupted", "startup"))
    found = findings(
        server("a", *linked(), *interrupted("09:00:00"), *asked, *back("09:30:01")),
        server("b", *linked(), *interrupted("09:00:10"), asked[0], *restarts, *back("09:30:01")),
    )
    assert (found["link-down"].start, found["link-down"].end) == (at("09:00:00"), at("09:12:00"))
    assert (found["peer-down"].start, found["peer-down"].servers) == (at("09:12:00"), ("b",))


def test_a_start_that_finds_no_partner_is_two_causes() -> None:
    """A server that starts and cannot reach its partner: down until then, from there a link fault."""
    found = findings(
        server("a", *linked(), *interrupted("09:00:00"), *back("10:00:00")),
        server(
            "b",
            *linked(),
            banner("09:20:00"),
            move("09:20:00", "normal", "startup"),
            move("09:20:15", "startup", "communications-interrupted"),
            *back("10:00:00"),
        ),
    )
    assert found["peer-down"].end == at("09:20:00")
    assert (found["link-down"].start, found["link-down"].end) == (at("09:20:00"), at("10:00:00"))


def test_a_time_out_is_dated_back() -> None:
    """A loss that shows as a time-out began before it: two thirds of max-response-delay (20 s)."""
    found = findings(
        server(
            "a",
            *linked(),
            notice("09:00:20", "peer-timeout", peer="dhcp-failover"),
            *interrupted("09:00:20"),
            *back("09:20:00"),
            conf=conf(Role.PRIMARY),
        ),
        server("b", *linked(), *interrupted("09:00:22"), *back("09:20:00"), conf=conf(Role.SECONDARY)),
    )
    assert at("09:00:00") <= found["link-down"].start <= at("09:00:10")  # type: ignore[operator]


def test_a_new_pair_is_well() -> None:
    """Two servers that meet for the first time lost nothing."""
    first = [
        banner("08:00:00"),
        move("08:00:00", "recover", "startup"),
        move("08:00:15", "startup", "recover"),
        heard("08:01:00", "unknown-state", "recover"),
        move("08:01:02", "recover", "recover-done"),
        move("08:01:02", "recover-done", "normal"),
    ]
    second = [
        banner("08:01:00"),
        move("08:01:00", "recover", "startup"),
        heard("08:01:00", "unknown-state", "recover"),
        move("08:01:00", "startup", "recover"),
        move("08:01:02", "recover", "recover-done"),
        move("08:01:02", "recover-done", "normal"),
    ]
    found = findings(server("a", *first), server("b", *second))
    assert {one.severity for one in found.values()} <= {Severity.INFO}
    assert "normal-operation" in found


def test_one_log_alone_says_what_it_cannot_know() -> None:
    """From one log, a partner heard in communications-interrupted lived; the title says it is not sure."""
    lived = findings(server("a", *linked(), *interrupted("09:00:00"), *back("09:20:00")))
    started = findings(server("a", *linked(), *interrupted("09:00:00"), *back("09:20:00", "normal")))
    assert "cannot be ruled out" in lived["link-down"].title
    assert "cannot be ruled out" in started["peer-down"].title


def test_stuck_in_communications_interrupted() -> None:
    """An hour alone is stuck; half of that with a return is not."""
    b = server("b", *linked(), *restarted("11:00:00"))
    long = findings(server("a", *linked(), *interrupted("09:00:00"), *back("11:00:02", "normal")), b)
    stuck = long["stuck-communications-interrupted"]
    assert (stuck.start, stuck.end, stuck.severity) == (at("09:00:00"), at("11:00:02"), Severity.CRITICAL)
    assert stuck.consequence_of == "peer-down@2026-01-05T09:00:00+00:00"
    short = findings(
        server("a", *linked(), *interrupted("09:00:00"), *back("09:30:02", "normal")),
        server("b", *linked(), *restarted("09:30:00")),
    )
    assert "stuck-communications-interrupted" not in short
    assert "stuck-communications-interrupted" in findings(
        server("a", *linked(), *interrupted("09:00:00"), *back("09:30:02", "normal")),
        server("b", *linked(), *restarted("09:30:00")),
        **{"stuck-communications-interrupted": {"after": 600}},
    )


def test_a_server_that_misses_the_loss() -> None:
    """A living partner that stays normal for minutes after the other lost it believes in a dead link."""
    a = server("a", *linked(), *interrupted("09:00:00"), *served("09:00:30", 30))
    missed = findings(a, server("b", *linked(), *served("09:00:40", 30)))
    assert missed["silent-link"].servers == ("b",)
    noticed = findings(a, server("b", *linked(), *interrupted("09:00:20"), *served("09:00:40", 30)))
    assert "silent-link" not in noticed


def test_flapping() -> None:
    """Three short losses within an hour are one incident; two are not."""

    def flaps(*hours: str) -> dict[str, object]:
        rows = [row for at in hours for row in (*interrupted(f"{at}:00"), *back(f"{at}:40"))]
        return dict(findings(server("a", *linked(), *rows), server("b", *linked(), *rows)))

    found = flaps("09:00", "09:10", "09:20")
    assert found["link-down"].consequence_of == "flapping@2026-01-05T09:00:00+00:00"  # type: ignore[attr-defined]
    assert (found["flapping"].start, found["flapping"].end) == (at("09:00:00"), at("09:20:40"))  # type: ignore[attr-defined]
    assert "flapping" not in flaps("09:00", "09:10")
    assert "flapping" not in flaps("09:00", "10:30", "12:00")


def test_never_reconnects() -> None:
    """A partner that started again and is not met by the end is told apart from one that is still down."""
    a = server("a", *linked(), *interrupted("09:00:00"), *served("09:01:00", 60))
    again = [banner("09:10:00"), move("09:10:00", "normal", "startup")]
    alone = [*again, move("09:10:15", "startup", "communications-interrupted"), *served("09:11:00", 50)]
    assert "never-reconnects" in findings(a, server("b", *linked(), *alone))
    assert "never-reconnects" not in findings(a, server("b", *linked()))


def test_refused_for_the_clock() -> None:
    """Clocks that differ are the cause, not the link; the incident ends with the next connection."""
    found = findings(
        server(
            "a",
            *linked(),
            *interrupted("09:00:00"),
            *(refusal(f"09:{minute:02}:05", "time offset too large") for minute in range(1, 20)),
            *back("09:20:00"),
        ),
        server("b", *linked(), *interrupted("09:00:00"), *back("09:20:00")),
    )
    assert (found["clock-skew"].start, found["clock-skew"].end) == (at("09:01:05"), at("09:20:00"))
    assert "link-down" not in found


def test_small_skew_is_no_fault() -> None:
    """A difference of some seconds is told in the report, not found; of half a minute it is."""

    def skewed(seconds: int) -> dict[str, object]:
        late = [
            row
            for minute in (10, 20, 30)
            for row in (
                heard(f"08:{minute}:{seconds:02}", "normal", "communications-interrupted"),
                heard(f"08:{minute}:{seconds + 1:02}", "communications-interrupted", "normal"),
            )
        ]
        own = [
            row
            for minute in (10, 20, 30)
            for row in (
                move(f"08:{minute}:00", "normal", "communications-interrupted"),
                move(f"08:{minute}:01", "communications-interrupted", "normal"),
            )
        ]
        return dict(
            findings(server("a", *linked(), *own), server("b", *linked(f"08:00:{seconds:02}"), *late))
        )

    assert "clock-skew" not in skewed(5)
    assert "clock-skew" in skewed(45)


def test_names_that_differ() -> None:
    """A refusal of the relationship's name is named; one of a second connection is ordinary."""
    refused = server("a", refusal("09:00:00", "unknown failover relationship name"))
    assert "relationship-name-mismatch" in findings(refused, server("b", *linked()))
    twice = server("a", *linked(), refusal("09:00:00", "already connected"))
    assert "relationship-name-mismatch" not in findings(twice, server("b", *linked()))


def test_the_same_role_twice() -> None:
    """Two primaries are a conflict of roles; a primary and a secondary are not."""

    def roles(first: Role, second: Role) -> dict[str, object]:
        return dict(
            findings(server("a", *linked(), conf=conf(first)), server("b", *linked(), conf=conf(second)))
        )

    assert "both servers are primary" in roles(Role.PRIMARY, Role.PRIMARY)["role-conflict"].title  # type: ignore[attr-defined]
    assert "role-conflict" not in roles(Role.PRIMARY, Role.SECONDARY)


def test_an_address_that_cannot_be_used() -> None:
    """A failed attempt to bind or to resolve names the server and the reason."""
    bad = notice(
        "09:00:00", "failover-peer-error", peer="dhcp-failover", level="error", reason="address not available"
    )
    found = findings(server("a", *linked(), bad), server("b", *linked()))
    assert "address not available" in found["peer-address-unusable"].title
    assert "peer-address-unusable" not in findings(server("a", *linked()), server("b", *linked()))


def test_versions_that_do_not_fit() -> None:
    """3.0 beside 4.4 is named; 4.3 beside 4.4 is not."""

    def versions(first: str, second: str) -> dict[str, object]:
        return dict(
            findings(
                *(
                    server(
                        name,
                        notice("08:00:00", "server-version", version=version),
                        *linked()[1:],
                    )
                    for name, version in (("a", first), ("b", second))
                )
            )
        )

    assert "incompatible-versions" in versions("V3.0.5", "4.4.1")
    assert "incompatible-versions" not in versions("4.3.6", "4.4.1")


def test_a_disconnect_of_a_pair_that_never_met_is_no_interruption() -> None:
    """In recover there is nothing to lose yet."""
    rows = [
        banner("08:00:00"),
        move("08:00:00", "recover", "startup"),
        move("08:00:15", "startup", "recover"),
    ]
    tries = [lost(f"08:{minute:02}:00") for minute in range(1, 30)]
    found = findings(server("a", *rows, *tries), server("b", *rows, message("08:20:00", "DISCOVER", "0:1")))
    assert not {"peer-down", "link-down"} & set(found)
    assert "stuck-recover" in found

"""Rules, pages, thresholds, grouping and the verdict."""

import string
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dhcplens.findings import examine, registry, verdict
from dhcplens.findings.diagnosis import EVIDENCE_SHOWN
from dhcplens.findings.explain import index, page
from dhcplens.findings.grouping import CAUSES, grouped, key
from dhcplens.findings.limits import SettingError, described, merged, parse_settings, read_settings
from dhcplens.findings.pages import filled, pages
from dhcplens.findings.registry import rules
from dhcplens.findings.words import clock, duration
from dhcplens.model.states import Severity, Verdict
from dhcplens.model.values import Evidence, Finding
from dhcplens.pair import build
from tests.findings.making import findings, linked
from tests.pair.making import heap, server

NAMES = [
    "survivor-starved",
    "silent-link",
    "stuck-communications-interrupted",
    "stuck-recover",
    "both-databases-lost",
    "potential-conflict",
    "conflict-shutdown",
    "partner-down-with-living-peer",
    "duplicate-binding",
    "pool-exhausted",
    "failover-not-configured",
    "peer-down",
    "link-down",
    "recover-wait",
    "database-lost",
    "stale-database-restored",
    "clock-skew",
    "relationship-name-mismatch",
    "role-conflict",
    "peer-address-unusable",
    "flapping",
    "never-reconnects",
    "load-balanced-into-a-hole",
    "pool-imbalance",
    "pool-request-refused",
    "diverged-pool-counts",
    "diverged-bindings",
    "binding-update-conflict",
    "update-backlog",
    "configuration-mismatch",
    "configuration-refused",
    "taking-over",
    "waiting-leases",
    "runs-dry",
    "impossible-sequence",
    "lease-not-in-file",
    "lease-file-damaged",
    "state-not-recorded",
    "expired-never-freed",
    "mclt-violation",
    "abandoned-leases",
    "unanswered-clients",
    "nak-storm",
    "split-drift",
    "incompatible-versions",
    "short-leases",
    "resync-rejections",
    "balancing-chatter",
    "xid-mismatch",
    "duplicate-uid",
    "lease-owned-by-peer",
    "static-and-dynamic",
    "unreachable-peer-chatter",
    "normal-operation",
]


def finding(name: str, start: int | None, end: int | None, severity: Severity = Severity.WARNING) -> Finding:
    """A finding between two minutes of an hour."""
    moment = [None if one is None else datetime(2026, 1, 5, 9, one, tzinfo=UTC) for one in (start, end)]
    return Finding("FO000", name, severity, name, *moment, ("a",), (Evidence("f", 1, "x"),), "", ())


def test_every_name_has_a_rule_and_a_page() -> None:
    """The names of the rules are the ones that were agreed upon, and each has its page."""
    assert set(rules()) == set(NAMES) == set(pages())


def test_pages_are_complete() -> None:
    """Each page says what, how it is recognised and where to read on; steps for all that is not harmless."""
    for name, one in rules().items():
        text = pages()[name]
        assert text.summary.endswith(".") and text.recognised and text.references, name
        assert 1 <= text.meaning.count(". ") + 1 <= 5, name
        assert text.advice or one.severity is Severity.INFO, name


def test_thresholds_are_named_in_the_pages() -> None:
    """A page that names a threshold in backquotes names one that exists."""
    for name, one in rules().items():
        said = {word for word in pages()[name].recognised.split("`")[1::2] if word.isidentifier()}
        known = {item for item, _, _ in described(one.limits)}
        stamps = {"starts", "ends", "tstp", "tsfp", "atsfp"}
        assert said - stamps <= known, name


def test_placeholders_are_words() -> None:
    """Pages hold only simple placeholders, so that a missing figure can be shown as one."""
    for name, text in pages().items():
        for part in (text.meaning, *text.advice):
            fields = [field for _, field, _, _ in string.Formatter().parse(part) if field is not None]
            assert all(field.isidentifier() for field in fields), name


def test_explain_shows_a_page_by_name_and_by_code() -> None:
    """The page fits eighty columns, with thresholds, and is found by name and code alike."""
    text = page("flapping")
    assert text is not None and text == page("FO105")
    assert "flapping.count = 3" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert page("no-such-rule") is None


def test_a_sentence_begins_with_a_capital_also_where_the_partner_has_no_name() -> None:
    """Names of servers stay as they are written."""
    assert filled("{partner} was down", {"partner": "the partner"}) == "The partner was down"
    assert filled("{partner} was down", {"partner": "thebes"}) == "thebes was down"


def test_the_list_of_rules_fits_eighty_columns() -> None:
    """Every rule is there once, with what it is below its name."""
    lines = index().splitlines()
    assert [line.split()[1] for line in lines if line.startswith("FO")] == list(rules())
    assert max(len(line) for line in lines) <= 80


def test_settings_from_words_and_files(tmp_path: Path) -> None:
    """Words and TOML files give the same overrides; the later one counts."""
    file = tmp_path / "limits.toml"
    file.write_text("[tool.dhcplens.flapping]\ncount = 4\nwindow = 60\n")
    assert merged(read_settings(file), parse_settings(["flapping.count=5"])) == {
        "flapping": {"count": 5.0, "window": 60.0}
    }


@pytest.mark.parametrize("word", ["flapping", "flapping.count", "flapping=5", "flapping.count=many"])
def test_a_setting_of_another_form_is_refused(word: str) -> None:
    """A setting has the form RULE.THRESHOLD=NUMBER."""
    with pytest.raises(SettingError):
        parse_settings([word])


@pytest.mark.parametrize("settings", [{"flaping": {"count": 5.0}}, {"flapping": {"cuont": 5.0}}])
def test_a_setting_of_nothing_is_refused(settings: dict[str, dict[str, float]]) -> None:
    """Neither a rule nor a threshold may be misspelt."""
    with pytest.raises(SettingError):
        findings(server("a", *linked()), **settings)


def test_a_consequence_is_put_under_its_first_cause() -> None:
    """Causes of causes are followed, and only what overlaps in time is explained."""
    found = grouped(
        [
            finding("survivor-starved", 40, 50, Severity.CRITICAL),
            finding("stuck-communications-interrupted", 0, 50, Severity.CRITICAL),
            finding("peer-down", 0, 50),
            finding("recover-wait", 58, 59),
        ]
    )
    causes = {one.name: one.consequence_of for one in found}
    down = key(finding("peer-down", 0, 50))
    assert causes == {
        "peer-down": None,
        "stuck-communications-interrupted": down,
        "survivor-starved": down,
        "recover-wait": None,
    }
    assert found[0].name == "peer-down"


def test_grouping_loses_and_repeats_nothing() -> None:
    """Whatever the findings, each comes out once."""
    every = [finding(name, 10, 20) for name in NAMES]
    assert sorted(one.name for one in grouped(every)) == sorted(NAMES)
    assert sorted(one.name for one in grouped([*every, *every])) == sorted([*NAMES, *NAMES])


def test_causes_are_rules() -> None:
    """The table of causes speaks of rules that exist."""
    assert {*CAUSES, *(cause for causes in CAUSES.values() for cause in causes)} <= set(NAMES)


def test_verdict() -> None:
    """An open critical finding is dead, anything above info degraded, the rest healthy."""
    assert verdict([finding("pool-exhausted", 0, None, Severity.CRITICAL)]) is Verdict.DEAD
    assert verdict([finding("pool-exhausted", 0, 10, Severity.CRITICAL)]) is Verdict.DEGRADED
    assert verdict([finding("link-down", 0, None)]) is Verdict.DEGRADED
    assert verdict([finding("short-leases", 0, None, Severity.INFO)]) is Verdict.HEALTHY
    assert verdict([]) is Verdict.HEALTHY


def test_nothing_is_found_in_nothing() -> None:
    """A server without any lines gives no finding and no error."""
    assert findings(server("a")) == {}


def test_evidence_is_bounded() -> None:
    """However many lines prove a finding, a dozen are quoted."""
    assert EVIDENCE_SHOWN == 12


def test_times_are_shown_in_the_first_of_several_zones() -> None:
    """Where logs stand in several zones, or in one that nobody knows, a time is shown all the same."""
    moment = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    assert clock(moment, "UTC+12, UTC+13") == "2026-01-05 21:00:00"
    assert clock(moment, "UTC-3:30") == "2026-01-05 05:30:00"
    assert clock(moment, "Nowhere/Land") == "2026-01-05 09:00:00"


def test_durations() -> None:
    """The two greatest units are told."""
    assert [duration(seconds) for seconds in (0, 59, 371, 3600, 190_000)] == [
        "0 s",
        "59 s",
        "6 min 11 s",
        "1 h",
        "2 d 4 h",
    ]


def test_a_rule_at_a_loss_costs_nobody_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that fails is told as a problem, and the others give their findings."""

    def broken(*_: object) -> list[object]:
        raise KeyError("no such column")

    named = rules()
    monkeypatch.setitem(registry._RULES, "flapping", replace(named["flapping"], check=broken))
    found = examine(build(heap(server("a", *linked()), server("b", *linked()))))
    assert [str(one) for one in found.failures] == [
        "rule flapping: could not be applied: KeyError: 'no such column'"
    ]
    assert [one.name for one in found.findings] == ["normal-operation"]

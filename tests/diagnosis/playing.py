"""An incident from its seed to what is found in it: drawn, played, collected with gaps, diagnosed."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dhcplens as dl
from dhcplens.model.values import Finding
from dhcplens.replay.language import parse
from dhcplens.replay.scenario import Scenario
from tests.diagnosis.folder import Folder
from tests.diagnosis.incident import Expected, Incident, Played
from tests.diagnosis.kinds import Kind
from tests.diagnosis.noise import noise
from tests.diagnosis.setting import Setting

Player = Callable[[Scenario, Path, int], None]


def with_engine(scenario: Scenario, out: Path, seed: int) -> None:
    """Plays with the embedded engine."""
    from dhcplens.replay.play import play

    play(scenario, out, seed=seed)


def in_lab(scenario: Scenario, out: Path, seed: int) -> None:
    """Plays with the real daemon, at sixty times the speed of the clock."""
    from dhcplens.replay.backends import Manner, play

    play("dhcpd", scenario, out, Manner(seed))


@dataclass(frozen=True)
class Judged:
    """One played incident: what was expected and what was found, findings in lab seconds by ``at``."""

    kind: str
    seed: int
    expected: tuple[Expected, ...]
    found: tuple[Finding, ...]
    maybe: frozenset[str]
    begin: float
    missing: tuple[str, ...]


def judge(kind: Kind, seed: int, out: Path, player: Player = with_engine) -> Judged:
    """Plays one incident of a kind into the folder and diagnoses it; the seed decides everything."""
    rng = random.Random(f"{kind.name}/{seed}")
    pair = Setting(rng)
    incident = kind.make(pair)
    scenario = parse(incident.scenario, f"{kind.name}.scenario")
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / f"{kind.name}.scenario").write_text(incident.scenario)
    player(scenario, out, pair.seed)
    played = Played(Folder(out, scenario), scenario, json.loads((out / "truth.json").read_text()))
    for edit in incident.edits:
        edit(played)
    expected = incident.truth(played)
    missing = collect(played, incident, rng)
    folded, also = noise(played)
    expected += folded
    zone = scenario.zone if rng.random() < 0.5 or "leases" in "".join(missing) else None
    (out / "truth.json").rename(out.with_suffix(".truth"))
    found = dl.read(out, timezone=zone).findings()
    out.with_suffix(".truth").rename(out / "truth.json")
    return Judged(
        kind.name, seed, tuple(expected), found, incident.maybe | also, scenario.begin.timestamp(), missing
    )


def collect(played: Played, incident: Incident, rng: random.Random) -> tuple[str, ...]:
    """What a hurried person brings: some files missing, late or packed logs. Says what is missing."""
    folder = played.folder
    missing = []
    if "start" not in incident.needs and incident.settled > 60 and rng.random() < 0.3:
        for server in rng.sample(played.scenario.servers, rng.choice((1, 2))):
            if folder.has(server.name, "messages"):
                since = rng.uniform(40, incident.settled)
                folder.begin_log(server.name, since)
                missing.append(f"{server.name}: log before {since:.0f} s")
    for name, need in (("dhcpd.conf", "conf"), ("dhcpd.leases", "leases")):
        if need not in incident.needs and rng.random() < 0.2:
            for server in rng.sample(played.scenario.servers, rng.choice((1, 2))):
                if folder.has(server.name, name):
                    folder.remove(server.name, name)
                    missing.append(f"{server.name}: {name}")
    folder.date_files()
    for server in played.scenario.servers:
        if rng.random() < 0.2 and folder.has(server.name, "messages"):
            folder.pack(server.name)
    return tuple(missing)

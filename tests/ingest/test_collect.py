"""Any heap of files → two servers on one clock."""

import gzip
import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from dhcplens.ingest.collect import Collection, NothingReadable, ServerFiles, collect
from dhcplens.ingest.places import place_name
from dhcplens.model.states import Role
from dhcplens.model.tables import LEASE_TABLES, LOG_TABLES
from dhcplens.model.values import FileKind
from tests.ingest.logs import ack, at, bsd, iso, lease

SEED = Path(__file__).parents[2] / "fixtures" / "khxdhcps"
ONE, TWO = "KHXDHCPS1", "KHXDHCPS2"
WROTE = "Wrote 0 leases to leases file."


def server(collection: Collection, name: str) -> ServerFiles:
    """One server of a collection."""
    return next(one for one in collection.servers if one.name == name)


def assert_seed(collection: Collection) -> None:
    """What must be known of the real pair, however its files were collected."""
    assert [one.name for one in collection.servers] == [ONE, TWO]
    one, two = collection.servers
    assert one.conf is not None
    assert two.conf is not None
    assert [one.conf.peers[0].role, two.conf.peers[0].role] == [Role.PRIMARY, Role.SECONDARY]
    assert [len(one.leases.bindings), len(two.leases.bindings)] == [3, 0]
    assert collection.timezone == "UTC+8"
    assert str(one.log.transitions["time"].iloc[0]) == "2008-07-10 03:02:29+00:00"
    assert [one.repeated_lines for one in collection.inputs if one.kind is FileKind.LOG] == [11, 11]
    assert [len(one.log.transitions), len(one.log.pools), len(one.log.messages)] == [8, 3, 9]
    assert not collection.problems


def flat(folder: Path, **names: str) -> Path:
    """The files of the real pair in one folder, as they were handed over; ``names`` replace some."""
    for path in SEED.glob("*/*"):
        name = path.name if path.name == "dhcpd.leases" else f"{path.parent.name}.{path.name}"
        shutil.copy(path, folder / names.get(name.replace(".", "_"), name))
    return folder


def archived(folder: Path) -> Path:
    """The files of the real pair as two packed sosreports in one archive."""
    outer = tarfile.open(folder / "case.tar", "w")  # noqa: SIM115
    for name in (ONE, TWO):
        inner = io.BytesIO()
        with tarfile.open(fileobj=inner, mode="w:xz") as sos:
            top = f"sosreport-{name.lower()}-2008-07-10-abcdefg"
            for file, place in (
                ("messages", "var/log/messages"),
                ("dhcpd.conf", "etc/dhcp/dhcpd.conf"),
                ("dhcpd.leases", "var/lib/dhcpd/dhcpd.leases"),
            ):
                if (SEED / name / file).exists():
                    sos.add(SEED / name / file, f"{top}/{place}")
        member = tarfile.TarInfo(f"sosreport-{name.lower()}-2008-07-10-abcdefg.tar.xz")
        member.size = len(inner.getvalue())
        outer.addfile(member, io.BytesIO(inner.getvalue()))
    outer.close()
    return folder / "case.tar"


def test_the_real_pair_in_folders() -> None:
    """Folders named after the servers: roles, zone, year and repeats of the real pair are right."""
    assert_seed(collect([SEED]))


def test_the_real_pair_in_one_flat_folder(tmp_path: Path) -> None:
    """All files in one folder: the lease file goes to the server that acknowledged its leases."""
    assert_seed(collect([flat(tmp_path)]))


def test_the_real_pair_under_names_that_tell_nothing(tmp_path: Path) -> None:
    """Without names the configurations are told apart by what stands in them."""
    names = {
        "KHXDHCPS1_dhcpd_conf": "a",
        "KHXDHCPS2_dhcpd_conf": "b",
        "KHXDHCPS1_messages": "c",
        "KHXDHCPS2_messages": "d",
    }
    assert_seed(collect([flat(tmp_path, **names)]))


def test_the_real_pair_in_sosreports(tmp_path: Path) -> None:
    """Two packed sosreports in one archive are two servers."""
    assert_seed(collect([archived(tmp_path)]))


def test_both_servers_in_one_log(tmp_path: Path) -> None:
    """A log host's file holds both servers, one by its full name: each gets its lines."""
    one = (SEED / ONE / "messages").read_text()
    two = (SEED / TWO / "messages").read_text().replace(TWO, "khxdhcps2.example.org")
    (tmp_path / "all.log").write_text("".join(sorted(one.splitlines(True) + two.splitlines(True))))
    found = collect([tmp_path])
    assert [(one.name, len(one.log.transitions)) for one in found.servers] == [
        (ONE, 8),
        ("khxdhcps2.example.org", 8),
    ]


def test_short_full_and_numeric_names_are_one_server(tmp_path: Path) -> None:
    """The same machine under its short name, its full name and its address is one server."""
    text = (SEED / ONE / "messages").read_text()
    lines = text.splitlines(True)
    (tmp_path / "a").write_text(
        "".join(lines[:44]) + "".join(lines[44:48]).replace(ONE, "khxdhcps1.example.org")
    )
    (tmp_path / "b").write_text("".join(lines[48:]).replace(ONE, "10.69.10.30"))
    found = collect([tmp_path])
    assert [one.name for one in found.servers] == [ONE]
    assert any("10.69.10.30" in one.value and one.subject == f"server {ONE}" for one in found.inferences)


def test_rotated_pieces_are_joined(tmp_path: Path) -> None:
    """Rotated and packed pieces come in order of time, overlaps once, over New Year."""
    said = [(at(f"2023-12-31 23:{minute}:00"), ack(minute)) for minute in range(10, 60)]
    said += [(at(f"2024-01-01 00:{minute}:00"), ack(minute)) for minute in range(10, 60)]
    (tmp_path / "messages").write_text(bsd(said[60:]))
    (tmp_path / "messages.1").write_text(bsd(said[30:70]))
    (tmp_path / "messages.2.gz").write_bytes(gzip.compress(bsd(said[:30]).encode()))
    (tmp_path / "dhcpd.leases").write_text(lease(59, at("2024-01-01 00:59:00")))
    (alpha,) = (found := collect([tmp_path])).servers
    times = alpha.log.messages["time"]
    assert times.is_monotonic_increasing
    assert [str(times.iloc[0]), str(times.iloc[-1])] == [
        "2023-12-31 23:10:00+00:00",
        "2024-01-01 00:59:00+00:00",
    ]
    assert len(times) == 100
    assert sum(one.repeated_lines for one in found.inputs) == 10


def test_the_user_s_word_decides(tmp_path: Path) -> None:
    """What ``servers`` names is taken as said, also for lines that name no host."""
    (tmp_path / "x").write_text("Wrote 0 leases to leases file.\nServer starting service.\n")
    (tmp_path / "y").write_text((SEED / ONE / "dhcpd.conf").read_text())
    found = collect([tmp_path], servers={"north": [tmp_path / "x", str(tmp_path / "y")]})
    (north,) = found.servers
    assert (north.name, len(north.log.notices)) == ("north", 2)
    assert north.conf is not None
    assert north.log.notices["time"].isna().all()


def test_bare_output_takes_its_folder_s_name(tmp_path: Path) -> None:
    """Output of ``dhcpd -d`` belongs to the server that its folder names, and that is said."""
    for name in ("north", "south"):
        (tmp_path / name / "var" / "log").mkdir(parents=True)
        (tmp_path / name / "var" / "log" / "dhcpd.log").write_text("Server starting service.\n" * 3)
    found = collect([tmp_path])
    assert [one.name for one in found.servers] == ["north", "south"]
    assert any("place" in one.why for one in found.inferences)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("cutleases", None),
        ("cut-leases", "cut"),
        ("alpha.messages", "alpha"),
        ("north/var/log/mymessages.log", "north"),
        ("north/dhcpd.leases~", "north"),
    ],
)
def test_names_of_files_tell_servers_by_a_separator(path: str, name: str | None) -> None:
    """What stands in front of a usual name is a server's only if something parts the two."""
    assert place_name(path) == name


def test_journal_and_messages_are_one_log(tmp_path: Path) -> None:
    """Messages and journal tell the same lines: each is kept once, and the journal tells the zone."""
    said = [(at(f"2024-05-01 10:{minute}:00"), ack(minute)) for minute in range(10, 40)]
    entries = [
        {
            "__REALTIME_TIMESTAMP": str(1714550400000000 + 60_000_000 * number + 123),
            "_HOSTNAME": "alpha.example.org",
            "SYSLOG_IDENTIFIER": "dhcpd",
            "MESSAGE": text,
        }
        for number, (_, text) in enumerate(said, start=10)
    ]
    (tmp_path / "messages").write_text(bsd(said))
    (tmp_path / "journal.json").write_text("".join(json.dumps(one) + "\n" for one in entries))
    (tmp_path / "README").write_text("nothing\n")
    found = collect([tmp_path], now=1_800_000_000)
    assert len(found.servers) == 1
    assert len(found.servers[0].log.messages) == 30
    assert found.timezone == "UTC+2"


def test_an_older_copy_is_history_only(tmp_path: Path) -> None:
    """Blocks of ``dhcpd.leases~`` come before those of the lease file, and only for its addresses."""
    old = lease(1, at("2024-05-01 08:00:00")) + lease(2, at("2024-05-01 08:10:00"))
    (tmp_path / "messages").write_text(iso([(at("2024-05-01 10:00:00"), WROTE)]))
    (tmp_path / "dhcpd.leases~").write_text(old)
    (tmp_path / "dhcpd.leases").write_text(lease(1, at("2024-05-01 09:00:00")))
    found = collect([tmp_path])
    bindings = found.servers[0].leases.bindings
    assert [
        (ip, Path(source).name) for ip, source in zip(bindings["ip"], bindings["source"], strict=True)
    ] == [
        ("10.0.0.1", "dhcpd.leases~"),
        ("10.0.0.1", "dhcpd.leases"),
    ]
    assert any("history" in one.message for one in found.problems)


def test_an_emptied_lease_file_stays_empty(tmp_path: Path) -> None:
    """A lost database is not filled from its older copy."""
    (tmp_path / "messages").write_text(iso([(at("2024-05-01 10:00:00"), WROTE)]))
    (tmp_path / "dhcpd.leases~").write_text(lease(1, at("2024-05-01 08:00:00")))
    (tmp_path / "dhcpd.leases").write_text("")
    assert len(collect([tmp_path]).servers[0].leases.bindings) == 0


def test_included_files_belong_to_their_configuration(tmp_path: Path) -> None:
    """What a configuration includes is found beside it, on its own machine."""
    for number, name in enumerate(("north", "south")):
        folder = tmp_path / name / "etc" / "dhcp"
        folder.mkdir(parents=True)
        (folder / "dhcpd.conf").write_text('authoritative;\ninclude "/etc/dhcp/nets.conf";\n')
        (folder / "nets.conf").write_text(f"subnet 10.{number}.0.0 netmask 255.255.0.0 {{\n}}\n")
    found = collect([tmp_path])
    assert [[str(net) for _, net in one.conf.subnets] for one in found.servers if one.conf] == [
        ["10.0.0.0/16"],
        ["10.1.0.0/16"],
    ]
    assert not found.problems


def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    """A lease file that may be anybody's is not used, and the message names the way out."""
    flat(tmp_path)
    (tmp_path / "dhcpd.leases").write_text(lease(9, at("2020-05-01 08:00:00")))
    found = collect([tmp_path])
    assert [len(one.leases.bindings) for one in found.servers] == [0, 0]
    assert any("--server" in one.message and "leases" in one.source for one in found.problems)


BAD = {
    "missing": (None, "no such file", None),
    "empty": (b"", "empty", None),
    "cut.gz": (gzip.compress((SEED / ONE / "messages").read_bytes())[:-200], "cut short", 1),
    "long": (b"Jul 10 11:02:29 a dhcpd: " + b"x" * 10_000_000 + b"\n", "10000025 bytes", 1),
    "nul": (b"Jul 10 11:02:29 a dhcpd: " + WROTE.encode() + b"\n\0\0\0\n", "NUL", 2),
    "leases": (b"lease 10.0.0.1 {\n  starts 4 2008/07/10 03:03:38;\n  bind", "", 3),
    "conf": (b"authoritative;\nsubnet 10.0.0.0 netmask 255.0.0.0 {\n  range ;\n}\n", "", 3),
    "journal": (b"LPKSHHRH" + bytes(200), "journalctl", None),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_and_the_rest_is_read(tmp_path: Path, name: str) -> None:
    """Each kind of bad input gets a message with file and line, and what is sound is collected."""
    data, message, line = BAD[name]
    path = tmp_path / "case" / name
    path.parent.mkdir()
    if data is not None:
        path.write_bytes(data)
    found = collect([SEED, path])
    told = [one for one in found.problems if one.source == str(path)]
    assert any(message in one.message for one in told)
    assert line is None or any(one.line is not None and one.line >= line for one in told)
    assert len(server(found, ONE).log.transitions) == 8


def test_latin_1_is_read(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are kept as Latin-1."""
    (tmp_path / "log").write_bytes(
        b"Jul 10 11:02:29 a dhcpd: DHCPACK on 10.0.0.1 to 02:00:00:00:00:01 (M\xfcller) via e\n"
    )
    (alpha,) = collect([tmp_path]).servers
    assert alpha.log.messages["hostname"].tolist() == ["Müller"]


def test_a_folder_without_anything_of_ours(tmp_path: Path) -> None:
    """A folder that holds nothing of ours is named; where nothing is left there is a typed error."""
    (tmp_path / "notes").write_text("nothing\n")
    found = collect([SEED, tmp_path])
    assert any(one.source == str(tmp_path) and "no log" in one.message for one in found.problems)
    with pytest.raises(NothingReadable) as error:
        collect([tmp_path, tmp_path / "missing"])
    assert {one.source for one in error.value.problems} == {str(tmp_path), str(tmp_path / "missing")}


def test_texts_give_back_the_lines(tmp_path: Path) -> None:
    """Any row's line can be fetched again, from files, archives and standard input alike."""
    path, text = archived(tmp_path), (SEED / ONE / "messages").read_bytes()
    found = collect([path, "-"], stdin=io.BytesIO(gzip.compress(text.replace(b"KHXDHCPS1", b"third"))))
    for one in found.servers:
        last = one.log.transitions.iloc[-1]
        (line,) = found.texts.lines(last["source"], [last["line"]]).values()
        assert "moves from recover-done to normal" in line
    assert found.texts.lines("-", [0, 10_000]) == {}
    assert found.texts.lines("gone", [1]) == {}


def test_progress_is_told() -> None:
    """Progress goes from nothing to all of the bytes."""
    told: list[tuple[int, int]] = []
    collect([SEED], progress=lambda done, total, what: told.append((done, total)) if what else None)
    size = sum(path.stat().st_size for path in SEED.rglob("*") if path.is_file())
    assert told[0] == (0, size)
    assert told[-1] == (size, size)
    assert told == sorted(told)


def test_tables_have_their_schema(tmp_path: Path) -> None:
    """Tables have the columns and types of the model, also the empty ones."""
    (tmp_path / "dhcpd.conf").write_text((SEED / ONE / "dhcpd.conf").read_text())
    for one in (*collect([SEED]).servers, *collect([tmp_path]).servers):
        for name, schema in (LOG_TABLES | LEASE_TABLES).items():
            table = getattr(one.log if name in LOG_TABLES else one.leases, name)
            assert [(column.name, column.kind.value) for column in schema] == [
                (name, str(kind)) for name, kind in table.dtypes.items()
            ]


def test_host_names_that_were_collected_name_the_servers(tmp_path: Path) -> None:
    """Where logs name only localhost, ``etc/hostname`` beside them names the server."""
    for name, host in ((ONE, "north"), (TWO, "south")):
        (tmp_path / name[-1] / "etc").mkdir(parents=True)
        (tmp_path / name[-1] / "etc" / "hostname").write_text(f"{host}\n")
        (tmp_path / name[-1] / "var" / "log").mkdir(parents=True)
        text = (SEED / name / "messages").read_text().replace(name, "localhost")
        (tmp_path / name[-1] / "var" / "log" / "messages").write_text(text)
    assert [one.name for one in collect([tmp_path]).servers] == ["north", "south"]

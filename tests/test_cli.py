"""The command line as a user meets it: each case runs the program and looks at exit code, output and files."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from pcapinspect.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parents[1]
STORM = ROOT / "captures" / "storm.pcap"
HEALTHY = ROOT / "captures" / "healthy.pcap"


def run(*arguments: str | Path, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "pcapinspect", *map(str, arguments)],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=120,
        env=os.environ | environment,
        check=False,
    )


def one_line(result: subprocess.CompletedProcess[bytes]) -> str:
    """The only line on standard error of a command that ended in an error."""
    text = result.stderr.decode()
    assert result.returncode == 2, text
    assert result.stdout == b""
    assert text.count("\n") == 1, text
    assert text.startswith("pcapinspect: ")
    return text


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_imports_nothing_heavy(command: str) -> None:
    program = (
        "import sys; from pcapinspect.cli import main\n"
        "try: main([*sys.argv[1:], '--help'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'numpy', 'numba', 'pandas', 'plotly', 'scapy', 'pyshark', 'pyarrow', 'jinja2', 'distributed'}\n"
        "heavy &= set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program, *command.split()], check=True, capture_output=True, timeout=60)


def test_every_option_of_every_command_is_explained() -> None:
    from pcapinspect.cli import build_parser

    subparsers = build_parser()._subparsers
    assert subparsers is not None
    for parser in subparsers._group_actions[0].choices.values():  # type: ignore[union-attr]
        for action in parser._actions:
            assert action.help, f"{parser.prog}: {action.dest} has no help"


def test_json_to_standard_output_is_only_json() -> None:
    result = run("analyze", STORM, "--json", "-")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["inputs"][0]["path"].endswith("storm.pcap")


def test_standard_input_gives_the_same_as_the_file() -> None:
    by_path = json.loads(run("analyze", HEALTHY, "--json", "-").stdout)
    by_pipe = json.loads(run("analyze", "-", "--json", "-", stdin=HEALTHY.read_bytes()).stdout)
    for part in ("servers", "operations", "clients", "capture"):
        assert by_path[part] == by_pipe[part]
    assert by_path["inputs"][0]["sha256"] == by_pipe["inputs"][0]["sha256"]


def test_render_needs_no_capture(tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    assert run("analyze", STORM, "--json", saved, "--markdown", tmp_path / "first.md").returncode == 0
    assert run("render", saved, "--markdown", tmp_path / "second.md").returncode == 0
    assert (tmp_path / "first.md").read_bytes() == (tmp_path / "second.md").read_bytes()


@pytest.mark.parametrize(("level", "code"), [("critical", 1), ("info", 1)])
def test_fail_on_tells_of_a_storm(level: str, code: int) -> None:
    assert run("analyze", STORM, "--fail-on", level).returncode == code


def test_fail_on_is_silent_for_a_healthy_server() -> None:
    assert run("analyze", HEALTHY, "--fail-on", "critical").returncode == 0


def test_an_output_is_not_overwritten_without_force(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("mine")
    assert "report.json" in one_line(run("analyze", HEALTHY, "--json", target))
    assert target.read_text() == "mine"
    assert run("analyze", HEALTHY, "--json", target, "--force").returncode == 0
    assert json.loads(target.read_text())["schema_version"]


PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(200)

BAD_FILES = {
    "empty.pcap": b"",
    "text.pcap": b"Dec 31 03:14:19.184: PKI: Shadow state for GETVPN now\n" * 20,
    "image.png": PNG,
    "header-cut.pcap": struct.pack("<IHHi", 0xA1B2C3D4, 2, 4, 0),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_capture_is_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name])
    assert name in one_line(run("analyze", path, "--json", tmp_path / "out.json"))
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ports", "8080", STORM), "unrecognized arguments: --ports"),
        (("--ports", "8080", STORM), "see pcapinspect analyze --help"),
        (("--config", STORM), "give a CAPTURE before --config and --log"),
        ((STORM, "--csv", "-"), "--csv writes a folder"),
    ],
)
def test_what_was_meant_otherwise_is_said(arguments: tuple[str | Path, ...], said: str) -> None:
    assert said in one_line(run("analyze", *arguments))


def test_a_server_that_is_not_in_the_capture_is_named() -> None:
    document = json.loads(run("analyze", STORM, "--server", "192.0.2.77", "--json", "-").stdout)
    assert document["verdict"]["sentence"].startswith("No TCP connection to 192.0.2.77 at port 80 was found")


def test_missing_file_and_empty_folder_are_one_line(tmp_path: Path) -> None:
    assert "nowhere.pcap" in one_line(run("analyze", tmp_path / "nowhere.pcap"))
    assert str(tmp_path) in one_line(run("analyze", tmp_path))


def test_a_cut_capture_is_read_to_the_cut_and_every_output_warns(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(STORM.read_bytes()[:-7])
    result = run(
        "analyze", path, "--json", tmp_path / "r.json", "--markdown", tmp_path / "r.md", "--html", tmp_path / "r.html"
    )
    assert result.returncode == 0, result.stderr
    document = json.loads((tmp_path / "r.json").read_text())
    whole = json.loads(run("analyze", STORM, "--json", "-").stdout)
    assert document["inputs"][0]["truncated"] is True
    assert document["inputs"][0]["packets"] == whole["inputs"][0]["packets"] - 1
    for output in (result.stdout.decode(), (tmp_path / "r.md").read_text(), (tmp_path / "r.html").read_text()):
        assert "cut" in output or "truncated" in output


def test_an_absurd_packet_length_ends_in_a_warning_or_one_line(tmp_path: Path) -> None:
    content = bytearray(HEALTHY.read_bytes())
    content[24 + 8 : 24 + 12] = struct.pack("<I", 0x7FFFFFFF)
    path = tmp_path / "absurd.pcap"
    path.write_bytes(content)
    result = run("analyze", path)
    assert result.returncode in (0, 2)
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--port", "0"],
        ["--port", "http"],
        ["--limit", "0"],
        ["--window", str(10**17)],
        ["--max-connections", "many"],
        ["--tz", "Mars/Olympus"],
        ["--tz", "a" * 5000],
        ["--server", "ca"],
        ["--colour"],
        ["--fail-on", "doom"],
        ["--verify", "--json", "-"],
    ],
)
def test_options_that_make_no_sense_are_refused_in_one_line(options: list[str]) -> None:
    assert options[0] in one_line(run("analyze", HEALTHY, *options))


@pytest.mark.parametrize("arguments", [[], ["analyse"], ["analyze", "--verify"], ["packet", HEALTHY, "0"]])
def test_a_command_that_is_none_or_not_whole_is_one_line(arguments: list[str | Path]) -> None:
    one_line(run(*arguments))


def test_evidence_is_never_overwritten(tmp_path: Path) -> None:
    configuration = tmp_path / "ca.txt"
    configuration.write_text("hostname CA\n")
    line = one_line(run("analyze", HEALTHY, "--config", configuration, "--markdown", configuration, "--force"))
    assert "input" in line
    assert configuration.read_text() == "hostname CA\n"


@pytest.mark.parametrize("output", ["--json", "--html", "--markdown"])
def test_a_full_disk_is_one_line_that_names_the_file(output: str) -> None:
    result = run("analyze", HEALTHY, output, "/dev/full")
    assert result.returncode == 2
    assert result.stderr == b"pcapinspect: /dev/full: No space left on device\n"


@pytest.mark.parametrize(("closed", "said"), [(">&-", b"pcapinspect: standard output is closed\n"), ("2>&-", b"")])
def test_closed_outputs_are_no_traceback(closed: str, said: bytes) -> None:
    program = f"{sys.executable} -m pcapinspect analyze {HEALTHY} {closed}"
    result = subprocess.run(["/bin/sh", "-c", program], capture_output=True, timeout=60, check=False)
    assert result.stderr == said
    assert (result.returncode, bool(result.stdout)) == ((2, False) if said else (0, True))


@pytest.mark.parametrize("name", [b"a\x1b[2Jb\n.pcap", b"caf\xe9 \\ 'x'.pcap", b"$'a'", b"-w.pcap\x07"])
def test_a_name_acts_on_nothing_and_commands_name_its_file(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118 - bytes
    Path(os.fsdecode(path)).write_bytes(STORM.read_bytes())
    outputs = [part for kind in ("html", "csv", "json") for part in (f"--{kind}", tmp_path / f"out.{kind}")]
    result = run("analyze", os.fsdecode(path), *outputs)
    assert result.returncode == 0, result.stderr
    shown = [result.stdout, (tmp_path / "out.html").read_bytes(), (tmp_path / "out.csv/connections.csv").read_bytes()]
    assert not any(byte in text for text in shown for byte in (b"\x1b", b"\x07", b"\xe9 "))
    command = next(line for line in result.stdout.decode().splitlines() if "pcapinspect extract" in line)
    words = subprocess.run(["bash", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True).stdout
    assert words.split(b"\0")[2] == path


def test_a_closed_pipe_is_no_error() -> None:
    program = f"{sys.executable} -m pcapinspect analyze {STORM} --json - | head -c 10"
    result = subprocess.run(["/bin/sh", "-c", program], capture_output=True, timeout=60, check=False)
    assert result.stderr == b""


def test_a_named_pipe_gives_the_same_as_the_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["/bin/sh", "-c", f"gzip -c {HEALTHY} > {pipe}"]) as writer:
        by_pipe = json.loads(run("analyze", pipe, "--json", "-").stdout)
    assert writer.returncode == 0
    by_path = json.loads(run("analyze", HEALTHY, "--json", "-").stdout)
    for part in ("servers", "operations", "clients", "capture"):
        assert json.dumps(by_path[part]).replace(str(HEALTHY), str(pipe)) == json.dumps(by_pipe[part])


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["analyse", "x.pcap"], "analyze"), (["analyze", "x.pcap", "--jsn", "f"], "--json"), (["rendr", "x"], "render")],
)
def test_a_word_that_was_meant_is_named(words: list[str], meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert f", perhaps {meant} (" in capsys.readouterr().err


def test_nothing_is_guessed_of_what_is_like_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "x.pcap", "--qqqq"]) == 2
    assert "perhaps" not in capsys.readouterr().err

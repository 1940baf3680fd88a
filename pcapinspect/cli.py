"""The spine of the command line: it finds the command, runs it, and turns errors into one line and exit code 2."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

from pcapinspect import __version__
from pcapinspect.errors import OutputError, PcapInspectError, UsageError
from pcapinspect.process import ENDING, Terminated, handling, set_up, terminate

COMMANDS = (
    "analyze",
    "render",
    "extract",
    "timers",
    "simulate",
    "packet",
    "compare",
    "watch",
    "plan",
    "explain",
    "schema",
    "warm",
)
"""Each is the module `pcapinspect.commands.<name>` with HELP, `add_arguments` and `run`."""

INVALID_CHOICE = re.compile(r"invalid choice: '(.*?)' \(choose from (.*)\)")
"""What argparse says of a word that is none of those it knows."""

EXIT_ERROR = 2
MOST_SAID = 500
"""Letters of an unforeseen error: a library may put a whole file into its message."""

EXIT_BROKEN_PIPE = 128 + 13
"""As a shell tells of a program that SIGPIPE ended."""


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong with the options in one line, as every other error is said."""

    def error(self, message: str) -> NoReturn:
        wrong = INVALID_CHOICE.search(message)
        hint = perhaps(wrong[1], wrong[2].replace("'", "").split(", ")) if wrong else ""
        raise UsageError(f"{message}{hint} (see {self.prog} --help)")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands. Command modules import nothing heavy until they run."""
    parser = OneLineParser(
        prog="pcapinspect",
        description="Says from a capture whether a Cisco IOS PKI server is dropping connections, "
        "since when, why, which requests cause it, and what to change.",
        epilog="pcapinspect COMMAND --help tells more of each command.",
    )
    parser.add_argument("--version", action="version", version=f"pcapinspect {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"pcapinspect.commands.{name}")
        subparser = subparsers.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    return parser


def perhaps(word: str, known: Sequence[str]) -> str:
    """`, perhaps analyze`: the word that was meant, if one is like it."""
    return "".join(f", perhaps {meant}" for meant in get_close_matches(word, known, n=1))


def known_options(parser: argparse.ArgumentParser, command: str) -> list[str]:
    """The options of a command."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return list(action.choices[command]._option_string_actions)
    return []


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns its exit code: 0 done, 1 a finding reached `--fail-on`, 2 an error."""
    if sys.stderr is None:
        # Closed by the caller (2>&-): Python's print would then talk on standard output.
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    try:
        with handling(terminate, *ENDING):
            return _run(arguments)
    except PcapInspectError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is left to say, and the exit must not say it either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}")
    except Terminated as end:
        return 128 + end.number
    except Exception as error:
        return _unforeseen(error)


def _run(arguments: Sequence[str] | None) -> int:
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    set_up()
    parser = build_parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        known = known_options(parser, options.command)
        hint = perhaps(unknown[0].partition("=")[0], known) if unknown[0].startswith("-") else ""
        raise UsageError(
            f"unrecognized arguments: {' '.join(unknown)}{hint} (see pcapinspect {options.command} --help)"
        )
    options.command_line = ["pcapinspect", *(sys.argv[1:] if arguments is None else arguments)]
    code: int = options.run(options)
    sys.stdout.flush()
    return code


def _unforeseen(error: Exception) -> int:
    """The last resort. Python's own exit code for it is 1, which would tell a caller that a finding was reached."""
    if os.environ.get("PCAPINSPECT_DEBUG"):
        from traceback import print_exception

        print_exception(error)
    if isinstance(error, MemoryError):
        return _fail("there is not enough memory")
    said = f"{type(error).__name__}: {error}"[:MOST_SAID]
    return _fail(f"an error of pcapinspect itself: {said} (PCAPINSPECT_DEBUG=1 tells where)")


def _fail(reason: str) -> int:
    """One line, whatever a file name or a library's message holds."""
    line = "".join(character if character.isprintable() else "?" for character in reason.replace("\n", " "))
    print(f"pcapinspect: {line}", file=sys.stderr)
    return EXIT_ERROR

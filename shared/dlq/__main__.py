"""`python -m shared.dlq list | show | replay`. It asks nothing; `--dry-run` says what a replay would do."""

import asyncio
import logging
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TextIO

from shared.dlq.letters import Letter, Wanted
from shared.dlq.shelf import read_letters, send_back
from shared.dlq.telling import in_a_line, in_full, overview
from shared.errors import DependencyAwayError
from shared.kafkaaccess import KafkaAccess
from shared.kafkaclients import greet
from shared.serversettings import KafkaSettings
from shared.settings import read_settings
from shared.topics import CONSUMING_SERVICES, dead_letters

TOPICS = tuple(dead_letters(service).name for service in CONSUMING_SERVICES)

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 when something was refused, not found or out of reach."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # the person is told the outcome, not each try
    options = build_parser().parse_args(arguments)
    kafka = read_settings(KafkaSettings).kafka
    command: Callable[[KafkaAccess, Namespace], int] = options.command
    try:
        asyncio.run(greet(kafka))
        return command(kafka, options)
    except DependencyAwayError as away:
        say([f"{away}"], to=sys.stderr)
        return 1


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m shared.dlq", description="What no service could handle, and the way back.")
    commands = parser.add_subparsers(required=True, metavar="list | show | replay")
    listing = commands.add_parser("list", help="how many letters there are, by cause")
    listing.set_defaults(command=list_letters)
    showing = commands.add_parser("show", help="one letter in full")
    showing.add_argument("topic", choices=TOPICS, metavar="topic", help=", ".join(TOPICS))
    showing.add_argument("partition", type=int)
    showing.add_argument("offset", type=int)
    showing.set_defaults(command=show_letter)
    _add_replay(commands.add_parser("replay", help="send letters back to the topics they came from"))
    return parser


def _add_replay(parser: ArgumentParser) -> None:
    parser.add_argument("--service", choices=CONSUMING_SERVICES, help="only what this service put aside")
    parser.add_argument("--offset", type=int, help="only the letter at this offset; needs --service")
    parser.add_argument("--error", help="only this error, such as ValueError")
    parser.add_argument("--topic", dest="origin", help="only what came from this topic")
    parser.add_argument("--type", dest="type_name", help="only this type, such as aid.mail-due.v1")
    parser.add_argument("--since", type=moment, help="only what failed since: 30m, 2h, 7d or 2026-11-22T05:00 (UTC)")
    parser.add_argument("--again", action="store_true", help="also what was replayed before")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.set_defaults(command=replay_letters)


def list_letters(kafka: KafkaAccess, _options: Namespace) -> int:
    say(overview(TOPICS, read_letters(kafka, TOPICS)))
    return 0


def show_letter(kafka: KafkaAccess, options: Namespace) -> int:
    for letter in read_letters(kafka, [options.topic]):
        if (letter.partition, letter.offset) == (options.partition, options.offset):
            say(in_full(letter))
            return 0
    say([f"no letter at {options.topic} {options.partition} {options.offset}"], to=sys.stderr)
    return 1


def replay_letters(kafka: KafkaAccess, options: Namespace) -> int:
    """A letter goes back once, unless `--again`: a receipt beside it remembers."""
    if options.offset is not None and options.service is None:
        say(["--offset needs --service: each of them counts its letters for itself"], to=sys.stderr)
        return 2
    topics = [dead_letters(options.service).name] if options.service else TOPICS
    meant = list(filter(wanted(options), read_letters(kafka, topics)))
    fresh = [letter for letter in meant if options.again or not letter.replayed]
    refused = [letter for letter in fresh if letter.refusal]
    returnable = [letter for letter in fresh if not letter.refusal]
    say(f"{in_a_line(letter)}  refused: {letter.refusal}" for letter in refused)
    done = "would go back" if options.dry_run else "sent back"
    gone = returnable if options.dry_run else send_back(kafka, returnable)
    say(f"{in_a_line(letter)}  {done} to {letter.origin}" for letter in gone)
    say([_summary(done, len(returnable), len(refused), len(meant) - len(fresh))])
    return 1 if refused else 0


def _summary(done: str, returned: int, refused: int, before: int) -> str:
    skipped = f", {before} replayed before (--again repeats them)" if before else ""
    return f"{returned} {done}, {refused} refused{skipped}"


def wanted(options: Namespace) -> Callable[[Letter], bool]:
    return Wanted(
        offset=options.offset,
        error=options.error,
        origin=options.origin,
        type_name=options.type_name,
        since=options.since,
    )


def moment(text: str) -> datetime:
    """`2h` ago, or a date and time, in UTC unless it says otherwise; ValueError when it is neither."""
    ago = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if ago:
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    told = datetime.fromisoformat(text)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def say(lines: Iterable[str], to: TextIO | None = None) -> None:
    for line in lines:
        print(line, file=to, flush=True)


if __name__ == "__main__":
    sys.exit(main())

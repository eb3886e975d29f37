"""`python -m deploy.local.down`: stop everything `up` or `run` started and nothing else; the data stays."""

import sys

from deploy.local.artefacts import LOCAL
from deploy.local.failures import told_to_the_person
from deploy.local.homes import alone_in
from deploy.local.processes import Processes
from deploy.local.stack import down


def main() -> None:
    with alone_in(LOCAL):
        down(Processes(LOCAL))


if __name__ == "__main__":
    sys.exit(told_to_the_person(main))

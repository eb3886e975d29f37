"""`python -m deploy.local.run`: the whole system until Ctrl-C."""

import sys

from deploy.local import down
from deploy.local.artefacts import LOCAL
from deploy.local.failures import LocalFailure, told_to_the_person
from deploy.local.processes import Processes
from deploy.local.programs import shown
from deploy.local.up import up


def main() -> None:
    up()
    print("Ctrl-C stops it", flush=True)
    processes = Processes(LOCAL)
    try:
        ended = processes.first_ended()
        raise LocalFailure(f"{ended} ended; read {shown(processes.log(ended))}")
    finally:
        down.main()


if __name__ == "__main__":
    sys.exit(told_to_the_person(main))

"""`python -m deploy.local.up`: the whole system in the background; again: what is missing of it."""

import os
import sys
import time

from deploy.local.artefacts import LOCAL
from deploy.local.failures import told_to_the_person
from deploy.local.homes import alone_in
from deploy.local.plan import Plan
from deploy.local.ports import LOOPBACK
from deploy.local.processes import Processes
from deploy.local.setup import set_up
from deploy.local.stack import Stack


def up() -> Plan:
    plan = Plan.from_environment(LOCAL, os.environ)
    with alone_in(plan.home):
        started = time.monotonic()
        tools = set_up(os.environ)
        say("set-up", time.monotonic() - started)
        Stack(plan, tools, Processes(plan.home), say).up()
    print(f"web form       http://{LOOPBACK}:{plan.ports.web}/")
    print(f"mail catcher   http://{LOOPBACK}:{plan.ports.mail}/", flush=True)
    return plan


def say(what: str, seconds: float) -> None:
    print(f"{what:<18}{seconds:6.1f} s", flush=True)


def main() -> None:
    up()
    print("addresses      . .local/env")
    print("logs           .local/log")
    print("stop it        make down")


if __name__ == "__main__":
    sys.exit(told_to_the_person(main))

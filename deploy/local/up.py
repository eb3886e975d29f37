"""`python -m deploy.local.up`: the whole system in the background; again: what is missing of it."""

import os
import sys

from deploy.local.artefacts import LOCAL
from deploy.local.failures import told_to_the_person
from deploy.local.homes import alone_in
from deploy.local.plan import Plan
from deploy.local.processes import Processes
from deploy.local.setup import set_up
from deploy.local.stack import Stack
from deploy.local.timing import say, timed


def up() -> None:
    plan = Plan.from_environment(LOCAL, os.environ)
    with alone_in(plan.home):
        with timed("set-up"):
            tools = set_up(os.environ)
        Stack(plan, tools, Processes(plan.home), say).up()
    print(f"web form          {plan.web_url}/")
    print(f"mail catcher      {plan.mail_url}/", flush=True)


def main() -> None:
    up()
    print("addresses         . .local/env")
    print("logs              .local/log")
    print("stop it           make down")


if __name__ == "__main__":
    sys.exit(told_to_the_person(main))

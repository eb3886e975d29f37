"""`python -m services.scraper`, and `python -m services.scraper canary`."""

import sys

from services.scraper import canary
from services.scraper.app import NAME, run
from services.scraper.settings import Settings
from shared.process import run_process
from shared.settings import read_settings

if __name__ == "__main__":
    if sys.argv[1:2] == ["canary"]:
        sys.exit(canary.main(sys.argv[2:]))
    settings = read_settings(Settings)
    run_process(NAME, settings, run(settings))

"""`python -m services.gateway`."""

from services.gateway.app import NAME, run
from services.gateway.settings import Settings
from shared.process import run_process
from shared.settings import read_settings

if __name__ == "__main__":
    settings = read_settings(Settings)
    run_process(NAME, settings, run(settings))

"""`python -m services.notifier`."""

from services.notifier.app import NAME, run
from services.notifier.settings import Settings
from shared.process import run_process
from shared.settings import read_settings

if __name__ == "__main__":
    settings = read_settings(Settings)
    run_process(NAME, settings, run(settings))

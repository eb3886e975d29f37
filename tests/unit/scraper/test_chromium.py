import os
from pathlib import Path

import pytest

from services.scraper.chromium import local_options

HERE = Path("/nowhere")


def _as(user: int, monkeypatch: pytest.MonkeyPatch, *, sandbox: bool) -> bool:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    return "--no-sandbox" not in local_options(HERE, HERE, sandbox=sandbox).arguments


def test_chromium_has_its_sandbox_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _as(10001, monkeypatch, sandbox=True)
    assert not _as(10001, monkeypatch, sandbox=False)


def test_root_has_no_sandbox_whatever_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _as(0, monkeypatch, sandbox=True)

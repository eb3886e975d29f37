from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local.artefacts import made_once
from deploy.local.waiting import wait_until


class Maker:
    """Counts how often it was asked; fails in the middle while told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.failing = False

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        (folder / f"half-{self.calls}").touch()
        if self.failing:
            raise KeyboardInterrupt
        (folder / "whole").touch()


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "pom.xml"
    path.write_text("version 1")
    return path


def test_what_is_finished_is_not_made_again(tmp_path: Path, recipe: Path) -> None:
    maker = Maker()

    folder = made_once(tmp_path / "lib" / "kafka", recipe=recipe, make=maker)
    made_once(folder, recipe=recipe, make=maker)

    assert maker.calls == 1
    assert (folder / "whole").exists()


def test_what_was_interrupted_is_made_anew_without_its_remains(tmp_path: Path, recipe: Path) -> None:
    maker, folder = Maker(), tmp_path / "lib"
    maker.failing = True
    with pytest.raises(KeyboardInterrupt):
        made_once(folder, recipe=recipe, make=maker)
    maker.failing = False

    made_once(folder, recipe=recipe, make=maker)

    assert sorted(path.name for path in folder.iterdir()) == [".complete", "half-2", "whole"]


def test_another_recipe_makes_it_anew(tmp_path: Path, recipe: Path) -> None:
    maker, folder = Maker(), tmp_path / "lib"
    made_once(folder, recipe=recipe, make=maker)
    recipe.write_text("version 2")

    made_once(folder, recipe=recipe, make=maker)

    assert maker.calls == 2


def test_two_at_once_make_it_once(tmp_path: Path, recipe: Path) -> None:
    maker, folder = Maker(), tmp_path / "lib"
    waiting: list[int] = []

    def slow(made: Path) -> None:
        wait_until(lambda: len(waiting) == 2, patience=5)
        maker(made)

    def make() -> None:
        waiting.append(1)
        made_once(folder, recipe=recipe, make=slow)

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(make), pool.submit(make)]:
            done.result()

    assert maker.calls == 1

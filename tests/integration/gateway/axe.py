"""Accessibility as axe-core judges it, in the page that is open."""

from functools import cache
from importlib.resources import files

from selenium.webdriver import Chrome

ALL = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
"""What can differ between two looks of the same page."""

# Hundreds of time zones, one like the other, would take most of the time.
_RUN = """
const [rules, done] = arguments;
const options = { runOnly: rules, rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] };
axe.run({ exclude: ["optgroup"] }, options).then(({ violations }) => done(violations));
"""


@cache
def _script() -> str:
    return files("selenium_axe_python").joinpath("axe-core/axe.min.js").read_text("utf-8")


def violations_of(chrome: Chrome, rules: tuple[str, ...] = ALL) -> list[str]:
    """What is wrong with which element; `rules` are names of rules, or tags.

    The driver runs the script beside the page: its policy is not asked.
    """
    if chrome.execute_script("return typeof axe") == "undefined":
        chrome.execute_script(_script())
    return [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for violation in chrome.execute_async_script(_RUN, rules)
        for node in violation["nodes"]
    ]

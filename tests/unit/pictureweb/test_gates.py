import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, CookieJar

from tests.pictureweb.site import PictureWeb


@pytest.fixture
async def browser(site: PictureWeb) -> AsyncIterator[ClientSession]:
    """Keeps cookies, on an address as well."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


@pytest.mark.parametrize("answer", ["reject", "accept"])
async def test_consent_is_asked_once_for_a_query(site: PictureWeb, browser: ClientSession, answer: str) -> None:
    search = f"{site.google_url}/search?q=cats+gate:consent&udm=2"
    async with browser.get(search) as asked:
        text = await asked.text()
    assert asked.url.path == "/consent/m"
    assert 'aria-label="Reject all"' in text

    async with browser.post(
        f"{site.google_url}/consent/{answer}", data={"continue": asked.url.query["continue"]}
    ) as back:
        assert '"2003":[' in await back.text()
    async with browser.get(search) as again:
        assert again.url.path == "/search"
    async with browser.get(search.replace("cats", "dogs")) as other:
        assert other.url.path == "/consent/m"


async def test_the_consent_dialog_lies_over_the_results(site: PictureWeb, browser: ClientSession) -> None:
    search = f"{site.google_url}/search?q=cats+gate:consent-dialog"
    async with browser.get(search) as page:
        text = await page.text()
    for part in ('id="W0wltc"', 'id="L2AGLb"', '"2003":['):
        assert part in text

    async with browser.post(f"{site.google_url}/consent/reject", data={"continue": search}) as after:
        assert "W0wltc" not in await after.text()


async def test_the_block_page_is_a_redirect_with_the_known_words(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(f"{site.google_url}/search?q=cats+gate:sorry") as page:
        text = await page.text()

    assert [step.status for step in page.history] == [302]
    assert page.url.path == "/sorry/index"
    assert page.status == 429
    assert "Our systems have detected unusual traffic from your computer network." in text


async def test_a_gate_can_close_while_scrolling(site: PictureWeb, client: ClientSession) -> None:
    url = f"{site.google_url}/search?q=cats+gate:sorry+from:200"

    for start, status in ((0, 200), (100, 200), (200, 429)):
        async with client.get(url + (f"&vet=1&start={start}" if start else "")) as answer:
            assert answer.status == status


async def test_the_bare_refusal_is_a_stub(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(f"{site.google_url}/search?q=cats+gate:429") as answer:
        text = await answer.text()

    assert answer.status == 429
    assert len(text) < 2000
    assert "/sorry/" in text


async def test_the_script_shell_is_no_result_page(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(f"{site.google_url}/search?q=cats+gate:shell") as answer:
        text = await answer.text()

    assert 90_000 <= len(text) <= 96_000
    assert "<title>Google Search</title>" in text
    assert "emsg=SG_REL" in text
    assert "data-ved" not in text


@pytest.mark.parametrize("form", ["consent", "consent-ml"])
async def test_either_form_of_consent_leads_back_to_the_search(
    site: PictureWeb, browser: ClientSession, form: str
) -> None:
    async with browser.get(f"{site.google_url}/search?q=cats+gate:{form}") as asked:
        text = await asked.text()
    action = re.search(r'<form action="(/consent/reject)"', text)
    assert action
    assert 'aria-label="Reject all"' in text

    async with browser.post(site.google_url + action[1], data={"continue": asked.url.query["continue"]}) as back:
        assert back.url.path == "/search"
        assert '"2003":[' in await back.text()


async def test_consent_can_be_asked_in_a_frame(site: PictureWeb, browser: ClientSession) -> None:
    search = f"{site.google_url}/search?q=cats+gate:consent-frame"
    async with browser.get(search) as page:
        frame = re.search(r'<iframe[^>]* src="(/consent/ml\?[^"]+)"', await page.text())
    assert frame

    async with browser.get(site.google_url + frame[1]) as inside:
        assert 'target="_top"' in await inside.text()
    async with browser.post(f"{site.google_url}/consent/reject", data={"continue": search}) as back:
        assert "<iframe" not in await back.text()


async def test_a_badge_lies_over_results_and_asks_nothing(site: PictureWeb, client: ClientSession) -> None:
    async with client.get(f"{site.google_url}/search?q=cats+gate:badge") as page:
        text = await page.text()

    assert "grecaptcha-badge" in text
    assert '"2003":[' in text


@pytest.mark.parametrize(("gate", "status"), [("stub", 200), ("captcha", 200), ("429", 429)])
async def test_a_wall_may_have_any_status(site: PictureWeb, client: ClientSession, gate: str, status: int) -> None:
    async with client.get(f"{site.google_url}/search?q=cats+gate:{gate}") as page:
        text = await page.text()

    assert page.status == status
    assert '"2003":[' not in text
    assert "/sorry/" in text

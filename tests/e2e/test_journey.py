from pathlib import Path

import pytest

from deploy.local.journey import Form, Wish, fetch_zip, wait_for_link, wait_for_start
from deploy.local.mailbox import Mailbox
from deploy.local.stack import Stack
from deploy.local.zips import check_zip

pytestmark = pytest.mark.e2e


def test_a_person_gets_the_pictures_asked_for(stack: Stack, tmp_path: Path) -> None:
    wish = Wish(query="red pandas", images=60, email="journey@example.com")
    mailbox = Mailbox(stack.plan.mail_url, wish.email)

    with Form.opened(stack.plan.web_url, stack.tools.chromium) as form:
        form.submit(wish)
    wait_for_start(mailbox)
    fetch_zip(wait_for_link(mailbox), tmp_path / "pictures.zip")

    check_zip(tmp_path / "pictures.zip", pictures=60)

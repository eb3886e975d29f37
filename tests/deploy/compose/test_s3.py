from dataclasses import replace
from pathlib import Path

from deploy.local.journey import wait_for_link
from deploy.local.timing import timed
from deploy.local.web import OPENER
from tests.deploy.compose.asking import ask
from tests.deploy.compose.system import System


def test_archives_lie_in_a_bucket_where_that_is_chosen(system: System, tmp_path: Path) -> None:
    with_bucket = replace(system, profiles=("pictureweb", "s3"))
    with timed("up with s3"):
        with_bucket.up()
    job = ask(with_bucket, query="sea otters", images=20, email="bucket@example.com")
    job.ends_well(tmp_path)
    with OPENER.open(wait_for_link(with_bucket.mailbox(job.email), patience=5), timeout=20) as answer:
        assert answer.url.startswith(f"http://localhost:{system.s3_port}/archives/jobs/")

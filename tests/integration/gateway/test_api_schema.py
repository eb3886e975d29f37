"""The API against its own OpenAPI document, on real servers: requests that it allows, and requests that it forbids."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.gateway.api.openapi import describe
from tests.integration.conftest import Backbone
from tests.integration.gateway.gateways import Gateway, serving_gateway

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:Do not use the `random` module"),  # the gateway beside it does
]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""What a schema allows may still be refused: it does not know what has passed. That is tested where fields are read."""

EXAMPLES = 40
SECONDS = 10
NO_END = {"api_events"}
"""Answered as long as the job lives."""


@pytest.fixture(scope="module")
async def gateway(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    async with serving_gateway(backbone, tmp_path_factory.mktemp("archives")) as gateway:
        yield gateway


SCHEMA = schemathesis.openapi.from_dict(describe("http://pictures.example", most_images=500))
OPERATIONS = {
    each.ok().definition.raw["operationId"]: each.ok() for each in SCHEMA.get_all_operations() if isinstance(each, Ok)
}


def address_of(gateway: Gateway) -> str:
    assert gateway.visitor._base_url
    return str(gateway.visitor._base_url)


async def tokens_of(gateway: Gateway) -> dict[str, list[str]]:
    """By parameter: a job that waits, one that has ended, and one that is gone."""
    waiting, failed, gone = uuid4(), uuid4(), uuid4()
    await gateway.put_row(waiting, due_at=datetime.now(UTC) + timedelta(days=1), submitted_at=datetime.now(UTC))
    await gateway.put_row(failed, state="failed", reason="blocked", refused={"html": 3}, kept=0, found=3)
    await gateway.put_row(gone, state="expired")
    jobs, links = (waiting, failed, gone), gateway.desk.links
    downloads = [links.download(job).rpartition("/")[2] for job in jobs]
    return {"status": [links.status_token(job) for job in jobs], "download": downloads}


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - NO_END))
async def test_every_answer_to_what_is_allowed_is_one_that_is_described(gateway: Gateway, name: str) -> None:
    tokens = await tokens_of(gateway)
    server = address_of(gateway)

    def check(case: Case[Any]) -> None:
        _lead_somewhere(case, tokens)
        case.validate_response(case.call(base_url=server, timeout=SECONDS), checks=CHECKS)

    await asyncio.to_thread(_for_many, OPERATIONS[name], GenerationMode.POSITIVE, check)


@pytest.mark.parametrize("name", ["api_submit", "api_reschedule"])
async def test_what_is_forbidden_is_refused(gateway: Gateway, name: str) -> None:
    tokens = {parameter: known[:1] for parameter, known in (await tokens_of(gateway)).items()}
    server = address_of(gateway)

    def check(case: Case[Any]) -> None:
        _lead_somewhere(case, tokens)
        response = case.call(base_url=server, timeout=SECONDS)
        case.validate_response(response, checks=[*CHECKS, negative_data_rejection])

    await asyncio.to_thread(_for_many, OPERATIONS[name], GenerationMode.NEGATIVE, check)


def _lead_somewhere(case: Case[Any], tokens: Mapping[str, list[str]]) -> None:
    """Every other made-up token is replaced by one of ours."""
    for parameter, made_up in case.path_parameters.items():
        known = tokens[parameter]
        if len(str(made_up)) % 2:
            case.path_parameters[parameter] = known[len(str(made_up)) % len(known)]


def _for_many(operation: Any, mode: GenerationMode, check: Callable[[Case[Any]], None]) -> None:
    run = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run(given(case=operation.as_strategy(generation_mode=mode))(check))()

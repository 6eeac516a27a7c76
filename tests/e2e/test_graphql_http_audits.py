"""The audits of GraphQL over HTTP of the package graphql-http, against the running gateway."""

import pytest

from tests.e2e.conftest import RunClient


@pytest.mark.node
def test_all_audits_pass(run_client: RunClient, gateway: str) -> None:
    audits = run_client("audits.mjs", gateway)

    assert audits["failed"] == []
    assert audits["total"] >= 60  # that is all of version 1.22.4

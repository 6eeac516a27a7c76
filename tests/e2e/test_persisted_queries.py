"""Persisted queries over GET with the client libraries that have them."""

import pytest

from tests.e2e.conftest import RunClient


@pytest.mark.node
def test_apollo_and_urql_send_a_text_once_and_then_its_hash_by_get(run_client: RunClient, gateway: str) -> None:
    for name, seen in run_client("persisted.mjs", gateway).items():
        first, registered, *later = seen["requests"]

        assert seen["names"] == ["Kynda Coffee"] * 2, name
        assert (first["sendsText"], registered["sendsText"]) == (False, True), name
        assert [(each["method"], each["sendsText"]) for each in later] == [("GET", False)], name
        assert later[0]["cacheControl"].startswith("public"), name

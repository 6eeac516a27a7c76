"""What the gateway prints when it starts to listen."""

import re

from edge.announcements import of_gateway
from edge.settings import read_settings
from tests.serving import GivenSettings


def test_the_start_on_the_sandbox_names_each_page_and_the_staff_token() -> None:
    lines = of_gateway(read_settings(GivenSettings, port=8077))

    assert set(re.findall(r"http://localhost:8077(/\S+)", lines.replace(",", " "))) == {
        "/graphql",
        "/schema.graphql",
        "/health",
        "/sandbox",
        "/staff",
        "/sandbox/checkout/example?key=example",
    }
    assert "staff token sandbox-staff" in lines


def test_the_sandbox_runs_in_one_process_and_says_so() -> None:
    text = of_gateway(read_settings(GivenSettings, workers=2))

    assert "workers: 1, because the sandbox is in the memory of one process" in text
    assert "without REDIS_URL" not in text

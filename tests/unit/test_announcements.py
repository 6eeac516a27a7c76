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

"""Fixtures of gateway tests: a new sandbox at a fixed time, and the gateway over it."""

from collections.abc import AsyncIterator

import pytest

from app import Sandbox
from tests.serving import Served, sandbox_at_noon, serving


@pytest.fixture
def sandbox() -> Sandbox:
    """The coffee shop, its faults switched off and its log empty."""
    return sandbox_at_noon()


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[Served]:
    """The gateway over `sandbox`, with default settings."""
    async with serving(sandbox) as served:
        yield served

"""Fixtures of tests of the sandbox's shoppers."""

import pytest

from sandbox.store import Store
from tests.conftest import Run
from tests.unit.storefront_calls import Storefront


@pytest.fixture
def shop(run: Run, store: Store) -> Storefront:
    """Calls of one shopper to the Storefront stand-in over `store`."""
    return Storefront(run, store)

"""The gateway's own Storefront documents against the official schema."""

import pytest
from graphql import parse, validate

from clients.contracts import storefront_schema
from clients.storefront.documents import DOCUMENTS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_our_documents_fit_the_official_schema(name: str) -> None:
    assert validate(storefront_schema(), parse(DOCUMENTS[name])) == []

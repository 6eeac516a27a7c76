"""The schemas that the Shopify stand-ins share: built once per process, and no store's answers are in them."""

import pytest
from graphql import GraphQLError

from sandbox.admin.resolvers import admin_schema
from sandbox.app import build_store
from sandbox.execution import ExecutableSchema, formatted_error
from sandbox.storefront.execution import Visit, execute
from sandbox.storefront.resolvers import storefront_schema

TITLE = '{ product(handle: "latte") { title } }'


def test_a_schema_is_built_once_per_process() -> None:
    assert storefront_schema() is storefront_schema()
    assert admin_schema() is admin_schema()


def test_stores_that_share_a_schema_answer_from_their_own_records() -> None:
    one, other = build_store(), build_store()
    latte = one.product_by_handle("latte")
    assert latte is not None
    latte.title = "Changed"
    answers = [execute(storefront_schema(), TITLE, None, None, Visit(store)).data for store in (one, other)]
    assert answers == [{"product": {"title": "Changed"}}, {"product": {"title": "Latte"}}]


def test_a_field_with_two_resolvers_is_refused() -> None:
    table = {"Shop": {"name": lambda *_: "Kynda"}}
    with pytest.raises(AssertionError, match=r"Shop\.name has two resolvers"):
        ExecutableSchema("storefront", [table, table])


def test_a_resolver_for_an_unknown_field_is_refused() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        ExecutableSchema("storefront", [{"Shop": {"nonsense": lambda *_: None}}])


def test_an_invalid_document_is_answered_with_its_errors_each_time() -> None:
    schema = storefront_schema()
    first, second = schema.document("{ nonsense }"), schema.document("{ nonsense }")
    assert isinstance(first, list)
    assert first is second


def test_an_unexpected_failure_of_a_resolver_is_masked() -> None:
    failure = formatted_error(GraphQLError("secret", original_error=ValueError("secret")), "request-1")
    assert "secret" not in failure["message"]
    assert failure["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "request-1"}
    refusal = formatted_error(GraphQLError("Say why.", extensions={"code": "NOT_FOUND"}), "request-1")
    assert (refusal["message"], refusal["extensions"]) == ("Say why.", {"code": "NOT_FOUND"})

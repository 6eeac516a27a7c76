"""What another schema of Storefront does to operations."""

from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, print_schema

from clients.contracts import storefront_schema, storefront_schema_of, storefront_versions
from clients.storefront.documents import DOCUMENTS
from schema.execution.limits import DocumentLimits
from schema.execution.plan import Planner
from schema.forecast import Document, Forecast, Outlook, forecasts
from schema.graph import public_graph, staff_graph

PLANNER = Planner(
    public=public_graph(), staff=staff_graph, limits=DocumentLimits(), max_plan_bytes=10_000_000, compiles=False
)


def changed(before: str, after: str) -> GraphQLSchema:
    """The official schema with one change in its text."""
    text = print_schema(storefront_schema())
    assert text.count(before) == 1, before
    return build_schema(text.replace(before, after), assume_valid=True)


def forecast(target: GraphQLSchema, *texts: str) -> list[Forecast]:
    documents = [Document("a.graphql", text) for text in texts]
    _, found = forecasts(documents, PLANNER, storefront_schema(), target)
    return found


def outlooks(found: list[Forecast]) -> list[tuple[str, str]]:
    return [(each.outlook.value, each.operation) for each in found]


def without_field(owner: str, field: str) -> GraphQLSchema:
    schema = build_schema(print_schema(storefront_schema()), assume_valid=True)
    fields: dict[str, Any] = schema.type_map[owner].fields  # type: ignore[attr-defined]
    del fields[field]
    return schema


def test_an_operation_breaks_with_a_field_that_is_gone() -> None:
    found = forecast(
        without_field("Product", "vendor"), 'query A { product(handle: "a") { vendor } }', "{ shop { name } }"
    )

    assert outlooks(found) == [("BREAKS", "A")]
    assert "'vendor'" in found[0].message


def test_an_operation_breaks_when_a_gateway_field_of_it_needs_a_field_that_is_gone() -> None:
    found = forecast(without_field("Product", "tags"), 'query A { product(handle: "a") { isFeatured } }')

    assert outlooks(found) == [("BREAKS", "A")]
    assert "'tags'" in found[0].message


@pytest.mark.parametrize(
    ("before", "after", "query"),
    [
        (
            "enum ProductSortKeys {",
            "enum ProductSortKeys { GONE",
            "query A { products(first: 1, sortKey: PRICE) { nodes { id } } }",
        ),
    ],
)
def test_nothing_breaks_when_a_schema_only_grows(before: str, after: str, query: str) -> None:
    assert forecast(changed(before, after), query) == []


def test_an_operation_breaks_with_an_argument_that_becomes_required() -> None:
    target = changed("product(handle: String, id: ID): Product", "product(handle: String!, id: ID): Product")

    assert outlooks(forecast(target, 'query A { product(id: "1") { id } }')) == [("BREAKS", "A")]


def test_deprecated_fields_are_named_with_their_reasons() -> None:
    found = forecast(storefront_schema(), 'query A { productByHandle(handle: "a") { id } }')

    assert outlooks(found) == [("DEPRECATED", "A")]
    assert "Use `product` instead." in found[0].message


def test_a_mistake_that_is_already_refused_is_not_reported_again() -> None:
    assert forecast(without_field("Product", "vendor"), "{ shop { nonsense } }") == []


def test_each_operation_of_a_document_has_its_own_forecast() -> None:
    text = 'query A { product(handle: "a") { ...P } } query B { shop { name } } fragment P on Product { vendor }'
    count, found = forecasts([Document("a", text)], PLANNER, None, without_field("Product", "vendor"))

    assert (count, outlooks(found)) == (2, [("BREAKS", "A")])


@pytest.mark.parametrize("text", ["{", "{ next { inventory { tracked } } }"])
def test_an_operation_that_the_gateway_refuses_is_named(text: str) -> None:
    assert [each.outlook for each in forecast(storefront_schema(), text)] == [Outlook.REFUSED]


def test_the_versions_of_the_package_are_known() -> None:
    assert storefront_versions() == ["2025-10", "2026-01", "2026-04", "2026-07", "2026-10", "unstable"]
    assert storefront_schema_of("2026-10") is storefront_schema()
    assert storefront_schema_of("2031-01") is None
    schemas = [storefront_schema_of(version) for version in storefront_versions()]
    assert len({print_schema(schema) for schema in schemas if schema is not None}) == 6


def test_the_gateways_own_operations_outlive_every_known_version() -> None:
    documents = [Document(name, text) for name, text in DOCUMENTS.items()]
    for version in storefront_versions():
        target = storefront_schema_of(version)
        assert target is not None
        assert forecasts(documents, PLANNER, storefront_schema(), target) == (len(DOCUMENTS), []), version

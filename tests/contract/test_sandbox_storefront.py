"""Storefront's stand-in against the official schema: every root field works, and every field has data somewhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, execute_sync, parse

from sandbox.app import build_store
from sandbox.clock import Clock
from sandbox.execution import read_field, type_name
from sandbox.records import Metafield
from sandbox.store import Store
from sandbox.storefront.customer_access import multipass_token
from sandbox.storefront.execution import Visit
from sandbox.storefront.resolvers import storefront_schema
from tests.conftest import NOW
from tests.contract.storefront_steps import CHANGES, QUERIES, Step
from tests.contract.storefront_walk import Walk, first_value, nullable

# Fields that have no value anywhere in the sandbox, and why.
ALWAYS_NULL: dict[str, str] = {
    "CartCost.totalDutyAmount": "duties are worked out at checkout",
    "CartCost.totalTaxAmount": "taxes are worked out at checkout",
    "CartEstimatedCost.totalDutyAmount": "duties are worked out at checkout",
    "CartEstimatedCost.totalTaxAmount": "taxes are worked out at checkout",
    "ComponentizableCartLine.sellingPlanAllocation": "the shop sells no bundle by subscription",
    "Image.thumbhash": "drawings have no blurred stand-in",
    "SellingPlanPriceAdjustment.orderCount": "the shop's plans lower every delivery alike",
    "ShopPayPaymentRequest.shippingAddress": "it is typed on Shop Pay's own page",
}
# Types that no answer of the sandbox holds, and why.
NEVER_REACHED: dict[str, str] = {
    "ShopPayPaymentRequestContactField": "it is typed on Shop Pay's own page",
    "SellingPlanFixedAmountPriceAdjustment": "the shop's plans take a percentage off",
    "SellingPlanFixedPriceAdjustment": "the shop's plans take a percentage off",
}


class Journey:
    """All steps, run on one store; `walk` has seen the answers, `failed` holds the steps that had errors."""

    def __init__(self) -> None:
        self.schema = storefront_schema().schema
        self.store = build_store(Clock(lambda: NOW))
        self.walk = Walk(self.schema, arguments(self.store))
        self.failed: dict[str, Any] = {}
        self._kept = known_numbers(self.store)
        for step in (*QUERIES, *CHANGES):
            self._take(step)

    def _take(self, step: Step) -> None:
        root = self.schema.query_type if step.kind == "query" else self.schema.mutation_type
        assert root is not None
        prepare(self.store, self._kept)
        call = step.call % self._kept
        document = f"{step.kind} {{ {call} {self.walk.selection(root.fields[step.root], step.levels, step.times)} }}"
        # Made from the schema, so valid: validating thousands of fields would take most of the time.
        result = execute_sync(
            self.schema,
            parse(document, no_location=True),
            context_value=Visit(self.store),
            field_resolver=read_field,
            type_resolver=type_name,
        )
        if result.errors:
            self.failed[call] = [f"{error.path}: {error.message}" for error in result.errors]
        self.walk.note(result.data)
        for key, name in step.keeps.items():
            self._kept[name] = first_value(result.data, key)
            assert self._kept[name] is not None, f"{call} answers no {key}"


def prepare(store: Store, kept: dict[str, Any]) -> None:
    """Keeps Cleo's invitation open, and the link of the last mail at hand."""
    cleo = store.customers[7_100_000_003]
    cleo.activation_token, cleo.password = "0123456789abcdef", None
    if store.mails:
        kept["reset_url"] = store.mails[-1].url
        kept["reset_token"] = store.mails[-1].url.rsplit("/", 1)[1]


def known_numbers(store: Store) -> dict[str, Any]:
    """Variants that the steps buy, and a Multipass token."""

    def variant(handle: str) -> int:
        product = store.product_by_handle(handle)
        assert product is not None
        return product.variants[0].id

    marked_down = next(variant for variant in store.variants.values() if variant.compare_at_price)
    return {
        "latte": variant("latte"),
        "beans": variant("kynda-house-blend"),
        "kit": variant("home-brewing-kit"),
        "marked_down": marked_down.id,
        "multipass": multipass_token({"email": "ada@example.com", "created_at": NOW.isoformat()}),
    }


def arguments(store: Store) -> dict[str, str]:
    """What stands in the brackets of fields that need arguments."""
    pairs = sorted({(value.namespace, value.key) for _, value in metafields_of(store)})
    every = ", ".join(f'{{namespace: "{namespace}", key: "{key}"}}' for namespace, key in pairs)
    given = {
        "identifiers": f"[{every}]",
        "selectedOptions": '[{name: "Size", value: "Small"}, {name: "Milk", value: "Whole"}]',
        "truncateAt": "40",
        "handle": '"water"',
        "key": '"Milk"',
        "page": "1",
        "format": "IMAGE",
        "names": '["Size"]',
        "Metaobject.field": 'key: "name"',
        "Image.url": "",
    }
    owners: dict[str, Metafield] = {}
    for owner, value in metafields_of(store):
        owners.setdefault(owner, value)
    for owner, value in owners.items():
        given[f"{owner}.metafield"] = f'namespace: "{value.namespace}", key: "{value.key}"'
    given["Cart.metafield"] = 'namespace: "custom", key: "table"'
    return given


def metafields_of(store: Store) -> Iterator[tuple[str, Metafield]]:
    """Every metafield in the store, with the type of its owner."""
    content = store.content
    owners: list[Any] = [*store.products.values(), *store.variants.values(), *store.collections.values()]
    owners += [*content.pages, *content.articles, *content.blogs, *content.markets, content.shop]
    owners += [*store.locations.values(), *store.customers.values(), *store.orders.values()]
    owners += [*store.companies.values(), *store.company_locations.values()]
    owners += [plan for product in store.products.values() for g in product.selling_plan_groups for plan in g.plans]
    for owner in owners:
        for value in owner.metafields:
            yield type(owner).__name__, value


@pytest.fixture(scope="module")
def journey() -> Journey:
    return Journey()


def output_types(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    roots = {schema.query_type, schema.mutation_type}
    return [
        kind
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__") and kind not in roots
    ]


def test_every_root_field_is_asked(journey: Journey) -> None:
    queries, mutations = journey.schema.query_type, journey.schema.mutation_type
    assert queries is not None
    assert mutations is not None
    steps = (*QUERIES, *CHANGES)

    assert len(queries.fields) == 33
    assert {step.root for step in steps if step.kind == "query"} == queries.fields.keys()
    assert len(mutations.fields) == 35
    assert {step.root for step in steps if step.kind == "mutation"} == mutations.fields.keys()


def test_no_field_yields_an_error(journey: Journey) -> None:
    assert journey.failed == {}


def test_every_type_is_reached_but_those_listed(journey: Journey) -> None:
    missing = {kind.name for kind in output_types(journey.schema)} - journey.walk.reached

    assert missing == NEVER_REACHED.keys()


def test_every_field_has_a_value_somewhere_but_those_listed(journey: Journey) -> None:
    empty = {
        f"{kind.name}.{name}"
        for kind in output_types(journey.schema)
        if kind.name in journey.walk.reached
        for name, field in kind.fields.items()
        if nullable(field.type) and (kind.name, name) not in journey.walk.filled
    }

    assert empty == ALWAYS_NULL.keys()

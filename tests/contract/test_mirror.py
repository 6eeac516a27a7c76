"""The graph against the official Storefront contract, member by member: all of it, unchanged, plus our own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_specified_directive,
    is_specified_scalar_type,
    print_ast,
)
from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from clients.contracts import API_VERSION, storefront_schema
from schema.extensions import ADDED
from schema.graph import Graph, public_graph, staff_graph


def _added(*, staff: bool) -> set[str]:
    """The fields that schema/extensions.py adds to Storefront's types, as `Type.field`."""
    return {
        f"{owner.__name__}.{to_camel_case(field.python_name)}"
        for owner, fields in ADDED.items()
        for field in get_object_definition(fields, strict=True).fields
        if field.metadata["gateway"].staff is staff
    }


OWN_FIELDS = _added(staff=False)
OWN_TYPES = {
    "OrderSystem",
    "SoldOutSource",
    "ShopOrder",
    "ShopOrderEvent",
    "ShopOrderEventKind",
    "ShopOrderLine",
    "ShopOrderParcel",
    "ShopOrderPrint",
    "ShopOrderPrintParcel",
    "ShopOrderStep",
    "ShopOrderTicket",
    "ShopOrderTracking",
    "ShopOrderUnits",
    "TicketStatus",
    "CafeMenu",
    "CafeMenuItem",
    "CafeMenuSection",
    "CafeOrderingState",
    "CartVisitInput",
    "Design",
    "FulfillmentMode",
    "Gateway",
    "InventoryAvailability",
    "InventoryLevel",
    "InventoryLocation",
    "MenuChoice",
    "MenuModifier",
    "MerchandiseSort",
    "Mockup",
    "MockupState",
    "ModifierKind",
    "NoOrdersReason",
    "PrintArea",
    "PrintAvailability",
    "PrintCategory",
    "PrintMeasurement",
    "PrintProduct",
    "PrintRegion",
    "PrintShippingAddress",
    "PrintShippingItem",
    "PrintShippingQuote",
    "PrintShippingRate",
    "PrintShippingSource",
    "PrintSizeGuide",
    "PrintSizeTable",
    "PrintSizeValue",
    "PrintTechnique",
    "PrintVariant",
    "ProductKind",
    "SizeUnit",
    "VariantInventory",
}
STAFF_FIELDS = _added(staff=True) | {
    "ShopOrder.earned",
    "ShopOrder.forwarding",
    "ShopOrder.id",
    "ShopOrder.tags",
    "ShopOrderPrint.cost",
    "ShopOrderPrint.dashboardUrl",
    "ShopOrderPrint.orderId",
    "ShopOrderPrintParcel.returned",
    "ShopOrderTicket.posOrderId",
    "InventoryLevel.committed",
    "InventoryLevel.incoming",
    "InventoryLevel.onHand",
    "PrintArea.additionalPrice",
    "PrintVariant.productionCost",
    "VariantInventory.unitCost",
}
STAFF_TYPES = {
    "AlertsStatus",
    "CdnStatus",
    "HistoryAttempt",
    "HistoryConnection",
    "HistoryMoneyKind",
    "HistoryState",
    "HistoryStatus",
    "MonthMoney",
    "OrderDesk",
    "OrderDeskEntry",
    "OrderDeskList",
    "OrderDeskUrgency",
    "OrderEarned",
    "OrderEarnedWithheld",
    "SetUpFinding",
    "SetUpVerdict",
    "SharedStoreState",
    "SharedStoreStatus",
    "ApiVersionStatus",
    "ForwardCount",
    "GatewayStatus",
    "QueueStatus",
    "StuckOrder",
    "SubscriptionAction",
    "SubscriptionStatus",
    "SubscriptionsStatus",
    "SweepStatus",
    "UpstreamBreaker",
    "UpstreamCapacity",
    "UpstreamStatus",
    "WebhookCount",
    "WebhookSender",
    "ForwardingAttempt",
    "ForwardingPart",
    "ForwardingPreview",
    "ForwardingReadiness",
    "ForwardingResult",
    "ForwardingState",
    "OrderForwarding",
    "PrintItemPreview",
    "PrintOrderPreview",
    "PrintPreview",
    "TicketFulfillment",
    "TicketItemPreview",
    "TicketOrderPreview",
    "TicketPayment",
    "TicketPreview",
    "CacheCounts",
    "CacheKind",
    "CachePolicyCounts",
    "CachePurgePayload",
    "CafeOrdersSwitch",
    "CacheStats",
    "CatalogIssue",
    "CatalogIssueConnection",
    "CatalogIssueSeverity",
    "CatalogRule",
    "Margin",
    "MarginWithheld",
    "PrintCostEstimate",
    "PrintEstimateItem",
    "PrintTemplate",
    "PrintTemplatePage",
}
PAGES = {
    GraphQLObjectType: "objects",
    GraphQLInterfaceType: "interfaces",
    GraphQLUnionType: "unions",
    GraphQLEnumType: "enums",
    GraphQLInputObjectType: "input-objects",
    GraphQLScalarType: "scalars",
}
REFERENCE = f"https://shopify.dev/docs/api/storefront/{API_VERSION}"

Members = dict[str, Any]
"""Where in a schema something stands -> everything that the contract says of it."""


def members(schema: GraphQLSchema) -> Members:
    """A schema taken apart; the standard's own scalars and directives are left out, descriptions too."""
    found: Members = {
        "query": schema.query_type and schema.query_type.name,
        "mutation": schema.mutation_type and schema.mutation_type.name,
        "subscription": schema.subscription_type and schema.subscription_type.name,
    }
    for named in official_types(schema).values():
        found.update(_type(named))
    for directive in schema.directives:
        if not is_specified_directive(directive):
            found.update(_directive(directive))
    return found


def official_types(schema: GraphQLSchema) -> Mapping[str, GraphQLNamedType]:
    return {
        name: named
        for name, named in schema.type_map.items()
        if not name.startswith("__") and not is_specified_scalar_type(named)
    }


def _type(named: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    name = named.name
    yield name, type(named).__name__
    match named:
        case GraphQLObjectType() | GraphQLInterfaceType():
            yield f"{name} implements", {each.name for each in named.interfaces}
            for field_name, field in named.fields.items():
                yield from _field(f"{name}.{field_name}", field)
        case GraphQLUnionType():
            yield f"{name} =", {each.name for each in named.types}
        case GraphQLEnumType():
            for value_name, value in named.values.items():
                yield f"{name}.{value_name}", {"deprecated": value.deprecation_reason}
        case GraphQLInputObjectType():
            yield f"{name} one of", named.is_one_of
            for input_name, given in named.fields.items():
                yield f"{name}.{input_name}", _input(given)
        case GraphQLScalarType():
            yield f"{name} specified by", named.specified_by_url


def _field(place: str, field: GraphQLField) -> Iterator[tuple[str, Any]]:
    yield place, {"type": str(field.type), "deprecated": field.deprecation_reason}
    for name, argument in field.args.items():
        yield f"{place}({name}:)", _input(argument)


def _input(given: GraphQLArgument | GraphQLInputField) -> Mapping[str, Any]:
    default = given.default
    return {
        "type": str(given.type),
        "default": None if default is None or default.literal is None else print_ast(default.literal),
        "deprecated": given.deprecation_reason,
    }


def _directive(directive: GraphQLDirective) -> Iterator[tuple[str, Any]]:
    place = f"@{directive.name}"
    yield place, {"repeatable": directive.is_repeatable, "locations": {each.name for each in directive.locations}}
    for name, argument in directive.args.items():
        yield f"{place}({name}:)", _input(argument)


def shown(graph: Graph) -> GraphQLSchema:
    """A graph's schema as a reader of its text gets it."""
    return build_schema(graph.sdl, assume_valid=True)


@pytest.fixture(scope="module")
def official() -> Members:
    return members(storefront_schema())


@pytest.fixture(scope="module")
def ours() -> Members:
    return members(shown(public_graph()))


def test_nothing_of_the_official_contract_is_missing(official: Members, ours: Members) -> None:
    assert len(official) > 3000
    assert sorted(official.keys() - ours.keys()) == []


def test_nothing_of_the_official_contract_is_altered(official: Members, ours: Members) -> None:
    altered = {place: (said, ours.get(place)) for place, said in official.items() if ours.get(place) != said}

    assert altered == {}


def test_extra_types_and_fields_are_exactly_the_gateways_own(official: Members, ours: Members) -> None:
    extra = ours.keys() - official.keys()
    owners = {place.split(".")[0].split(" ")[0] for place in extra} - {place.split(" ")[0] for place in official}
    fields = {place.split("(")[0] for place in extra if place.split(".")[0] not in owners and " " not in place}

    assert owners == OWN_TYPES
    assert fields == OWN_FIELDS


def test_staff_see_the_same_and_the_staff_fields_beside(ours: Members) -> None:
    staff = members(shown(staff_graph()))
    extra = staff.keys() - ours.keys()
    types = {re.split(r"[. ]", place)[0] for place in extra} - ours.keys()
    fields = {place.split("(")[0] for place in extra if place.split(".")[0] in ours}

    assert {place: said for place, said in staff.items() if place in ours} == ours
    assert types == STAFF_TYPES
    assert fields == STAFF_FIELDS


def test_the_mirror_has_as_many_types_and_fields_as_the_contract() -> None:
    official, ours = storefront_schema(), public_graph().seen
    assert official.query_type is not None
    assert official.mutation_type is not None
    assert ours.query_type is not None
    assert ours.mutation_type is not None

    assert len(official.query_type.fields) == 33
    assert len(official.mutation_type.fields) == 35
    assert len(ours.query_type.fields) == 33 + sum(name.startswith("QueryRoot.") for name in OWN_FIELDS)
    assert len(ours.mutation_type.fields) == 35 + sum(name.startswith("Mutation.") for name in OWN_FIELDS)


def test_each_official_type_is_described_by_a_link_to_its_page() -> None:
    mirrored = official_types(shown(public_graph()))
    expected = {
        name: f"{REFERENCE}/{PAGES[type(named)]}/{name}" for name, named in official_types(storefront_schema()).items()
    }
    for root in ("QueryRoot", "Mutation"):
        expected[root] = f"{REFERENCE}/objects/{root}"

    assert {name: mirrored[name].description for name in expected} == expected


def test_each_root_field_is_described_by_a_link_to_its_page() -> None:
    schema = shown(public_graph())
    for root, official, folder in (
        (schema.query_type, storefront_schema().query_type, "queries"),
        (schema.mutation_type, storefront_schema().mutation_type, "mutations"),
    ):
        assert root is not None
        assert official is not None
        described = {name: root.fields[name].description for name in official.fields}
        assert described == {name: f"{REFERENCE}/{folder}/{name}" for name in official.fields}


def test_every_gateway_type_and_field_has_a_description() -> None:
    schema = shown(staff_graph())
    for place in OWN_FIELDS | STAFF_FIELDS:
        owner_name, field_name = place.split(".")
        owner = schema.type_map[owner_name]
        assert isinstance(owner, GraphQLObjectType)
        description = owner.fields[field_name].description
        assert description, place
        assert "http" not in description, place
        assert description.endswith(" Staff only.") == (place in STAFF_FIELDS), place
    for name in OWN_TYPES:
        assert schema.type_map[name].description, name


def test_the_executed_schema_differs_from_the_printed_one_by_defer_only() -> None:
    graph = public_graph()
    executed, seen = members(graph.executed), members(graph.seen)

    assert {place.split("(")[0] for place in seen.keys() - executed.keys()} == {"@defer"}
    assert {place: said for place, said in seen.items() if place in executed} == executed

"""The order statuses that decisions depend on are those of the official contract."""

from enum import StrEnum

import pytest
from graphql import GraphQLEnumType

from clients.admin.order_statuses import (
    DeliveryMethod,
    FinancialStatus,
    FulfillmentDisplayStatus,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    OrderFulfillmentStatus,
    RiskRecommendation,
)
from sandbox.admin.resolvers import admin_schema

ENUMS = {
    "DeliveryMethodType": DeliveryMethod,
    "FulfillmentOrderStatus": FulfillmentOrderStatus,
    "FulfillmentStatus": FulfillmentStatus,
    "OrderDisplayFinancialStatus": FinancialStatus,
    "OrderDisplayFulfillmentStatus": OrderFulfillmentStatus,
    "OrderRiskRecommendationResult": RiskRecommendation,
}


def _official(name: str) -> set[str]:
    found = admin_schema().schema.type_map[name]
    assert isinstance(found, GraphQLEnumType)
    return set(found.values)


@pytest.mark.parametrize(("name", "ours"), ENUMS.items(), ids=ENUMS)
def test_a_status_has_the_members_of_the_official_enum(name: str, ours: type[StrEnum]) -> None:
    assert {member.value for member in ours} == _official(name)


def test_the_display_statuses_that_we_compare_exist() -> None:
    assert {member.value for member in FulfillmentDisplayStatus} <= _official("FulfillmentDisplayStatus")

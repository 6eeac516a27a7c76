"""Our documents for Shopify Admin: their names, and the sandbox's Admin against the official schema."""

import re

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, get_operation_ast, parse

from clients.admin import operations, order_operations
from clients.admin.operations import DOCUMENTS
from sandbox.admin.resolvers import admin_schema

NAMES = [re.findall(r"(?:query|mutation) (\w+)", document)[0] for document in DOCUMENTS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_each_document_constant_has_the_name_of_its_operation(document: str) -> None:
    operation = get_operation_ast(parse(document))
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    constant = re.sub(r"(?<!^)(?=[A-Z])", "_", operation.name.value).upper()
    module = operations if hasattr(operations, constant) else order_operations
    assert getattr(module, constant) == document


def _fields(kind: object) -> set[str]:
    return set(kind.fields) if isinstance(kind, GraphQLObjectType) else set()


def test_the_stand_in_has_data_behind_every_field_of_the_schema() -> None:
    """Either a resolver, or a source that holds the value under the field's name."""
    read_by_name = {
        "AccessScope": {"handle"},
        "AppInstallation": {"id", "accessScopes"},
        "Attribute": {"key", "value"},
        "DeliveryCondition": {"field", "id"},
        "DeliveryCountry": {"code", "id"},
        "DeliveryCountryCodeOrRestOfWorld": {"countryCode", "restOfWorld"},
        "DeliveryLocationGroupZone": {"zone"},
        "DeliveryLocationGroupZoneConnection": {"nodes"},
        "DeliveryMethod": {"id", "methodType", "presentedName"},
        "DeliveryMethodDefinition": {"active", "id", "methodConditions", "name", "rateProvider"},
        "DeliveryMethodDefinitionConnection": {"nodes"},
        "DeliveryParticipant": {"id", "participantServices"},
        "DeliveryParticipantService": {"active", "name"},
        "DeliveryProfile": {"id", "profileLocationGroups"},
        "DeliveryProfileConnection": {"nodes", "pageInfo"},
        "DeliveryRateDefinition": {"id", "price"},
        "DeliveryZone": {"countries", "id"},
        "DiscountAllocation": {"allocatedAmountSet"},
        "Fulfillment": {"id", "deliveredAt"},
        "FulfillmentCreatePayload": {"fulfillment", "userErrors"},
        "FulfillmentHold": {"id", "reason", "displayReason"},
        "FulfillmentLineItem": {"id", "lineItem", "quantity"},
        "FulfillmentLineItemConnection": {"nodes", "pageInfo"},
        "FulfillmentOrder": {"id", "requestStatus", "status"},
        "FulfillmentOrderAssignedLocation": {"location", "name"},
        "FulfillmentOrderConnection": {"nodes", "pageInfo"},
        "FulfillmentOrderLineItem": {"id", "lineItem", "remainingQuantity", "totalQuantity"},
        "FulfillmentOrderLineItemConnection": {"nodes", "pageInfo"},
        "FulfillmentOrderLineItemsPreparedForPickupPayload": {"userErrors"},
        "FulfillmentOrderLineItemsPreparedForPickupUserError": {"code", "field", "message"},
        "FulfillmentOrderSupportedAction": {"action"},
        "FulfillmentTrackingInfo": {"company", "number", "url"},
        "FulfillmentTrackingInfoUpdatePayload": {"fulfillment", "userErrors"},
        "InventoryItem": {"id", "tracked", "unitCost", "requiresShipping"},
        "InventoryLevel": {"id", "location"},
        "InventoryLevelConnection": {"nodes", "pageInfo"},
        "InventoryQuantity": {"id", "name", "quantity"},
        "LineItemConnection": {"nodes", "pageInfo"},
        "Location": {"id", "name"},
        "MailingAddress": {
            *("id", "name", "company", "address1", "address2", "city", "zip", "phone"),
            *("provinceCode", "province", "countryCodeV2", "country"),
        },
        "Metafield": {"id", "key", "value"},
        "MetafieldConnection": {"nodes"},
        "MetafieldsSetPayload": {"metafields", "userErrors"},
        "MetafieldsSetUserError": {"code", "elementIndex", "field", "message"},
        "MoneyBag": {"shopMoney"},
        "MoneyV2": {"amount", "currencyCode"},
        "Order": {
            "id",
            "createdAt",
            "updatedAt",
            "processedAt",
            "name",
            "cancelReason",
            "email",
            "note",
            "phone",
            "tags",
            "test",
        },
        "OrderConnection": {"nodes", "pageInfo"},
        "OrderRiskAssessment": {"riskLevel"},
        "OrderRiskSummary": {"assessments", "recommendation"},
        "OrderTransaction": {"id"},
        "OrderUpdatePayload": {"userErrors"},
        "PageInfo": {"hasNextPage", "endCursor"},
        "Product": {"id", "title", "vendor", "tags", "status"},
        "ProductVariant": {"id", "title", "sku", "product"},
        "ProductVariantConnection": {"nodes", "pageInfo"},
        "ShippingLine": {"title", "code", "isRemoved", "currentDiscountedPriceSet", "taxLines"},
        "ShippingLineConnection": {"nodes"},
        "TagsAddPayload": {"node", "userErrors"},
        "TagsRemovePayload": {"node", "userErrors"},
        "TaxLine": {"priceSet"},
        "TransactionFee": {"amount", "id", "taxAmount"},
        "UserError": {"field", "message"},
        "WebhookSubscription": {"id", "topic", "uri", "format"},
        "WebhookSubscriptionCreatePayload": {"userErrors", "webhookSubscription"},
        "WebhookSubscriptionDeletePayload": {"userErrors", "deletedWebhookSubscriptionId"},
        "WebhookSubscriptionUpdatePayload": {"userErrors", "webhookSubscription"},
        "WebhookSubscriptionConnection": {"nodes", "pageInfo"},
    }
    for name, kind in admin_schema().schema.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            resolved = {field for field, definition in kind.fields.items() if definition.resolve is not None}
            assert _fields(kind) == resolved | read_by_name.get(name, set()), name

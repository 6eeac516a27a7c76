"""No field of the sandbox's carts, customers and orders is empty everywhere without a reason."""

from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from sandbox.store import Store
from tests.conftest import Run
from tests.unit.storefront_calls import Storefront, official_schema

# What Storefront no longer tells before checkout.
UNKNOWN_BEFORE_CHECKOUT = {
    ("CartCost", "totalTaxAmount"),
    ("CartCost", "totalDutyAmount"),
    ("CartEstimatedCost", "totalTaxAmount"),
    ("CartEstimatedCost", "totalDutyAmount"),
}
OWN_PREFIXES = ("Cart", "BaseCart", "Applied", "Componentizable", "Customer", "Order", "Fulfillment", "Discount")
OWN = {"MailingAddress", "PurchasingCompany", "Company", "CompanyLocation", "CompanyContact"}


def is_own(name: str) -> bool:
    return name in OWN or (name.startswith(OWN_PREFIXES) and not name.endswith(("Connection", "Edge")))


class Walk:
    """Writes a selection of every field of our types, and notes which came with a value."""

    def __init__(self) -> None:
        self.filled: set[tuple[str, str]] = set()
        self.asked: set[tuple[str, str]] = set()

    def selection(self, kind: Any, path: tuple[str, ...] = ()) -> str:
        """Every field of a type, each of our types once on the way down."""
        if isinstance(kind, (GraphQLUnionType, GraphQLInterfaceType)):
            members = official_schema().get_possible_types(kind)
            inner = " ".join(f"... on {each.name} {self.selection(each, path)}" for each in members)
            return f"{{ __typename {inner} }}"
        parts = ["__typename"]
        for name, field in kind.fields.items():
            inner_kind: Any = get_named_type(field.type)
            arguments = self._arguments(kind.name, name, field)
            alias = f"{kind.name}_{name}: {name}"
            if is_leaf_type(inner_kind):
                parts.append(f"{alias}{arguments}")
            elif inner_kind.name not in path and len(path) < 9 and self._goes_on(inner_kind):
                parts.append(f"{alias}{arguments} {self.selection(inner_kind, (*path, kind.name))}")
        return "{ " + " ".join(parts) + " }"

    def _goes_on(self, kind: Any) -> bool:
        if isinstance(kind, GraphQLObjectType) and not is_own(kind.name):
            return kind.name.endswith(("Connection", "Edge")) or kind.name in {"MoneyV2", "Attribute"}
        return kind.name not in {"Merchandise", "MetafieldParentResource", "MetafieldReference"}

    def _arguments(self, owner: str, name: str, field: Any) -> str:
        given = []
        if "first" in field.args:
            given.append("first: 20")
        if "withCarrierRates" in field.args:
            given.append("withCarrierRates: true")
        if "lineLevelOnly" in field.args:
            given.append("lineLevelOnly: false")
        if name == "attribute":
            given.append('key: "own_cup"')
        if name == "metafield":
            given.append('namespace: "custom", key: "any"')
        if name == "metafields":
            given.append('identifiers: [{namespace: "custom", key: "any"}]')
        return f"({', '.join(given)})" if given else ""

    def note(self, value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                self.note(each)
        elif isinstance(value, dict):
            for alias, inner in value.items():
                owner, _, name = alias.partition("_")
                if name and not alias.startswith("__"):
                    self.asked.add((owner, name))
                    if inner is not None and inner != []:
                        self.filled.add((owner, name))
                self.note(inner)

    def unfilled(self) -> set[tuple[str, str]]:
        return {(owner, name) for owner, name in self.asked - self.filled if is_own(owner)}


def test_every_field_has_a_value_somewhere(run: Run, shop: Storefront, store: Store) -> None:
    walk = Walk()
    schema = official_schema()
    token = shop.log_in("ben@example.com", "filter-first")
    for holder in (*store.customers.values(), *store.orders.values(), *store.companies.values()):
        _name_a_metafield(holder)
    for location in store.company_locations.values():
        _name_a_metafield(location)
    cart = _a_full_cart(shop, token)
    for record in store.carts.values():
        _name_a_metafield(record, store)

    for query in (
        f'{{ cart(id: "{cart["id"]}") {walk.selection(schema.type_map["Cart"])} }}',
        f'{{ customer(customerAccessToken: "{token}") {walk.selection(schema.type_map["Customer"])} }}',
        f'{{ customer(customerAccessToken: "{shop.log_in()}") {walk.selection(schema.type_map["Customer"])} }}',
    ):
        result = run(query)
        assert result.errors is None, result.errors
        walk.note(result.data)

    optional = {
        (owner, name)
        for owner, name in walk.unfilled()
        if not isinstance(schema.type_map[owner].fields[name].type, GraphQLNonNull)  # type: ignore[attr-defined]
    }
    assert optional == UNKNOWN_BEFORE_CHECKOUT
    assert len(walk.filled) > 300, "the walk has lost its way"


def _name_a_metafield(holder: Any, store: Store | None = None) -> None:
    """Makes sure that each holder has the metafield that the walk asks for."""
    if store is not None:
        holder.metafields.extend(store.customers[7_100_000_001].metafields)
    for metafield in holder.metafields[:1]:
        metafield.key = "any"


def _a_full_cart(shop: Storefront, token: str) -> Any:
    typed = {
        "firstName": "Ada",
        "lastName": "Example",
        "company": "Studio",
        "address1": "1 Old Road",
        "address2": "Back door",
        "city": "Austin",
        "provinceCode": "TX",
        "countryCode": "US",
        "zip": "78701",
        "phone": "+15125550100",
    }
    place = {"countryCode": "US", "latitude": 30.2, "longitude": -97.7}
    delivery = {"deliveryMethod": ["SHIPPING"], "pickupHandle": ["65000000001"], "coordinates": place}
    return shop.cart(
        shop.line("hand-grinder", 2, attributes={"own_cup": "yes"}),
        shop.line("sticker-pack", parent={"merchandiseId": shop.variant("hand-grinder")}),
        shop.line(
            "kynda-house-blend", attributes={"own_cup": "yes"}, sellingPlanId="gid://shopify/SellingPlan/71000000001"
        ),
        shop.line("home-brewing-kit", attributes={"own_cup": "yes"}),
        shop.line("camp-mug"),
        note="No sugar",
        attributes=[{"key": "own_cup", "value": "yes"}],
        discountCodes=["WELCOME10", "FREESHIP"],
        giftCardCodes=["KYNDA25GIFT00001"],
        delivery={"addresses": [{"address": {"deliveryAddress": typed}}]},
        buyerIdentity={
            "customerAccessToken": token,
            "companyLocationId": "gid://shopify/CompanyLocation/7300000002",
            "phone": "+15125550100",
            "preferences": {"delivery": delivery, "wallet": ["SHOP_PAY"]},
        },
    )

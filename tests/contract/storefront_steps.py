"""Calls that together reach every root field of Storefront, in an order that creates what later ones need."""

# ruff: noqa: E501 (operations read better whole)

from collections.abc import Mapping
from dataclasses import dataclass, field

_ADDRESS = (
    'address1: "1 Sample Street", address2: "Door 2", city: "Austin", company: "Example Studio", '
    'firstName: "Ada", lastName: "Example", phone: "+15125550101", zip: "78701"'
)
_MONEY = '{amount: "10.0", currencyCode: USD}'
_DISCOUNT = f'{{label: "Off", amount: {_MONEY}}}'
_PAYMENT = f"""{{locale: "en", presentmentCurrency: USD, subtotal: {_MONEY}, total: {_MONEY}, totalTax: {_MONEY},
  discountCodes: ["WELCOME10"], discounts: [{_DISCOUNT}], selectedDeliveryMethodType: SHIPPING, paymentMethod: "card",
  lineItems: [{{label: "Latte", quantity: 1, sku: "L", requiresShipping: true, finalItemPrice: {_MONEY},
    finalLinePrice: {_MONEY}, originalItemPrice: {_MONEY}, originalLinePrice: {_MONEY}, itemDiscounts: [{_DISCOUNT}],
    lineDiscounts: [{_DISCOUNT}], image: {{url: "https://kynda.example/latte.svg", alt: "Latte"}}}}],
  deliveryMethods: [{{label: "Post", amount: {_MONEY}, code: "POST", detail: "By bicycle",
    deliveryExpectationLabel: "Tomorrow", minDeliveryDate: "2026-11-23T12:00:00Z", maxDeliveryDate: "2026-11-24T12:00:00Z"}}],
  shippingLines: [{{label: "Post", amount: {_MONEY}, code: "POST"}}],
  totalShippingPrice: {{finalTotal: {_MONEY}, originalTotal: {_MONEY}, discounts: [{_DISCOUNT}]}}}}"""


@dataclass(frozen=True, slots=True)
class Step:
    """A root field with its arguments; `%(name)s` stands for a value an earlier step kept.

    `keeps`: key in the answer -> name; `levels`: how deep the answer is asked for; `times`: in how many places
    of it a type is opened.
    """

    call: str
    kind: str = "query"
    keeps: Mapping[str, str] = field(default_factory=dict)
    levels: int = 7
    times: int = 1

    @property
    def root(self) -> str:
        return self.call.split("(")[0]


def _change(call: str, levels: int = 3, **keeps: str) -> Step:
    return Step(call, "mutation", {key: name for name, key in keeps.items()}, levels)


QUERIES = (
    Step('article(id: "gid://shopify/Article/95000000001")'),
    Step("articles(first: 10)"),
    Step('blog(handle: "journal")'),
    Step('blogByHandle(handle: "recipes")'),
    Step("blogs(first: 5)"),
    Step('collection(handle: "coffee-beans")'),
    Step('collectionByHandle(handle: "drinkware")'),
    Step("collections(first: 20)"),
    Step("localization"),
    Step("locations(first: 5, reverse: true)"),
    Step('menu(handle: "main-menu")'),
    Step('metaobject(handle: {handle: "design-001", type: "design"})', times=2),
    Step('metaobject(handle: {handle: "oat-milk", type: "faq"})'),
    Step('metaobjects(type: "design", first: 5)'),
    Step('node(id: "gid://shopify/GenericFile/33000000001")'),
    Step(
        'nodes(ids: ["gid://shopify/UrlRedirect/99000000001", "gid://shopify/MediaImage/32000000001", '
        '"gid://shopify/Market/57000000001"])'
    ),
    Step('page(handle: "brew-guide")'),
    Step('pageByHandle(handle: "about")'),
    Step("pages(first: 10)"),
    Step("paymentSettings"),
    Step('predictiveSearch(query: "coffee")'),
    Step('predictiveSearch(query: "iced")'),
    Step('product(handle: "home-espresso-machine")', times=2),
    Step('product(handle: "home-brewing-kit")', times=2),
    Step('product(handle: "kynda-house-blend")', times=2),
    Step('product(handle: "paper-filters")', times=2),
    Step('productByHandle(handle: "latte")'),
    Step('productRecommendations(productHandle: "kynda-house-blend")'),
    Step("productTags(first: 10)"),
    Step("productTypes(first: 10)"),
    Step("products(first: 70)"),
    Step("publicApiVersions"),
    Step('search(query: "coffee", first: 20)'),
    Step('search(query: "iced", first: 20, types: [ARTICLE, PAGE])'),
    Step("shop"),
    Step("sitemap(type: PRODUCT)"),
    Step("sitemap(type: METAOBJECT)"),
    Step('urlRedirects(first: 5)'),
)  # fmt: skip

CHANGES = (
    _change('customerAccessTokenCreate(input: {email: "nobody@example.com", password: "wrong"})'),
    _change(
        'customerAccessTokenCreate(input: {email: "ben@example.com", password: "filter-first"})',
        ben="CustomerAccessToken_accessToken",
    ),
    _change(
        'customerAccessTokenCreate(input: {email: "ada@example.com", password: "espresso-time"})',
        ada="CustomerAccessToken_accessToken",
    ),
    _change('customerAccessTokenCreateWithMultipass(multipassToken: "nothing")'),
    _change('customerAccessTokenCreateWithMultipass(multipassToken: "%(multipass)s")'),
    Step('customer(customerAccessToken: "%(ada)s")', keeps={"Order_id": "order"}),
    Step('customer(customerAccessToken: "%(ben)s")'),
    Step('node(id: "%(order)s")'),
    _change(
        """cartCreate(input: {lines: [
          {merchandiseId: "gid://shopify/ProductVariant/%(latte)s", quantity: 2,
           attributes: [{key: "Milk", value: "Oat"}, {key: "own_cup", value: "yes"}]},
          {merchandiseId: "gid://shopify/ProductVariant/%(kit)s", attributes: [{key: "Milk", value: "None"}]},
          {merchandiseId: "gid://shopify/ProductVariant/%(beans)s", quantity: 3,
           sellingPlanId: "gid://shopify/SellingPlan/71000000001"}],
          attributes: [{key: "Milk", value: "Whole"}], note: "Ring twice",
          discountCodes: ["WELCOME10"], giftCardCodes: ["KYNDA25GIFT00001"],
          metafields: [{key: "custom.table", type: "single_line_text_field", value: "5"}],
          buyerIdentity: {email: "ada@example.com", phone: "+15125550101", countryCode: US, customerAccessToken: "%(ada)s",
            preferences: {wallet: ["SHOP_PAY"], delivery: {deliveryMethod: [SHIPPING], pickupHandle: ["main"],
              coordinates: {latitude: 30.2, longitude: -97.7, countryCode: US}}}},
          delivery: {addresses: [{selected: true, address: {deliveryAddress: {countryCode: US, provinceCode: "TX", """
        + _ADDRESS
        + """}}}]}})""",
        levels=8,
        cart="Cart_id",
        line="CartLine_id",
        group="CartDeliveryGroup_id",
        option="CartDeliveryOption_handle",
        card="AppliedGiftCard_id",
        place="CartSelectableAddress_id",
    ),
    Step('cart(id: "%(cart)s")'),
    _change('cartCreate(input: {lines: [{merchandiseId: "gid://shopify/ProductVariant/1", quantity: 1}]})'),
    _change(
        'cartSelectedDeliveryOptionsUpdate(cartId: "%(cart)s", selectedDeliveryOptions: '
        '[{deliveryGroupId: "%(group)s", deliveryOptionHandle: "%(option)s"}])'
    ),
    _change('cartDiscountCodesUpdate(cartId: "%(cart)s", discountCodes: ["SUMMER25", "BEANS20", "SUBS12", "FREESHIP"])'),
    _change('cartDiscountCodesUpdate(cartId: "%(cart)s", discountCodes: ["FIVEOFF"])'),
    _change('cartAttributesUpdate(cartId: "%(cart)s", attributes: [{key: "Milk", value: "Oat"}])'),
    _change('cartNoteUpdate(cartId: "%(cart)s", note: "Ring once")'),
    _change(
        """cartLinesAdd(cartId: "%(cart)s", lines: [
          {merchandiseId: "gid://shopify/ProductVariant/%(beans)s", quantity: 1, parent: {lineId: "%(line)s"}},
          {merchandiseId: "gid://shopify/ProductVariant/%(marked_down)s", quantity: 8}])""",
        levels=8,
    ),
    _change('cartLinesUpdate(cartId: "%(cart)s", lines: [{id: "%(line)s", quantity: 3}])'),
    _change('cartGiftCardCodesAdd(cartId: "%(cart)s", giftCardCodes: ["KYNDA100GIFT0002"])', card="AppliedGiftCard_id"),
    _change('cartGiftCardCodesRemove(cartId: "%(cart)s", appliedGiftCardIds: ["%(card)s"])'),
    _change('cartGiftCardCodesUpdate(cartId: "%(cart)s", giftCardCodes: ["KYNDA25GIFT00001"])'),
    _change(
        'cartMetafieldsSet(metafields: [{ownerId: "%(cart)s", key: "custom.table", '
        'type: "single_line_text_field", value: "6"}])'
    ),
    _change('cartMetafieldsSet(metafields: [{ownerId: "%(cart)s", key: "custom.n", type: "number_integer", value: "x"}])'),
    _change('cartMetafieldDelete(input: {ownerId: "%(cart)s", key: "custom.table"})'),
    _change('cartMetafieldDelete(input: {ownerId: "%(cart)s", key: "custom.table"})'),
    _change(
        'cartBuyerIdentityUpdate(cartId: "%(cart)s", buyerIdentity: {customerAccessToken: "%(ben)s", countryCode: DE, '
        'companyLocationId: "gid://shopify/CompanyLocation/7300000002"})',
        levels=8,
    ),
    _change(
        'cartDeliveryAddressesAdd(cartId: "%(cart)s", addresses: [{selected: false, oneTimeUse: true, '
        "address: {deliveryAddress: {countryCode: US, provinceCode: \"TX\", " + _ADDRESS + "}}}])"
    ),
    _change(
        'cartDeliveryAddressesUpdate(cartId: "%(cart)s", addresses: [{id: "%(place)s", selected: true}])'
    ),
    _change(
        'cartDeliveryAddressesReplace(cartId: "%(cart)s", addresses: [{selected: true, address: {deliveryAddress: '
        '{countryCode: US, provinceCode: "TX", ' + _ADDRESS + "}}}])",
        levels=8,
        place="CartSelectableAddress_id",
    ),
    _change('cartDeliveryAddressesRemove(cartId: "%(cart)s", addressIds: ["%(place)s"])'),
    _change('cartLinesRemove(cartId: "%(cart)s", lineIds: ["%(line)s"])'),
    _change('customerCreate(input: {email: "dora@example.com", password: "first-sip", firstName: "Dora"})'),
    _change('customerCreate(input: {email: "not an address", password: "first-sip"})'),
    _change('customerUpdate(customerAccessToken: "%(ada)s", customer: {lastName: "Sample"})'),
    _change('customerUpdate(customerAccessToken: "%(ada)s", customer: {password: "another-sip"})', ada="CustomerAccessToken_accessToken"),
    _change(
        'customerAddressCreate(customerAccessToken: "%(ada)s", address: {country: "US", province: "TX", '
        + _ADDRESS
        + "})",
        address="MailingAddress_id",
    ),
    _change('customerAddressUpdate(customerAccessToken: "%(ada)s", id: "%(address)s", address: {city: "Dallas"})'),
    _change('customerDefaultAddressUpdate(customerAccessToken: "%(ada)s", addressId: "%(address)s")'),
    _change('customerAddressDelete(customerAccessToken: "%(ada)s", id: "%(address)s")'),
    _change('customerAddressDelete(customerAccessToken: "none", id: "%(address)s")'),
    _change(
        'customerActivate(id: "gid://shopify/Customer/7100000003", input: '
        '{activationToken: "0123456789abcdef", password: "third-sip"})'
    ),
    _change('customerActivateByUrl(activationUrl: "https://kynda.example/account/activate/1/2", password: "third-sip")'),
    _change(
        "customerActivateByUrl(activationUrl: "
        '"https://kynda.example/account/activate/7100000003/0123456789abcdef", password: "third-sip")'
    ),
    _change('customerRecover(email: "")'),
    _change('customerRecover(email: "ada@example.com")'),
    _change('customerReset(id: "gid://shopify/Customer/7100000001", input: {resetToken: "0", password: "third-sip"})'),
    _change(
        'customerReset(id: "gid://shopify/Customer/7100000001", input: '
        '{resetToken: "%(reset_token)s", password: "fourth-sip"})'
    ),
    _change('customerRecover(email: "ada@example.com")'),
    _change('customerResetByUrl(resetUrl: "https://kynda.example/account/reset/1/2", password: "third-sip")'),
    _change('customerResetByUrl(resetUrl: "%(reset_url)s", password: "fifth-sip")'),
    _change('customerAccessTokenRenew(customerAccessToken: "%(ben)s")', ben="CustomerAccessToken_accessToken"),
    _change('customerAccessTokenDelete(customerAccessToken: "%(ben)s")'),
    _change('customerAccessTokenDelete(customerAccessToken: "none")'),
    _change(
        f'shopPayPaymentRequestSessionCreate(sourceIdentifier: "order-1", paymentRequest: {_PAYMENT})',
        levels=8,
        pay="ShopPayPaymentRequestSession_token",
    ),
    _change('shopPayPaymentRequestSessionCreate(sourceIdentifier: "")'),
    _change(
        'shopPayPaymentRequestSessionSubmit(token: "%(pay)s", idempotencyKey: "1", orderName: "#1", '
        f"paymentRequest: {_PAYMENT})"
    ),
    _change(
        'shopPayPaymentRequestSessionSubmit(token: "none", idempotencyKey: "2", '
        f"paymentRequest: {_PAYMENT})"
    ),
)  # fmt: skip

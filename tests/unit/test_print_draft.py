"""The Printful order for an order."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from clients.admin.orders import Order
from clients.printful.orders import DraftItem, OrderDraft
from resolvers.designs import ART_URL_ATTRIBUTE
from resolvers.orders.plan import ForwardingRules, PrintPlan, Readiness
from tests.unit.orders_given import ADDRESS, ART, WITH_ART, blank, carriage, line, order, parts, planned, printed

CENT = Decimal("0.01")


def draft_of(given: Order, rules: ForwardingRules | None = None) -> OrderDraft:
    draft = planned(given, rules=rules).print.draft
    assert draft is not None
    return draft


def refused(given: Order) -> str:
    plan = planned(given).print
    assert plan.readiness is Readiness.REFUSED
    assert plan.draft is None
    return plan.reason or ""


def test_a_blank_is_sent_with_the_print_file_of_the_shops_design() -> None:
    item = DraftItem("21", 2, "Mug - 11 oz", Decimal("20.00"), variant_id=4012, art_url=ART)
    assert draft_of(order(blank(21, 2, variant_title="11 oz"))).items == (item,)


def test_a_sync_variant_is_sent_without_art() -> None:
    item = DraftItem("31", 1, "Cap", Decimal("20.00"), sync_variant_id=77)
    assert draft_of(order(printed(variant_title="Default Title"))).items == (item,)


@pytest.mark.parametrize(
    "sku",
    [
        "",
        None,
        "PFUL-",
        "PFUL-0",
        "PFUL-012",
        "pful-4012",
        "PFUL-4012 ",
        "PFUL-SYNC-",
        "PFUL-SYNC-x",
        "PFUL-4012-L",
        "MUG",
    ],
)
def test_a_sku_that_is_not_so_written_to_the_letter_refuses_the_whole(sku: str | None) -> None:
    reason = refused(order(blank(sku=sku), printed()))
    assert "Mug" in reason
    assert (sku or "no SKU") in reason


def test_art_that_is_none_of_the_shops_is_refused_and_not_repeated() -> None:
    reason = refused(order(blank(attributes=((ART_URL_ATTRIBUTE, "https://elsewhere.example/mine.png"),))))
    assert "is not one of the shop's designs" in reason
    assert "elsewhere" not in reason


@pytest.mark.parametrize("attributes", [(), ((ART_URL_ATTRIBUTE, " "),)])
def test_a_blank_without_a_design_is_refused(attributes: tuple[tuple[str, str], ...]) -> None:
    assert "no design was chosen" in refused(order(blank(attributes=attributes)))


def test_a_sync_variant_with_another_design_is_refused() -> None:
    assert "Cap" in refused(order(printed(attributes=WITH_ART)))


def test_all_faults_are_reported_not_only_the_first() -> None:
    reason = refused(
        order(blank(sku="X"), printed(attributes=WITH_ART), blank(22, 1001, title="Tote"), shipping_address=None)
    )
    for word in ("Mug", "Cap", "Tote", "1001", "shipping address"):
        assert word in reason


def test_a_faulty_line_that_is_refunded_whole_is_no_fault() -> None:
    assert len(draft_of(order(blank(sku="X", current_quantity=0), printed())).items) == 1


@given_that(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5), st.booleans()), min_size=1, max_size=6),
)
def test_as_many_lines_and_units_come_out_as_are_wanted(wanted: list[tuple[int, int, bool]]) -> None:
    lines = [
        (blank if is_blank else printed)(100 + n, quantity, current_quantity=min(current, quantity))
        for n, (quantity, current, is_blank) in enumerate(wanted)
    ]
    draft = planned(order(*lines)).print.draft
    items = draft.items if draft else ()
    left = {each.id.rsplit("/", 1)[-1]: each.current_quantity for each in lines if each.current_quantity}
    assert {item.external_id: item.quantity for item in items} == left


def test_the_recipient_is_the_whole_address_with_nothing_made_up() -> None:
    address = replace(ADDRESS, company="Acme", address2="Apt 4", phone="+15550100")
    recipient = draft_of(order(blank(), shipping_address=address)).recipient
    assert (recipient.name, recipient.company, recipient.address1, recipient.address2, recipient.city) == (
        "Ana Example",
        "Acme",
        "12 Sample Street",
        "Apt 4",
        "Chatsworth",
    )
    assert (recipient.zip, recipient.state_code, recipient.country_code) == ("91311", "CA", "US")
    assert (recipient.phone, recipient.email) == ("+15550100", "ana@example.com")


@pytest.mark.parametrize(
    ("of_the_address", "of_the_order", "sent"),
    [
        ("512-555-0100 x42", None, "512-555-0100"),
        ("n/a", "+1 512 555 0100 ext. 7", "+1 512 555 0100"),
        ("(512) 555-0100", "+15125550199", "(512) 555-0100"),
        ("ask the neighbour", None, None),
    ],
)
def test_a_carrier_gets_a_number_without_its_extension(
    of_the_address: str, of_the_order: str | None, sent: str | None
) -> None:
    address = replace(ADDRESS, phone=of_the_address)
    assert draft_of(order(blank(), shipping_address=address, phone=of_the_order)).recipient.phone == sent


def test_no_email_and_no_phone_stay_away() -> None:
    recipient = draft_of(order(blank(), email=None)).recipient
    assert (recipient.email, recipient.phone) == (None, None)


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("name", "name"),
        ("address1", "address"),
        ("city", "city"),
        ("country_code", "country"),
        ("zip", "postal code"),
        ("province_code", "state"),
    ],
)
@pytest.mark.parametrize("value", [None, "  "])
def test_missing_fields_of_the_address_are_named(field: str, word: str, value: str | None) -> None:
    assert word in refused(order(blank(), shipping_address=replace(ADDRESS, **{field: value})))


def test_a_state_is_sent_only_where_printful_takes_one() -> None:
    german = replace(ADDRESS, country_code="DE", province_code="BE", province="Berlin")
    assert draft_of(order(blank(), shipping_address=german)).recipient.state_code is None
    japanese = replace(ADDRESS, country_code="JP", province_code="JP-13", province="Tokyo")
    assert draft_of(order(blank(), shipping_address=japanese)).recipient.state_code == "13"


@pytest.mark.parametrize(
    "country", ["HK", "SX", "PA", "AE", "BQ", "CW", "IE", "CL", "CO", "PE", "GT", "TW", "TR", "FK"]
)
def test_no_postal_code_is_demanded_where_shopifys_checkout_demands_none(country: str) -> None:
    address = replace(ADDRESS, country_code=country, province_code=None, zip=None)
    assert draft_of(order(blank(), shipping_address=address)).recipient.zip is None


@pytest.mark.parametrize("country", ["DE", "FR", "GB", "NL", "PL", "SE", "CH", "SG", "KR", "IN", "MX", "ZA", "NZ"])
def test_a_postal_code_is_demanded_where_addresses_need_one(country: str) -> None:
    address = replace(ADDRESS, country_code=country, province_code=None, zip=None)
    assert "lacks: postal code" in refused(order(blank(), shipping_address=address))


def test_a_postal_code_that_is_optional_is_sent() -> None:
    address = replace(ADDRESS, country_code="PA", province_code="PA-8", zip="0801")
    recipient = draft_of(order(blank(), shipping_address=address)).recipient
    assert (recipient.zip, recipient.state_code) == ("0801", None)


@pytest.mark.parametrize(
    ("country", "province", "city"),
    [("SG", None, "Singapore"), ("VA", None, "Vatican City"), ("HK", "Kowloon", "Kowloon"), ("AE", "Dubai", "Dubai")],
)
def test_without_a_city_the_province_or_the_country_is_sent_instead(
    country: str, province: str | None, city: str
) -> None:
    address = replace(ADDRESS, country_code=country, country=city, province_code=None, province=province, city=None)
    assert draft_of(order(blank(), shipping_address=address)).recipient.city == city


def test_a_state_that_printful_does_not_know_is_named() -> None:
    for country, code in (("US", "XX"), ("JP", "JP-48"), ("BR", "ZZ")):
        reason = refused(order(blank(), shipping_address=replace(ADDRESS, country_code=country, province_code=code)))
        assert repr(code) in reason
        assert "Correct it in Shopify" in reason


@pytest.mark.parametrize("code", ["PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW", "AA", "AE", "AP", "DC"])
def test_goods_go_to_the_territories_of_the_us(code: str) -> None:
    address = replace(ADDRESS, province_code=code)
    assert draft_of(order(blank(), shipping_address=address)).recipient.state_code == code


def test_the_costs_of_an_order_that_goes_whole_are_those_of_the_order() -> None:
    costs = draft_of(
        order(blank(21, 3, discount="10.00", tax="4.13"), printed(tax="1.65"), shipping=(carriage("4.99", tax="0.41"),))
    ).retail_costs
    assert (costs.currency, costs.subtotal, costs.discount) == ("USD", Decimal("80.00"), Decimal("10.00"))
    assert (costs.shipping, costs.tax) == (Decimal("4.99"), Decimal("6.19"))


def test_the_costs_of_a_part_are_its_share_after_discounts() -> None:
    given = order(blank(21, 2, discount="10.00"), line(11, 1, price="90.00"), shipping=(carriage("6.00"),))
    costs = draft_of(given).retail_costs
    assert (costs.subtotal, costs.discount, costs.shipping) == (Decimal("40.00"), Decimal("10.00"), Decimal("1.50"))


def test_other_goods_that_went_out_before_do_not_change_the_share_of_shipping() -> None:
    lines = (blank(price="30.00"), line(11, 1, price="30.00"))
    routed = (parts(lines[0]), parts(lines[1], number=102, remaining=0, status="CLOSED"))
    costs = draft_of(order(*lines, routed=routed, shipping=(carriage("6.00"),))).retail_costs
    assert costs.shipping == Decimal("3.00")


def test_goods_that_are_picked_up_bear_no_shipping() -> None:
    lines = (blank(), line())
    routed = (parts(lines[0]), parts(lines[1], number=102, method="PICK_UP"))
    costs = draft_of(
        order(*lines, routed=routed, shipping=(carriage("5.00"), carriage("0.00", "Main St")))
    ).retail_costs
    assert costs.shipping == Decimal("5.00")


def test_the_discount_of_a_line_is_spread_evenly_over_its_units() -> None:
    costs = draft_of(order(blank(21, 3, current_quantity=1, discount="10.00", tax="3.00"))).retail_costs
    assert (costs.subtotal, costs.discount, costs.tax) == (Decimal("20.00"), Decimal("3.34"), Decimal("1.00"))


def test_thirds_of_several_lines_that_add_up_to_a_whole_amount_are_that_amount() -> None:
    lines = (
        blank(21, 3, current_quantity=1, discount="10.00", tax="1.00"),
        printed(31, 3, current_quantity=1, discount="20.00", tax="2.00"),
    )
    costs = draft_of(order(*lines)).retail_costs
    assert (costs.discount, costs.tax) == (Decimal("10.00"), Decimal("1.00"))


def test_taxes_that_the_prices_include_are_not_added() -> None:
    given = order(blank(tax="3.19"), taxes_included=True, shipping=(carriage(tax="0.80"),))
    assert draft_of(given).retail_costs.tax == 0


def test_a_currency_without_cents_gets_none() -> None:
    costs = draft_of(order(blank(21, 3, price="1000", discount="100", current_quantity=1), currency="JPY")).retail_costs
    assert (costs.subtotal, costs.discount) == (Decimal(1000), Decimal(34))
    assert costs.shipping.as_tuple().exponent == 0


def test_free_goods_share_the_shipping_by_their_number() -> None:
    given = order(blank(21, 1, price="0.00"), line(11, 3, price="0.00"), shipping=(carriage("8.00"),))
    assert draft_of(given).retail_costs.shipping == Decimal("2.00")


money = st.integers(0, 20_000).map(lambda cents: Decimal(cents) / 100)
lines_given = st.lists(
    st.tuples(st.integers(1, 7), money, st.integers(0, 100), money, st.booleans()), min_size=2, max_size=6
)


@given_that(lines_given, money, money)
def test_two_parts_of_an_order_add_up_to_what_was_paid_and_never_to_more(
    rows: list[tuple[int, Decimal, int, Decimal, bool]], shipping: Decimal, shipping_tax: Decimal
) -> None:
    def costs(printfuls: bool | None) -> list[Decimal]:
        lines = []
        for n, (quantity, price, percent, tax, is_first) in enumerate(rows):
            discount = (price * quantity * percent / 100).quantize(CENT)
            is_ours = printfuls is None or is_first is printfuls
            given = printed if is_ours else line
            lines.append(given(n + 1, quantity, price=str(price), discount=str(discount), tax=str(tax)))
        given_order = order(*lines, shipping=(carriage(str(shipping), tax=str(shipping_tax)),))
        draft = planned(given_order).print.draft
        if draft is None:
            return [Decimal(0)] * 4
        found = draft.retail_costs
        return [found.subtotal, found.discount, found.shipping, found.tax]

    whole, one, other = costs(None), costs(True), costs(False)
    assert whole[0] == sum((price * quantity for quantity, price, *_ in rows), Decimal(0))
    assert whole[2:] == [shipping, sum((row[3] for row in rows), shipping_tax)]
    assert all(each >= 0 for part in (whole, one, other) for each in part)
    assert all(abs(all_of_it - (a + b)) <= CENT for all_of_it, a, b in zip(whole, one, other, strict=True))

    def paid(part: list[Decimal]) -> Decimal:
        return part[0] - part[1] + part[2] + part[3]

    assert paid(one) + paid(other) <= paid(whole)


def shipping_plan(*lines: tuple[str, str | None, str], methods: dict[str, str] | None = None) -> PrintPlan:
    shipping = tuple(carriage(price, title, code=code) for title, code, price in lines)
    return planned(order(blank(), shipping=shipping), rules=ForwardingRules(shipping_methods=methods or {})).print


def method_of(plan: PrintPlan) -> str:
    assert plan.draft is not None
    return plan.draft.shipping


def test_the_shops_choice_of_method_is_looked_up_by_code_and_then_by_title() -> None:
    methods = {"exp": "PRINTFUL_FAST", "express mail": "PRINTFUL_MEDIUM"}
    by_code = shipping_plan(("Express Mail", "EXP", "9.00"), methods=methods)
    assert (method_of(by_code), by_code.checks_shipping, by_code.warnings) == ("PRINTFUL_FAST", True, ())
    assert method_of(shipping_plan(("Express Mail", "other", "9.00"), methods=methods)) == "PRINTFUL_MEDIUM"


@pytest.mark.parametrize("code", ["STANDARD", "PRINTFUL_FAST", "STANDARD_CARBON_OFFSET"])
def test_an_id_of_printfuls_is_taken_as_it_is(code: str) -> None:
    plan = shipping_plan(("By mail", code, "9.00"))
    assert (method_of(plan), plan.checks_shipping) == (code, code != "STANDARD")


def test_express_that_nothing_maps_goes_as_standard_with_a_warning() -> None:
    plan = shipping_plan(("UPS Express Saver", None, "25.00"))
    assert (method_of(plan), plan.checks_shipping) == ("STANDARD", False)
    assert "UPS Express Saver" in plan.warnings[0]
    assert "PRINTFUL_SHIPPING_METHODS" in plan.warnings[0]


def test_of_several_shipping_lines_the_most_expensive_is_used_with_a_warning() -> None:
    plan = shipping_plan(("Economy", None, "3.00"), ("PRINTFUL_FAST", None, "12.00"))
    assert method_of(plan) == "PRINTFUL_FAST"
    assert "PRINTFUL_FAST" in plan.warnings[0]


def test_an_order_without_a_shipping_line_goes_as_standard() -> None:
    assert method_of(shipping_plan()) == "STANDARD"

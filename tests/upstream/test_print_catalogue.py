"""The number of requests for Printful's catalogue."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.errors import Throttled, Unavailable, UpstreamError
from clients.http import HttpUpstream
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.models import SizeUnit
from clients.timing import Timing
from resolvers.print_catalogue import PrintCatalogue, PrintCatalogueReader
from resolvers.print_on_demand import PRINTFUL_VENDOR, PrintOnDemand

VARIANTS_PER_PRODUCT = 100


class Shop:
    """Printful with a hundred variants to a product: 7100 to 7199 are those of product 71. Notes every path."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.statuses: dict[str, int] = {}
        self.unlisted: set[int] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.paths.append(path)
        status = self.statuses.get(path, self.statuses.get("*", 200))
        if status != 200:
            return httpx.Response(status, json={"code": status, "result": "No"})
        match path.strip("/").split("/"):
            case ["products", "variant", number]:
                return _answer({"variant": _variant(int(number)), "product": _product(int(number) // 100)})
            case ["products", number]:
                ids = (int(number) * VARIANTS_PER_PRODUCT + n for n in range(VARIANTS_PER_PRODUCT))
                variants = [_variant(each) for each in ids if each not in self.unlisted]
                return _answer({"product": _product(int(number)), "variants": variants})
            case ["products", number, "sizes"]:
                return _answer({"product_id": int(number), "available_sizes": [request.url.params["unit"]]})
            case ["store", "variants", "9"]:
                return _answer({"id": 9, "synced": False, "variant_id": None, "size": "M"})
            case ["store", "variants", number]:
                product = {"product_id": int(number) // 100, "variant_id": int(number)}
                return _answer({"id": int(number), "variant_id": int(number), "product": product})
        return httpx.Response(404, json={"code": 404, "result": "Not Found"})


def _answer(result: object) -> httpx.Response:
    return httpx.Response(200, json={"code": 200, "result": result, "extra": []})


def _variant(number: int) -> dict[str, object]:
    return {"id": number, "product_id": number // VARIANTS_PER_PRODUCT}


def _product(number: int) -> dict[str, object]:
    return {"id": number, "title": f"Product {number}"}


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def catalogue(shop: Shop) -> PrintCatalogue:
    http = HttpUpstream(httpx.MockTransport(shop), "https://printful.example")
    return PrintCatalogue(Printful(http, PrintfulAccess("secret", "42"), timing=Timing(jitter=lambda: 0.0)))


async def prints_of(reader: PrintCatalogueReader, *skus: str, grouped: bool = True) -> list[PrintOnDemand | None]:
    """What Printful makes under the SKUs; `grouped`: asked for as the shop's products, one for each of Printful's."""
    groups = [sku[:-2] if grouped else None for sku in skus]
    return await asyncio.gather(
        *(reader.print_on_demand(sku, PRINTFUL_VENDOR, group) for sku, group in zip(skus, groups, strict=True))
    )


def page(products: int, variants_each: int) -> list[str]:
    """SKUs of some variants of each of some products."""
    return [f"PFUL-{product * 100 + n}" for product in range(11, 11 + products) for n in range(variants_each)]


async def test_every_sku_gets_its_own_variant(catalogue: PrintCatalogue) -> None:
    skus = page(5, 10)
    found = await prints_of(catalogue.reader(), *skus)
    assert [f"PFUL-{each.catalog_variant_id}" for each in found if each is not None] == skus


async def test_a_known_page_costs_one_request_per_product(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), *page(5, 10))
    shop.paths.clear()
    await prints_of(catalogue.reader(), *page(5, 10))
    assert sorted(shop.paths) == [f"/products/{product}" for product in range(11, 16)]


async def test_an_unknown_page_costs_one_more_request_per_product(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), *page(5, 10))
    products = range(11, 16)
    assert sorted(shop.paths) == sorted(
        [f"/products/{product}" for product in products] + [f"/products/variant/{product}00" for product in products]
    )


async def test_wrong_groups_cost_at_most_a_request_per_variant_and_product(
    catalogue: PrintCatalogue, shop: Shop
) -> None:
    skus = page(5, 10)
    found = await prints_of(catalogue.reader(), *skus, grouped=False)
    assert [f"PFUL-{each.catalog_variant_id}" for each in found if each is not None] == skus
    assert len(set(shop.paths)) == len(shop.paths) <= 55


async def test_a_known_variant_is_not_read_again_with_a_new_neighbour(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), "PFUL-7101")
    shop.paths.clear()
    await prints_of(catalogue.reader(), "PFUL-7101", "PFUL-7102", "PFUL-7103")
    assert shop.paths == ["/products/71"]


async def test_one_unknown_variant_costs_one_request(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), "PFUL-7101")
    assert shop.paths == ["/products/variant/7101"]


async def test_unknown_variants_of_different_products_are_each_read_once(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), *page(4, 1))
    assert sorted(shop.paths) == [f"/products/variant/{number}" for number in (1100, 1200, 1300, 1400)]


async def test_one_request_reads_nothing_twice(catalogue: PrintCatalogue, shop: Shop) -> None:
    reader = catalogue.reader()
    await prints_of(reader, "PFUL-7101", "PFUL-7101")
    await prints_of(reader, "PFUL-7101")
    await asyncio.gather(reader.size_guide(71), reader.size_guide(71), reader.size_guide(71, SizeUnit.CM))
    assert sorted(shop.paths) == ["/products/71/sizes", "/products/71/sizes", "/products/variant/7101"]


async def test_each_request_reads_afresh(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), "PFUL-7101")
    await prints_of(catalogue.reader(), "PFUL-7101")
    assert len(shop.paths) == 2


async def test_the_stores_variant_costs_itself_and_its_product(catalogue: PrintCatalogue, shop: Shop) -> None:
    (found,) = await prints_of(catalogue.reader(), "PFUL-SYNC-7101")
    assert shop.paths == ["/store/variants/7101", "/products/71"]
    assert found is not None
    assert (found.sync_variant_id, found.catalog_variant_id) == (7101, 7101)


async def test_the_stores_variants_of_one_product_share_its_request(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), *(f"PFUL-SYNC-{7100 + n}" for n in range(10)))
    assert shop.paths.count("/products/71") == 1
    assert len(shop.paths) == 11


async def test_a_stores_variant_that_is_not_linked_costs_itself_alone(catalogue: PrintCatalogue, shop: Shop) -> None:
    (found,) = await prints_of(catalogue.reader(), "PFUL-SYNC-9")
    assert found is not None
    assert (found.size, found.variant) == ("M", None)
    assert shop.paths == ["/store/variants/9"]


async def test_other_vendors_goods_cost_nothing(catalogue: PrintCatalogue, shop: Shop) -> None:
    reader = catalogue.reader()
    assert await reader.print_on_demand("PFUL-7101", "Kynda Coffee") is None
    assert await reader.print_on_demand("COFFEE-1", PRINTFUL_VENDOR) is None
    assert shop.paths == []


async def test_a_variant_unknown_to_printful_is_absent(catalogue: PrintCatalogue, shop: Shop) -> None:
    shop.statuses["/products/variant/7101"] = 404
    assert await prints_of(catalogue.reader(), "PFUL-7101") == [None]


async def test_a_variant_missing_from_its_product_is_read_alone(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), "PFUL-7101")
    shop.unlisted.add(7101)
    shop.paths.clear()
    (found,) = await prints_of(catalogue.reader(), "PFUL-7101")
    assert found is not None
    assert shop.paths == ["/products/71", "/products/variant/7101"]


async def test_one_products_outage_costs_only_its_variants(catalogue: PrintCatalogue, shop: Shop) -> None:
    await prints_of(catalogue.reader(), *page(2, 3))
    shop.statuses["/products/11"] = 503
    reader = catalogue.reader()
    answers = await asyncio.gather(
        *(reader.print_on_demand(sku, PRINTFUL_VENDOR) for sku in page(2, 3)), return_exceptions=True
    )
    assert [type(each) for each in answers] == [Unavailable] * 3 + [PrintOnDemand] * 3


async def test_an_outage_is_not_repeated_for_every_variant(catalogue: PrintCatalogue, shop: Shop) -> None:
    shop.statuses["*"] = 503
    reader = catalogue.reader()
    answers = await asyncio.gather(
        *(reader.print_on_demand(sku, PRINTFUL_VENDOR) for sku in page(5, 10)), return_exceptions=True
    )
    assert {type(each) for each in answers} == {Unavailable}
    assert len(shop.paths) <= catalogue.probes


async def test_being_throttled_ends_the_search(catalogue: PrintCatalogue, shop: Shop) -> None:
    shop.statuses["*"] = 429
    with pytest.raises(Throttled):
        await prints_of(catalogue.reader(), *page(5, 10))
    assert len(shop.paths) <= catalogue.probes


async def test_a_failed_read_is_not_remembered(catalogue: PrintCatalogue, shop: Shop) -> None:
    shop.statuses["*"] = 503
    with pytest.raises(UpstreamError):
        await prints_of(catalogue.reader(), "PFUL-7101")
    shop.statuses.clear()
    assert (await prints_of(catalogue.reader(), "PFUL-7101"))[0] is not None


async def test_the_memory_of_products_is_bounded(shop: Shop) -> None:
    http = HttpUpstream(httpx.MockTransport(shop), "https://printful.example")
    catalogue = PrintCatalogue(Printful(http, PrintfulAccess("secret", "42")), max_known=2)
    await prints_of(catalogue.reader(), "PFUL-1101", "PFUL-1201", "PFUL-1301")
    assert [catalogue.product_of(number) for number in (1101, 1201, 1301)] == [None, 12, 13]


@given(
    st.lists(st.tuples(st.integers(100, 999), st.none() | st.sampled_from("abc")), max_size=30),
    st.sets(st.integers(100, 999)),
    st.sets(st.integers(100, 999)),
)
async def test_however_variants_are_grouped_each_is_found_within_the_bounds(
    wanted: list[tuple[int, str | None]], unlisted: set[int], known: set[int]
) -> None:
    shop = Shop()
    shop.unlisted = unlisted
    http = HttpUpstream(httpx.MockTransport(shop), "https://printful.example")
    catalogue = PrintCatalogue(Printful(http, PrintfulAccess("secret", "42")))
    for number in known:
        catalogue.remember(number, number // VARIANTS_PER_PRODUCT)
    reader = catalogue.reader()
    found = await asyncio.gather(
        *(reader.print_on_demand(f"PFUL-{number}", PRINTFUL_VENDOR, group) for number, group in wanted)
    )
    assert [each and each.catalog_variant_id for each in found] == [number for number, _ in wanted]
    assert len(set(shop.paths)) == len(shop.paths)
    numbers = {number for number, _ in wanted}
    products = {number // VARIANTS_PER_PRODUCT for number in numbers}
    assert len(shop.paths) <= len(products) + len((numbers - known) | (numbers & unlisted))

"""Printful's stand-in: who may ask, how often, and what comes back."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from clients.http import HttpUpstream
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.models import Availability, SizeUnit
from resolvers.print_catalogue import PrintCatalogue
from resolvers.print_on_demand import PRINTFUL_VENDOR
from sandbox.printful.app import ANONYMOUS_PER_MINUTE, API_STORE, PLATFORM_STORE
from sandbox.printful_ids import PRINT_PRODUCTS, PRINT_VARIANTS, SYNC_VARIANTS
from sandbox.store import Store

BASE = "http://sandbox.example/printful"
TOKEN = {"Authorization": "Bearer sandbox-test"}
IN_STORE = {**TOKEN, "X-PF-Store-Id": str(API_STORE)}
IN_PLATFORM_STORE = {**TOKEN, "X-PF-Store-Id": str(PLATFORM_STORE)}


@pytest.fixture
async def http(transport: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield http


@pytest.fixture
def printful(transport: httpx.ASGITransport) -> Printful:
    return Printful(HttpUpstream(transport, BASE), PrintfulAccess("sandbox-test", str(API_STORE)))


def error(status: int, message: str, reason: str) -> dict[str, Any]:
    return {"code": status, "result": message, "error": {"reason": reason, "message": message}}


async def test_an_answer_comes_in_printfuls_envelope(http: httpx.AsyncClient) -> None:
    response = await http.get("/products/71", headers=TOKEN)
    assert (response.status_code, list(response.json())) == (200, ["code", "result", "extra"])
    assert response.json()["extra"] == []
    assert response.headers["content-type"] == "application/json; charset=UTF-8"


@pytest.mark.parametrize(
    "path", ["/products/1", "/products/variant/1", "/products/1/sizes", "/categories/9", "/nowhere"]
)
async def test_a_missing_resource_is_printfuls_404(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path, headers=TOKEN)
    assert response.status_code == 404
    assert response.json() == error(404, "Not Found", "NotFound")


@pytest.mark.parametrize("header", ["", "sandbox-test", "Basic c2FuZGJveA==", "Bearer", "Bearer "])
async def test_a_malformed_authorization_is_401(http: httpx.AsyncClient, header: str) -> None:
    response = await http.get("/products", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.json() == error(401, "Malformed Authorization header.", "BadRequest")


async def test_a_token_that_is_not_the_sandboxs_is_401(http: httpx.AsyncClient) -> None:
    response = await http.get("/products", headers={"Authorization": "Bearer real-token"})
    assert response.status_code == 401


async def test_the_catalogue_may_be_read_without_a_token(http: httpx.AsyncClient) -> None:
    assert (await http.get("/products/71")).status_code == 200


async def test_a_store_may_not_be_read_without_a_token(http: httpx.AsyncClient) -> None:
    response = await http.get("/store/products", headers={"X-PF-Store-Id": str(API_STORE)})
    assert response.status_code == 401


async def test_a_store_has_to_be_named(http: httpx.AsyncClient) -> None:
    response = await http.get("/store/products", headers=TOKEN)
    assert response.status_code == 400
    assert response.json() == error(400, "This endpoint requires `store_id`!", "BadRequest")


async def test_another_store_is_403(http: httpx.AsyncClient) -> None:
    assert (await http.get("/store/products", headers={**TOKEN, "X-PF-Store-Id": "99"})).status_code == 403


async def test_the_two_kinds_of_store_have_different_paths(http: httpx.AsyncClient) -> None:
    assert (await http.get("/sync/products", headers=IN_STORE)).status_code == 400
    assert (await http.get("/store/products", headers=IN_PLATFORM_STORE)).status_code == 400


async def test_nothing_can_be_changed(http: httpx.AsyncClient) -> None:
    assert (await http.post("/products/71", headers=TOKEN)).status_code == 405


async def test_the_headers_count_the_minutes_requests(http: httpx.AsyncClient) -> None:
    first, second = await http.get("/products", headers=TOKEN), await http.get("/products", headers=TOKEN)
    assert first.headers["x-ratelimit-limit"] == "120"
    assert first.headers["x-ratelimit-remaining"] == "119"
    assert first.headers["x-ratelimit-reset"] == "60"
    assert second.headers["x-ratelimit-remaining"] == "118"


async def test_too_many_requests_are_refused_until_the_minute_is_over(http: httpx.AsyncClient, store: Store) -> None:
    store.printful_per_minute = 2
    statuses = [(await http.get("/products", headers=TOKEN)).status_code for _ in range(3)]
    store.clock.advance(14)
    refused = await http.get("/products", headers=TOKEN)
    store.clock.advance(46)
    again = await http.get("/products", headers=TOKEN)
    assert [*statuses, refused.status_code, again.status_code] == [200, 200, 429, 429, 200]
    assert refused.json()["result"].endswith("Please try again after 46 seconds.")
    assert "retry-after" not in refused.headers


async def test_callers_without_a_token_share_a_smaller_limit(http: httpx.AsyncClient) -> None:
    response = await http.get("/products")
    assert response.headers["x-ratelimit-limit"] == str(ANONYMOUS_PER_MINUTE)


async def test_all_products_are_listed_without_their_variants(http: httpx.AsyncClient) -> None:
    found = (await http.get("/products", headers=TOKEN)).json()["result"]
    assert [each["id"] for each in found] == list(PRINT_PRODUCTS)
    assert all("variants" not in each for each in found)


async def test_products_can_be_asked_for_by_category(http: httpx.AsyncClient) -> None:
    found = (await http.get("/products", params={"category_id": "112,16"}, headers=TOKEN)).json()["result"]
    assert sorted(each["id"] for each in found) == [19, 367]
    assert (await http.get("/products", params={"category_id": "mugs"}, headers=TOKEN)).status_code == 400


async def test_every_category_is_there_by_its_id(http: httpx.AsyncClient) -> None:
    for each in (await http.get("/categories", headers=TOKEN)).json()["result"]["categories"]:
        found = (await http.get(f"/categories/{each['id']}", headers=TOKEN)).json()["result"]
        assert found == {"category": each}


async def test_the_store_that_was_made_for_the_api_is_listed(http: httpx.AsyncClient) -> None:
    found = (await http.get("/stores", headers=TOKEN)).json()["result"]
    assert [each["id"] for each in found] == [API_STORE]


async def test_the_connected_store_is_listed_while_printfuls_app_is_connected(
    http: httpx.AsyncClient, store: Store
) -> None:
    store.printful_app_connected = True
    found = (await http.get("/stores", headers=TOKEN)).json()["result"]
    assert [each["type"] for each in found] == ["native", "shopify"]


async def test_sync_products_come_in_pages(http: httpx.AsyncClient) -> None:
    answer = (await http.get("/store/products", params={"limit": 1, "offset": 1}, headers=IN_STORE)).json()
    assert [each["name"] for each in answer["result"]] == ["Morning ritual mug"]
    assert answer["paging"] == {"total": 2, "offset": 1, "limit": 1}
    assert (await http.get("/store/products", params={"limit": "all"}, headers=IN_STORE)).status_code == 400


async def test_a_sync_product_holds_its_variants(http: httpx.AsyncClient) -> None:
    found = (await http.get("/store/products/382019502", headers=IN_STORE)).json()["result"]
    assert found["sync_product"]["variants"] == 2
    assert [each["variant_id"] for each in found["sync_variants"]] == [1320, 4830]


async def test_the_shops_own_id_finds_a_sync_variant_and_its_product(http: httpx.AsyncClient, store: Store) -> None:
    sold = next(each for each in store.variants.values() if each.sku == "PFUL-SYNC-4752058801")
    variant = (await http.get(f"/store/variants/@{sold.id}", headers=IN_STORE)).json()["result"]
    product = (await http.get(f"/store/products/@{sold.product.id}", headers=IN_STORE)).json()["result"]
    assert variant["id"] == 4752058801
    assert product["sync_product"]["id"] == variant["sync_product_id"]


async def test_a_sync_variant_is_bare_in_one_kind_of_store_and_wrapped_in_the_other(http: httpx.AsyncClient) -> None:
    bare = (await http.get("/store/variants/4752058801", headers=IN_STORE)).json()["result"]
    wrapped = (await http.get("/sync/variant/4752058801", headers=IN_PLATFORM_STORE)).json()["result"]
    assert wrapped["sync_variant"] == bare
    assert wrapped["sync_product"]["id"] == bare["sync_product_id"]


async def test_sizes_come_in_the_units_asked_for(http: httpx.AsyncClient) -> None:
    answer = await http.get("/products/71/sizes", params={"unit": "inches,cm"}, headers=TOKEN)
    assert [each["unit"] for each in answer.json()["result"]["size_tables"]] == ["inches", "cm", "none"]
    assert (await http.get("/products/71/sizes", params={"unit": "ells"}, headers=TOKEN)).status_code == 400


async def test_centimetres_are_the_same_lengths(printful: Printful) -> None:
    guide = await printful.size_guide(71, SizeUnit.CM)
    assert guide is not None
    length = guide.tables[0].measurements[0]
    assert (length.label, length.values[0].size, length.values[0].value) == ("Length", "S", "71.1")


async def test_our_client_reads_every_variant(printful: Printful) -> None:
    for made in PRINT_VARIANTS.values():
        found = await printful.catalog_variant(made.id)
        assert found is not None
        assert (found.size, found.color, found.product.id) == (made.size, made.colour, made.product_id)
        assert found.price is not None
        assert found.price.amount == made.cost


async def test_our_client_reads_every_product_with_its_variants(printful: Printful) -> None:
    for made in PRINT_PRODUCTS.values():
        found = await printful.catalog_product(made.id)
        assert found is not None
        assert len(found.variants) == found.product.variant_count > 0


@pytest.mark.parametrize("store_id", [API_STORE, PLATFORM_STORE])
async def test_our_client_reads_every_sync_variant_of_both_kinds_of_store(
    transport: httpx.ASGITransport, store_id: int
) -> None:
    access = PrintfulAccess("sandbox-test", str(store_id), is_platform_store=store_id == PLATFORM_STORE)
    http = HttpUpstream(transport, BASE)
    for made in SYNC_VARIANTS.values():
        found = await Printful(http, access).sync_variant(made.id)
        assert found is not None
        assert (found.variant_id, found.is_synced) == (made.variant_id, True)


async def test_every_printful_sku_of_the_shop_is_known(printful: Printful, store: Store) -> None:
    reader = PrintCatalogue(printful).reader()
    sold = [each for each in store.variants.values() if each.product.vendor == PRINTFUL_VENDOR]
    assert sold
    for each in sold:
        assert await reader.print_on_demand(each.sku, each.product.vendor) is not None


async def test_some_blanks_are_out_of_stock(printful: Printful) -> None:
    reader = PrintCatalogue(printful).reader()
    gone = await reader.print_on_demand("PFUL-4030", PRINTFUL_VENDOR)
    out = await reader.print_on_demand("PFUL-5536", PRINTFUL_VENDOR)
    partly = await reader.print_on_demand("PFUL-5532", PRINTFUL_VENDOR)
    assert gone is not None
    assert out is not None
    assert partly is not None
    assert (gone.is_discontinued, out.is_discontinued, partly.is_discontinued) == (True, False, False)
    assert (gone.is_available, out.is_available, partly.is_available) == (False, False, True)
    assert {each.availability for each in partly.regions} == {Availability.AVAILABLE, Availability.OUT_OF_STOCK}


async def test_pictures_are_the_sandboxs_own(printful: Printful, http: httpx.AsyncClient, store: Store) -> None:
    variant = await printful.catalog_variant(4016)
    assert variant is not None
    assert variant.image is not None
    assert variant.image == f"{store.public_url}/sandbox/blanks/4016.png"
    drawn = await http.get("http://sandbox.example" + variant.image.removeprefix(store.public_url))
    assert drawn.headers["content-type"] == "image/png"
    assert drawn.content.startswith(b"\x89PNG")

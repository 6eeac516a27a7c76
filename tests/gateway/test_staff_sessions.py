"""Signing in to the staff desk, and attacks on it: each is refused, or shown as text."""

import json
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.gateway.order_shop import ART, ART_NAME, order_shop
from tests.gateway.staff_desk import TOKEN, Browser, address, form_token, signed_in, words
from tests.virtual_time import in_no_time

PAGES = ("/staff", "/staff/search", "/staff/catalogue", "/staff/health", "/staff/orders/1", "/staff/orders/1/forward")
SCRIPT = "<script>alert(1)</script>"


@in_no_time
async def test_the_session_cookie_is_for_this_site_over_https_and_no_script() -> None:
    async with order_shop() as shop:
        answer = await Browser(shop.served.http).sign_in()
        [cookie] = SimpleCookie(answer.headers["set-cookie"]).values()

        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"].lower() == "strict"
        assert cookie["path"] == "/staff"
        assert int(cookie["max-age"]) == 12 * 3600
        assert TOKEN not in answer.headers["set-cookie"]


@in_no_time
async def test_without_a_session_every_page_leads_to_signing_in() -> None:
    async with order_shop() as shop:
        for path in PAGES:
            answer = await Browser(shop.served.http).get(path)
            assert answer.status_code == 303
            assert answer.headers["location"] == f"/staff/sign-in?to={path}"
        assert (await Browser(shop.served.http).get("/staff/events")).status_code == 403


@in_no_time
async def test_without_a_session_no_form_does_anything() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        shop.counted()
        for action in ("forward", "confirm", "cancel"):
            answer = await Browser(shop.served.http).post(f"{address(order)}/{action}", {"form_token": "x"})
            assert answer.status_code == 403
        assert shop.requests == {}


@pytest.mark.parametrize("cookie", ["", "x", "gAAAAA", "a" * 4097, '"; Path=/'])
@in_no_time
async def test_a_forged_session_is_rejected(cookie: str) -> None:
    async with order_shop() as shop:
        browser = Browser(shop.served.http)
        browser.cookies["kynda_staff"] = cookie
        assert (await browser.get("/staff")).status_code == 303


@in_no_time
async def test_a_changed_letter_ends_the_session() -> None:
    async with order_shop() as shop:
        browser = await signed_in(shop)
        value = browser.cookies["kynda_staff"]
        for at in (0, 10, len(value) // 2, len(value) - 3):
            browser.cookies["kynda_staff"] = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
            assert (await browser.get("/staff")).status_code == 303


@in_no_time
async def test_the_message_cookie_is_no_session() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        browser = await signed_in(shop)
        page = await browser.get(f"{address(order)}/forward")
        await browser.post(f"{address(order)}/forward", {"form_token": form_token(page)})
        browser.cookies["kynda_staff"] = browser.cookies["kynda_staff_message"]
        assert (await browser.get("/staff")).status_code == 303


@in_no_time
async def test_a_session_ends_after_its_hours() -> None:
    async with order_shop(staff_session_hours=2) as shop:
        browser = await signed_in(shop)
        shop.store.clock.advance(timedelta(hours=2).total_seconds() - 1)
        assert (await browser.get("/staff")).status_code == 200
        shop.store.clock.advance(2)
        assert (await browser.get("/staff")).status_code == 303


@pytest.mark.parametrize(
    "changed",
    [
        {"staff_token": "another-common-token"},
        {"staff_tokens": {"Ada": "a-new-token-of-adas"}},
        {"staff_tokens": {"Ada": "adas-token", "Ben": "bens-token"}},
        {"staff_session_secret": "another-secret"},
        {"staff_tokens": {}},
    ],
)
@in_no_time
async def test_a_changed_token_ends_all_sessions(changed: dict[str, Any]) -> None:
    first: dict[str, Any] = {
        "staff_token": "the-common-token",
        "staff_tokens": {"Ada": "adas-token"},
        "staff_session_secret": "s",
    }
    async with order_shop(**first) as shop:
        sessions = [await signed_in(shop, token) for token in ("the-common-token", "adas-token")]
        cookies = [each.cookies for each in sessions]
    async with order_shop(**first) as again:
        for each in cookies:
            browser = Browser(again.served.http)
            browser.cookies = dict(each)
            assert (await browser.get("/staff")).status_code == 200  # of another process with the same settings
    async with order_shop(**{**first, **changed}) as later:
        for each in cookies:
            browser = Browser(later.served.http)
            browser.cookies = dict(each)
            assert (await browser.get("/staff")).status_code == 303


@in_no_time
async def test_signing_out_removes_the_session() -> None:
    async with order_shop() as shop:
        browser = await signed_in(shop)
        page = await browser.get("/staff")
        await browser.post("/staff/sign-out", {"form_token": form_token(page)})
        assert "kynda_staff" not in browser.cookies
        assert (await browser.get("/staff")).status_code == 303


@in_no_time
async def test_a_wrong_token_is_refused_and_guessing_is_stopped() -> None:
    async with order_shop(limit_client_failed_tokens=3) as shop:
        browser = Browser(shop.served.http)
        for wrong in ("", "wrong", "sandbox-staf"):
            answer = await browser.sign_in(wrong)
            assert answer.status_code == 403
            assert not browser.cookies
        stopped = await browser.sign_in()
        assert stopped.status_code == 429
        assert "retry-after" in stopped.headers
        assert not browser.cookies
        # The graph counts the same attempts.
        shown = {"authorization": f"Bearer {TOKEN}"}
        graph = await shop.served.http.post("/graphql", json={"query": "{ shop { name } }"}, headers=shown)
        assert graph.status_code == 429


@pytest.mark.parametrize("path", ["/metrics", "/operations"])
@in_no_time
async def test_no_route_serves_for_guessing_tokens(path: str) -> None:
    async with order_shop(limit_client_failed_tokens=3) as shop:
        guessed = [
            (await shop.served.http.get(path, headers={"authorization": f"Bearer guess-{number}"})).status_code
            for number in range(4)
        ]
        assert guessed == [404, 404, 404, 429]
        # The right token opens nothing for such a client, and the desk counts the same attempts.
        shown = await shop.served.http.get(path, headers={"authorization": f"Bearer {TOKEN}"})
        assert shown.status_code == 429
        assert (await Browser(shop.served.http).sign_in()).status_code == 429


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 21, "x", "1%00", "%D9%A1"], ids=lambda number: number[:6])
@in_no_time
async def test_an_order_number_that_none_has_is_not_found(number: str) -> None:
    async with order_shop() as shop:
        browser = await signed_in(shop)
        for path in (f"/staff/orders/{number}", f"/staff/orders/{number}/forward"):
            assert (await browser.get(path)).status_code == 404
            assert (await Browser(shop.served.http).get(path)).status_code == 303


@pytest.mark.parametrize(
    "foreign",
    [
        {"sec_fetch_site": "cross-site", "origin": "https://evil.example"},
        {"sec_fetch_site": "same-site", "origin": "http://evil.gateway"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
    ],
)
@in_no_time
async def test_another_sites_form_is_refused(foreign: dict[str, str]) -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        browser = await signed_in(shop)
        token = form_token(await browser.get(f"{address(order)}/cancel"))
        answer = await browser.post(f"{address(order)}/cancel", {"form_token": token}, **foreign)
        assert answer.status_code == 403
        assert shop.print_order.status == "draft"
        assert (await Browser(shop.served.http).sign_in(**foreign)).status_code == 403


@pytest.mark.parametrize("own", [{"sec_fetch_site": "same-origin"}, {"origin": "http://gateway"}, {}])
@in_no_time
async def test_the_desks_own_form_is_taken(own: dict[str, str]) -> None:
    async with order_shop() as shop:
        assert (await Browser(shop.served.http).sign_in(**own)).status_code == 303


@in_no_time
async def test_a_form_needs_the_token_of_its_own_session() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        first, second = await signed_in(shop), await signed_in(shop)
        others = form_token(await first.get(f"{address(order)}/cancel"))
        for token in ("", "x", others, "ü"):
            answer = await second.post(f"{address(order)}/cancel", {"form_token": token})
            assert answer.status_code == 403
        assert (await second.post("/staff/search", {"text": "x"})).status_code == 403
        assert (await second.post("/staff/sign-out", {})).status_code == 403
        assert shop.print_order.status == "draft"


@in_no_time
async def test_a_form_that_is_too_large_or_json_is_refused() -> None:
    async with order_shop() as shop:
        browser = await signed_in(shop)
        assert (await browser.post("/staff/sign-in", {"token": "x" * 20_000})).status_code == 413
        answer = await browser.post("/staff/sign-in", {"token": TOKEN}, content_type="text/plain")
        assert answer.status_code == 415


@pytest.mark.parametrize(
    "to",
    ["https://evil.example", "//evil.example", "/staff/../graphql", "/staffed", "/staff/%2e%2e/graphql", "/\\x", ""],
)
@in_no_time
async def test_signing_in_does_not_redirect_to_other_sites(to: str) -> None:
    async with order_shop() as shop:
        answer = await Browser(shop.served.http).post("/staff/sign-in", {"token": TOKEN, "to": to})
        assert answer.headers["location"] == "/staff"


@in_no_time
async def test_signing_in_leads_to_the_page_that_was_asked_for() -> None:
    async with order_shop() as shop:
        answer = await Browser(shop.served.http).post("/staff/sign-in", {"token": TOKEN, "to": "/staff/orders/12"})
        assert answer.headers["location"] == "/staff/orders/12"


@in_no_time
async def test_a_link_from_elsewhere_opens_the_desk_again_from_its_own_page() -> None:
    """Browsers leave a SameSite=Strict cookie out of a link from a mail or a chat."""
    async with order_shop() as shop:
        arrived = await Browser(shop.served.http).get("/staff/orders/12", sec_fetch_site="cross-site")
        assert arrived.status_code == 200
        assert 'http-equiv="refresh" content="0"' in arrived.text
        assert "set-cookie" not in arrived.headers


@in_no_time
async def test_a_script_in_an_order_is_shown_as_text() -> None:
    async with order_shop() as shop:
        mug = shop.variant("your-design-mug", "PFUL-1320")
        mug.product.title = f"Mug {SCRIPT}"
        mug.title = f'"{SCRIPT}'
        art = {ART: f'https://evil.example/"><img src=x onerror=alert(1)>{SCRIPT}', ART_NAME: SCRIPT}
        order = await shop.placed((mug, 1, art), note=SCRIPT, tags=[f"{SCRIPT}"], email=f"{SCRIPT}@example.com")
        browser = await signed_in(shop)
        searched = await browser.get("/staff/search")
        pages = [
            await browser.get("/staff"),
            await browser.get(address(order)),
            await browser.get(f"{address(order)}/forward"),
            await browser.get("/staff/catalogue"),
            await browser.post("/staff/search", {"form_token": form_token(searched), "text": f"{SCRIPT}@example.com"}),
            await browser.get(f"/staff/search?text={SCRIPT}"),
        ]
        for page in pages:
            assert page.status_code == 200
            assert "<script>" not in page.text
            assert "<img" not in page.text
        assert SCRIPT in words(pages[1])


@in_no_time
async def test_an_address_with_a_script_is_no_link() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        await shop.at_printful("confirm", "start", "ship")
        shop.print_order.shipments[0].tracking_url = "javascript:alert(1)"
        page = await (await signed_in(shop)).get(address(order))
        assert "javascript:" not in page.text


@in_no_time
async def test_pages_run_only_the_desks_own_files() -> None:
    async with order_shop() as shop:
        order = await shop.placed()
        browser = await signed_in(shop)
        for path in ("/staff", address(order), "/staff/health", "/staff/nothing"):
            page = await browser.get(path)
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert page.headers["cache-control"] == "no-store"
            assert " style=" not in page.text
            assert "<style" not in page.text
            assert " onclick" not in page.text
            for address_of_file in _files(page.text):
                file = await browser.get(address_of_file)
                assert file.status_code == 200
                assert "immutable" in file.headers["cache-control"]


def _files(text: str) -> list[str]:
    return [part.partition('"')[0] for part in text.split('="') if part.startswith("/staff/assets/")]


@in_no_time
async def test_neither_token_nor_session_is_in_any_log_or_address() -> None:
    tokens = {"Ada": "adas-very-own-token"}
    with capture_logs() as logs:
        async with order_shop(staff_tokens=tokens, staff_session_secret="a-session-secret") as shop:
            order = await shop.placed()
            browser = await signed_in(shop, tokens["Ada"])
            await Browser(shop.served.http).sign_in("a-wrong-guess")
            answers = [await browser.get("/staff"), await browser.press(f"{address(order)}/confirm")]
            session = browser.cookies["kynda_staff"]
            secrets = (tokens["Ada"], "a-wrong-guess", "a-session-secret", session, TOKEN)
            for secret in secrets:
                assert secret not in json.dumps(logs, default=str)
                assert all(secret not in answer.text for answer in answers)
            assert all(TOKEN not in str(answer.url) for answer in answers)


@in_no_time
async def test_named_staff_use_the_graph_with_their_own_token() -> None:
    async with order_shop(staff_tokens={"Ada": "adas-token", "Ben": "bens-token"}) as shop:
        order = await shop.placed()
        forward = "mutation ($id: ID!) { confirmPrintOrder(id: $id) { forwarding { attempts { action by } } } }"
        answer = await shop.served.http.post(
            "/graphql",
            json={"query": forward, "variables": {"id": f"gid://shopify/Order/{order.id}"}},
            headers={"Authorization": "Bearer bens-token"},
        )
        found = answer.json()["data"]["confirmPrintOrder"]["forwarding"]["attempts"]
        assert [each["by"] for each in found if each["action"] == "create"] == [None]
        assert [each["by"] for each in found if each["action"] == "confirm"] == ["Ben"]


@in_no_time
async def test_no_page_of_another_origin_may_read_the_desk() -> None:
    """Not even one that may call the graph with cookies: the shop's pages can be on the same site."""
    origin = "https://shop.example.com"
    async with order_shop(cors_allow_origins=origin) as shop:
        browser = await signed_in(shop)
        for path in (*PAGES, "/staff/events"):
            page = await browser.get(path, origin=origin)
            assert not [name for name in page.headers if name.startswith("access-control-")], path
        asked = {"origin": origin, "access-control-request-method": "POST"}
        preflight = await shop.served.http.request("OPTIONS", "/staff/sign-in", headers=asked)
        assert preflight.status_code == 405
        assert "access-control-allow-origin" not in preflight.headers

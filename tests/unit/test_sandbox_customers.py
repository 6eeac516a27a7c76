"""Customers of the sandbox's Storefront: accounts, tokens, links in mails, addresses."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.store import Store
from sandbox.storefront.customer_access import multipass_token
from tests.unit.customer_calls import (
    BOTH_ERRORS,
    ERRORS,
    PERSON,
    TOKEN,
    alter,
    book,
    create,
    drop,
    log_in,
    prefer,
    problem,
    put,
    seen,
)
from tests.unit.storefront_calls import Storefront, codes

DAY = 24 * 3600


def change(shop: Storefront, token: str, **given: Any) -> Any:
    selection = f"{{ customer {{ {PERSON} }} {TOKEN} {BOTH_ERRORS} }}"
    return shop.mutation("customerUpdate", selection, customerAccessToken=token, customer=given)


def test_a_new_customer_can_log_in(shop: Storefront) -> None:
    made = create(shop, firstName="Eve", lastName="Example", phone="+15125550177", acceptsMarketing=True)["customer"]

    token = log_in(shop, "EVE@example.com", "a-secret")["customerAccessToken"]["accessToken"]

    assert seen(shop, token) == made
    assert (made["displayName"], made["phone"], made["acceptsMarketing"]) == ("Eve Example", "+15125550177", True)


def test_a_customer_without_a_name_is_called_by_their_e_mail(shop: Storefront) -> None:
    assert create(shop)["customer"]["displayName"] == "eve@example.com"


@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ({"email": "ada@EXAMPLE.com"}, "TAKEN", "email"),
        ({"email": " "}, "BLANK", "email"),
        ({"email": "eve"}, "INVALID", "email"),
        ({"email": "eve@example"}, "BAD_DOMAIN", "email"),
        ({"password": ""}, "BLANK", "password"),
        ({"password": "four"}, "TOO_SHORT", "password"),
        ({"password": "x" * 41}, "TOO_LONG", "password"),
        ({"password": " espresso"}, "PASSWORD_STARTS_OR_ENDS_WITH_WHITESPACE", "password"),
        ({"firstName": "<b>Eve</b>"}, "CONTAINS_HTML_TAGS", "firstName"),
        ({"lastName": "www.example.com"}, "CONTAINS_URL", "lastName"),
        ({"lastName": "x" * 256}, "TOO_LONG", "lastName"),
        ({"phone": "call me"}, "INVALID", "phone"),
        ({"phone": "+15125550101"}, "TAKEN", "phone"),
        ({"email": "cleo@example.com"}, "CUSTOMER_DISABLED", "email"),
    ],
)
def test_an_invalid_customer_is_refused(
    shop: Storefront, given: dict[str, str], code: str, name: str, store: Store
) -> None:
    before = len(store.customers)

    payload = create(shop, **given)

    assert problem(payload) == (code, ["input", name])
    assert (payload["customer"], len(store.customers)) == (None, before)


def test_a_wrong_password_and_an_unknown_e_mail_get_the_same_answer(shop: Storefront) -> None:
    wrong, unknown = log_in(shop, "ada@example.com", "guess"), log_in(shop, "nobody@example.com", "guess")

    assert wrong == unknown
    assert problem(wrong) == ("UNIDENTIFIED_CUSTOMER", ["input"])
    assert wrong["customerAccessToken"] is None


def test_an_invited_customer_cannot_log_in(shop: Storefront) -> None:
    assert problem(log_in(shop, "cleo@example.com", ""))[0] == "CUSTOMER_DISABLED"


def test_a_token_ends_after_30_days(shop: Storefront, store: Store) -> None:
    token = log_in(shop, "ada@example.com", "espresso-time")["customerAccessToken"]

    store.clock.advance(30 * DAY - 1)
    assert seen(shop, token["accessToken"]) is not None
    store.clock.advance(1)

    assert token["expiresAt"] == "2026-12-22T12:00:00Z"
    assert seen(shop, token["accessToken"]) is None


def test_a_renewed_token_lives_on_in_place_of_the_old_one(shop: Storefront, store: Store) -> None:
    old = shop.log_in()
    store.clock.advance(DAY)

    selection = f"{{ {TOKEN} userErrors {{ field message }} }}"
    renewed = shop.mutation("customerAccessTokenRenew", selection, customerAccessToken=old)
    again = shop.mutation("customerAccessTokenRenew", selection, customerAccessToken=old)

    assert renewed["customerAccessToken"]["expiresAt"] == "2026-12-23T12:00:00Z"
    assert seen(shop, renewed["customerAccessToken"]["accessToken"]) is not None
    assert seen(shop, old) is None
    assert again["customerAccessToken"] is None
    assert again["userErrors"][0]["field"] == ["customerAccessToken"]


def test_a_deleted_token_grants_no_access(shop: Storefront) -> None:
    token = shop.log_in()
    selection = "{ deletedAccessToken deletedCustomerAccessTokenId userErrors { field } }"

    deleted = shop.mutation("customerAccessTokenDelete", selection, customerAccessToken=token)
    again = shop.mutation("customerAccessTokenDelete", selection, customerAccessToken=token)

    assert deleted["deletedAccessToken"] == token
    assert deleted["deletedCustomerAccessTokenId"].startswith("gid://shopify/CustomerAccessToken/")
    assert again["userErrors"] == [{"field": ["customerAccessToken"]}]
    assert seen(shop, token) is None


def multipass(shop: Storefront, token: str) -> Any:
    selection = f"{{ {TOKEN} {ERRORS} }}"
    return shop.mutation("customerAccessTokenCreateWithMultipass", selection, multipassToken=token)


def claims(store: Store, **more: str) -> dict[str, str]:
    return {"email": "mona@example.com", "created_at": store.clock.now().isoformat()} | more


def test_multipass_lets_known_and_new_customers_in(shop: Storefront, store: Store) -> None:
    new = multipass(shop, multipass_token(claims(store, first_name="Mona", last_name="Example", identifier="m-1")))
    moved = multipass(shop, multipass_token(claims(store, email="other@example.com", identifier="m-1")))
    known = multipass(shop, multipass_token(claims(store, email="ada@example.com")))

    people = [seen(shop, each["customerAccessToken"]["accessToken"]) for each in (new, moved, known)]
    assert people[0]["displayName"] == "Mona Example"
    assert people[1]["id"] == people[0]["id"]
    assert people[2]["email"] == "ada@example.com"


def test_multipass_tokens_that_are_forged_stale_or_empty_are_refused(shop: Storefront, store: Store) -> None:
    stale = (store.clock.now() - timedelta(minutes=16)).isoformat()
    tokens = [
        multipass_token(claims(store), "another secret"),
        multipass_token(claims(store, created_at=stale)),
        multipass_token(claims(store, email="nobody")),
        multipass_token({"email": "mona@example.com"}),
        "none",
    ]

    for token in tokens:
        assert problem(multipass(shop, token)) == ("INVALID_MULTIPASS_REQUEST", ["multipassToken"])


def recover(shop: Storefront, email: str) -> Any:
    return shop.mutation("customerRecover", f"{{ {BOTH_ERRORS} }}", email=email)


def reset(shop: Storefront, url: str, password: str = "new-password") -> Any:
    selection = f"{{ customer {{ email }} {TOKEN} {BOTH_ERRORS} }}"
    return shop.mutation("customerResetByUrl", selection, resetUrl=url, password=password)


def mailed(store: Store) -> str:
    return store.mails[-1].url


def test_a_forgotten_password_is_reset_by_mail(shop: Storefront, store: Store) -> None:
    old = shop.log_in()
    assert recover(shop, "ada@example.com")["customerUserErrors"] == []
    url = mailed(store)

    done = reset(shop, url)

    assert (store.mails[-1].to, store.mails[-1].kind) == ("ada@example.com", "reset")
    assert done["customer"] == {"email": "ada@example.com"}
    assert seen(shop, done["customerAccessToken"]["accessToken"]) is not None
    assert seen(shop, old) is None
    assert shop.log_in(password="new-password")
    assert problem(reset(shop, url)) == ("TOKEN_INVALID", ["resetUrl"])


def test_a_reset_by_id_and_token_does_the_same(shop: Storefront, store: Store) -> None:
    recover(shop, "ada@example.com")
    *_, number, token = mailed(store).split("/")
    selection = f"{{ customer {{ email }} {TOKEN} {BOTH_ERRORS} }}"

    def by_id(customer_id: str, **given: str) -> Any:
        whole = {"resetToken": token, "password": "new-password"} | given
        return shop.mutation("customerReset", selection, id=f"gid://shopify/Customer/{customer_id}", input=whole)

    assert problem(by_id("1")) == ("NOT_FOUND", ["id"])
    assert problem(by_id(number, resetToken="0")) == ("TOKEN_INVALID", ["input", "resetToken"])
    assert problem(by_id(number, password="x")) == ("TOO_SHORT", ["input", "password"])
    assert by_id(number)["customerAccessToken"] is not None


def test_a_reset_link_ends_after_a_day(shop: Storefront, store: Store) -> None:
    recover(shop, "ada@example.com")

    store.clock.advance(DAY)

    assert problem(reset(shop, mailed(store)))[0] == "TOKEN_INVALID"


def test_invalid_links_are_refused(shop: Storefront, store: Store) -> None:
    recover(shop, "ada@example.com")

    assert problem(reset(shop, "https://example.com/")) == ("INVALID", ["resetUrl"])
    assert problem(activate(shop, mailed(store))) == ("INVALID", ["activationUrl"])
    assert problem(recover(shop, "nobody@example.com")) == ("UNIDENTIFIED_CUSTOMER", ["email"])


def activate(shop: Storefront, url: str, password: str = "my-own-one") -> Any:
    selection = f"{{ customer {{ email }} {TOKEN} {ERRORS} }}"
    return shop.mutation("customerActivateByUrl", selection, activationUrl=url, password=password)


def test_an_invited_customer_activates_the_account_by_mail(shop: Storefront, store: Store) -> None:
    recover(shop, "cleo@example.com")
    url = mailed(store)

    weak, done, again = activate(shop, url, "x"), activate(shop, url), activate(shop, url)

    assert problem(weak) == ("TOO_SHORT", ["password"])
    assert done["customer"] == {"email": "cleo@example.com"}
    assert problem(again) == ("ALREADY_ENABLED", None)
    assert log_in(shop, "cleo@example.com", "my-own-one")["customerAccessToken"] is not None


def test_an_invitation_is_taken_up_by_id_and_token(shop: Storefront) -> None:
    selection = f"{{ customer {{ email }} {TOKEN} {BOTH_ERRORS} }}"

    def by_id(customer_id: str, **given: str) -> Any:
        whole = {"activationToken": "0123456789abcdef", "password": "my-own-one"} | given
        return shop.mutation("customerActivate", selection, id=f"gid://shopify/Customer/{customer_id}", input=whole)

    assert problem(by_id("1")) == ("NOT_FOUND", ["id"])
    assert problem(by_id("7100000003", activationToken="0")) == ("TOKEN_INVALID", ["input", "activationToken"])
    assert problem(by_id("7100000003", password="")) == ("BLANK", ["input", "password"])
    assert by_id("7100000003")["customer"] == {"email": "cleo@example.com"}


def test_a_customer_changes_what_they_give_and_null_clears(shop: Storefront, store: Store) -> None:
    token = shop.log_in()
    store.clock.advance(5)

    changed = change(shop, token, firstName="Ida", phone=None, acceptsMarketing=False, email="ida@example.com")

    person = changed["customer"]
    assert (person["displayName"], person["phone"]) == ("Ida Example", None)
    assert (person["acceptsMarketing"], person["email"]) == (False, "ida@example.com")
    assert person["updatedAt"] == "2026-11-22T12:00:05Z"
    assert changed["customerAccessToken"] is None
    assert seen(shop, token) == person


def test_a_new_password_ends_every_token_and_brings_one(shop: Storefront) -> None:
    first, second = shop.log_in(), shop.log_in()

    changed = change(shop, first, password="brand-new")

    assert [seen(shop, token) for token in (first, second)] == [None, None]
    assert seen(shop, changed["customerAccessToken"]["accessToken"]) is not None


@pytest.mark.parametrize(
    ("given", "code"),
    [({"email": "ben@example.com"}, "TAKEN"), ({"password": "x"}, "TOO_SHORT"), ({"phone": "x"}, "INVALID")],
)
def test_an_invalid_change_is_refused(shop: Storefront, given: dict[str, str], code: str) -> None:
    token = shop.log_in()
    before = seen(shop, token)

    assert problem(change(shop, token, **given)) == (code, ["customer", *given])
    assert seen(shop, token) == before


def test_a_customer_may_keep_their_own_e_mail_and_phone(shop: Storefront) -> None:
    payload = change(shop, shop.log_in(), email="ada@example.com", phone="+15125550101")

    assert payload["customerUserErrors"] == []


def test_without_a_token_nothing_of_a_customer_changes(shop: Storefront) -> None:
    home = "gid://shopify/MailingAddress/7200000001"
    payloads = [
        change(shop, "none", firstName="X"),
        put(shop, "none"),
        alter(shop, "none", home, city="X"),
        drop(shop, "none", home),
        prefer(shop, "none", home),
    ]

    assert [problem(payload) for payload in payloads] == [("TOKEN_INVALID", ["customerAccessToken"])] * 5
    assert seen(shop, "none") is None


def test_a_customer_shows_everything_of_theirs(shop: Storefront) -> None:
    ada = seen(
        shop,
        shop.log_in(),
        """id createdAt tags avatarUrl numberOfOrders socialLoginProvider { handle }
           metafield(namespace: "custom", key: "favourite_roast") { value parentResource { ... on Customer { email } } }
           metafields(identifiers: [{namespace: "custom", key: "x"}]) { value }
           back: addresses(last: 1) { nodes { city } pageInfo { hasPreviousPage } }
           turned: addresses(first: 1, reverse: true) { nodes { city latitude longitude } }""",
    )
    ben = seen(shop, shop.log_in("ben@example.com", "filter-first"), "socialLoginProvider { handle }")

    assert (ada["id"], ada["createdAt"]) == ("gid://shopify/Customer/7100000001", "2026-01-05T09:00:00Z")
    assert ada["tags"] == ["regular", "roast-club"]
    assert ada["avatarUrl"].startswith("http://localhost:8000/sandbox/pictures/person/")
    assert ada["numberOfOrders"] == "3"
    assert ada["metafield"] == {"value": "Light", "parentResource": {"email": "ada@example.com"}}
    assert ada["metafields"] == [None]
    assert ada["back"] == {"nodes": [{"city": "Dallas"}], "pageInfo": {"hasPreviousPage": True}}
    assert ada["turned"]["nodes"] == [{"city": "Dallas", "latitude": 32.7767, "longitude": -96.797}]
    assert ada["socialLoginProvider"] is None
    assert ben["socialLoginProvider"] == {"handle": "google"}


def test_an_address_is_a_node_for_its_customer_alone(shop: Storefront) -> None:
    token = shop.log_in()
    home = book(shop, token)["defaultAddress"]["id"]
    selection = "{ ... on MailingAddress { formatted(withCompany: false, withName: true) } }"

    mine = shop.within(f'buyer: {{customerAccessToken: "{token}"}}').query("node", selection, id=home)

    assert mine == {"formatted": ["Ada Example", "101 Example Street", "Austin TX 78701", "United States"]}
    assert shop.query("node", selection, id=home) is None


def test_a_company_is_a_node_for_its_contacts_alone(shop: Storefront) -> None:
    token = shop.log_in("ben@example.com", "filter-first")
    ids = [
        "gid://shopify/Company/7300000001",
        "gid://shopify/CompanyLocation/7300000002",
        "gid://shopify/CompanyContact/7300000004",
    ]
    selection = """{ id ... on Company { name externalId createdAt updatedAt
        metafield(namespace: "custom", key: "payment_terms") { value } }
      ... on CompanyLocation { name locale externalId createdAt updatedAt
        metafields(identifiers: [{namespace: "custom", key: "dock"}]) { value parentResource { __typename } } }
      ... on CompanyContact { title locale createdAt updatedAt } }"""

    company, location, contact = shop.within(f'buyer: {{customerAccessToken: "{token}"}}').query(
        "nodes", selection, ids=ids
    )

    assert (company["name"], company["externalId"]) == ("Example Offices", "EX-1")
    assert company["metafield"] == {"value": "Net 30"}
    assert (location["name"], location["locale"], location["externalId"]) == ("Berlin office", "de", "EX-1-B")
    assert location["metafields"] == [{"value": "Gate B", "parentResource": {"__typename": "CompanyLocation"}}]
    assert contact["title"] == "Office manager"
    assert shop.query("nodes", selection, ids=ids) == [None, None, None]


def test_errors_come_in_both_lists(shop: Storefront) -> None:
    payload = create(shop, email="", password="")

    assert codes(payload["customerUserErrors"]) == ["BLANK", "BLANK"]
    assert [error["field"] for error in payload["userErrors"]] == [["input", "email"], ["input", "password"]]

"""The staff desk as a browser without scripts uses it: signing in, following links, sending forms."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.gateway.order_shop import OrderShop

TOKEN = "sandbox-staff"
FORM = {"content-type": "application/x-www-form-urlencoded"}
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Browser:
    """Keeps the desk's cookies. `http` reaches the gateway."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return self._noted(await self._http.get(path, headers={**self._sent(), **_named(headers)}))

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        sent = {**FORM, **self._sent(), **_named(headers)}
        return self._noted(await self._http.post(path, content=urlencode(fields), headers=sent))

    async def sign_in(self, token: str = TOKEN, **headers: str) -> httpx.Response:
        return await self.post("/staff/sign-in", {"token": token}, **headers)

    async def press(self, path: str) -> httpx.Response:
        """Opens the page of a button, sends its form, and opens the page after it."""
        question = await self.get(path)
        assert question.status_code == 200, question.text
        answer = await self.post(path, {"form_token": form_token(question)})
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])

    def _sent(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _noted(self, response: httpx.Response) -> httpx.Response:
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if "max-age=0" in line.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return response


async def signed_in(shop: OrderShop, token: str = TOKEN) -> Browser:
    browser = Browser(shop.served.http)
    answer = await browser.sign_in(token)
    assert answer.status_code == 303, answer.text
    return browser


def form_token(response: httpx.Response) -> str:
    found = _FORM_TOKEN.search(response.text)
    assert found is not None, response.text
    return found[1]


def words(response: httpx.Response) -> str:
    """The text that a person reads on a page."""
    body = response.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def address(order: Any) -> str:
    return f"/staff/orders/{order.id}"


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}

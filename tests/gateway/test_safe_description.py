"""A description that a page may insert unchanged."""

from app import Sandbox
from tests.serving import Served


async def test_a_description_is_cleaned_on_the_server(gateway: Served, sandbox: Sandbox) -> None:
    latte = sandbox.store.product_by_handle("latte")
    assert latte is not None
    latte.description_html = "<p onmouseover='x()'>Smooth.<script>x()</script> <a href='javascript:x()'>Buy</a></p>"
    query = '{ product(handle: "latte") { descriptionHtml safeDescriptionHtml } }'

    product = (await gateway.data(query))["product"]

    assert product["descriptionHtml"] == latte.description_html
    assert product["safeDescriptionHtml"] == '<p>Smooth. <a rel="noopener nofollow">Buy</a></p>'
    assert gateway.requests["storefront"] == 1


async def test_allowed_html_does_not_change(gateway: Served) -> None:
    query = '{ product(handle: "home-espresso-machine") { descriptionHtml safeDescriptionHtml } }'

    product = (await gateway.data(query))["product"]

    assert product["safeDescriptionHtml"] == product["descriptionHtml"]

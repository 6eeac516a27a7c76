// A small shop on Shopify's own React library, unchanged: product page with options, and a cart.
import {
  CartCheckoutButton,
  CartProvider,
  Money,
  ShopifyProvider,
  createStorefrontClient,
  getProductOptions,
  useCart,
} from "@shopify/hydrogen-react";
import { createStorefrontApiClient } from "@shopify/storefront-api-client";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const gateway = new URL(new URLSearchParams(location.search).get("gateway"));
const TOKEN = "a-public-token";
const hydrogen = createStorefrontClient({ storeDomain: gateway.origin, publicStorefrontToken: TOKEN });
const storefront = createStorefrontApiClient({
  storeDomain: gateway.host,
  apiVersion: "2026-10",
  publicAccessToken: TOKEN,
  customFetchApi: (url, init) => fetch(url.replace(/^https:/, gateway.protocol), init),
});

async function productPage(selected) {
  const answer = await fetch(hydrogen.getStorefrontApiUrl(), {
    method: "POST",
    headers: hydrogen.getPublicTokenHeaders(),
    body: JSON.stringify({ query: PRODUCT_PAGE, variables: { handle: "travel-tumbler", selected } }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data.product;
}

function Product({ product, choose }) {
  const { linesAdd, status } = useCart();
  const variant = product.selectedOrFirstAvailableVariant;
  return (
    <section id="product">
      <h2>{product.title}</h2>
      <Money data={variant.price} as="p" className="price" />
      {getProductOptions(product).map((option) => (
        <fieldset key={option.name}>
          <legend>{option.name}</legend>
          {option.optionValues.map((value) => (
            <button
              key={value.name}
              data-exists={value.exists}
              data-available={value.available}
              aria-pressed={value.selected}
              onClick={() => choose(value.variant.selectedOptions)}
            >
              {value.name}
            </button>
          ))}
        </fieldset>
      ))}
      <button
        id="add"
        disabled={!["uninitialized", "idle"].includes(status)}
        onClick={() => linesAdd([{ merchandiseId: variant.id, quantity: 1 }])}
      >
        Add to cart
      </button>
    </section>
  );
}

function Cart() {
  const cart = useCart();
  const idle = cart.status === "idle";
  return (
    <section id="cart" data-status={cart.status}>
      <h2>Cart</h2>
      <ul>
        {(cart.lines ?? []).map((line) => (
          <li key={line.id}>
            <span className="title">{line.merchandise.title}</span> x <span className="quantity">{line.quantity}</span>
            <button disabled={!idle} onClick={() => cart.linesUpdate([{ id: line.id, quantity: line.quantity + 1 }])}>
              More
            </button>
            <button disabled={!idle} onClick={() => cart.linesRemove([line.id])}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      <p>
        <span id="quantity">{cart.totalQuantity ?? 0}</span> items,{" "}
        {cart.cost?.totalAmount && <Money data={cart.cost.totalAmount} as="span" id="total" />}
      </p>
      <p id="codes">{(cart.discountCodes ?? []).map((code) => `${code.code}:${code.applicable}`).join(" ")}</p>
      <p id="note">{cart.note}</p>
      <button id="discount" disabled={!idle} onClick={() => cart.discountCodesUpdate(["WELCOME10"])}>
        Use WELCOME10
      </button>
      <button id="write-note" disabled={!idle} onClick={() => cart.noteUpdate("Ring twice")}>
        Write a note
      </button>
      <p id="checkout-url">{cart.checkoutUrl}</p>
      <p id="cart-error">{cart.error ? JSON.stringify(cart.error) : ""}</p>
      {idle && <CartCheckoutButton>Check out</CartCheckoutButton>}
    </section>
  );
}

function Shop() {
  const [shop, setShop] = useState(null);
  const [product, setProduct] = useState(null);
  const [selected, choose] = useState([]);
  useEffect(() => {
    storefront.request("{ shop { name } }").then(({ data, errors }) => setShop(data ? data.shop.name : String(errors)));
  }, []);
  useEffect(() => {
    productPage(selected).then(setProduct);
  }, [selected]);
  return (
    <main>
      <h1>{shop}</h1>
      {product && <Product product={product} choose={choose} />}
      <Cart />
    </main>
  );
}

createRoot(document.getElementById("shop")).render(
  <ShopifyProvider
    storeDomain={gateway.origin}
    storefrontToken={TOKEN}
    storefrontApiVersion="2026-04"
    countryIsoCode="US"
    languageIsoCode="EN"
  >
    <CartProvider>
      <Shop />
    </CartProvider>
  </ShopifyProvider>,
);

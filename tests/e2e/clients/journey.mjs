// What a shopper does, for any client library: looks at a product, fills a cart, goes to the checkout.
import { operations } from "./operations.mjs";

/** Opens a product page; `send(document, variables)` gives the data. */
export async function openProductPage(send) {
  const variables = {
    handle: "ceramic-mug",
    selected: [{ name: "Color", value: "Slate" }],
    country: "US",
    language: "EN",
  };
  return send(operations.ProductPage, variables);
}

/** Takes a cart from nothing to the checkout; gives the cart's answer after each step. */
export async function goThroughCart(send, product) {
  const variant = product.selectedOrFirstAvailableVariant;
  const steps = {};
  async function change(step, name, variables) {
    const { answer } = await send(operations[name], variables);
    steps[step] = answer;
    return answer.cart;
  }
  const gift = [{ key: "gift", value: "yes" }];
  const cart = await change("create", "CartCreate", {
    input: { lines: [{ merchandiseId: variant.id, quantity: 1 }], buyerIdentity: { countryCode: "US" } },
  });
  const cartId = cart.id;
  await change("addSame", "CartLinesAdd", { cartId, lines: [{ merchandiseId: variant.id, quantity: 1 }] });
  const added = await change("addGift", "CartLinesAdd", {
    cartId,
    lines: [{ merchandiseId: variant.id, quantity: 1, attributes: gift }],
  });
  const giftLine = added.lines.nodes.find((line) => line.attributes.length > 0);
  await change("update", "CartLinesUpdate", { cartId, lines: [{ id: giftLine.id, quantity: 3 }] });
  await change("unknownCode", "CartDiscountCodesUpdate", { cartId, codes: ["NO-SUCH-CODE"] });
  await change("discount", "CartDiscountCodesUpdate", { cartId, codes: ["WELCOME10"] });
  const buyer = { email: "guest@example.com", countryCode: "US" };
  await change("buyer", "CartBuyerIdentityUpdate", { cartId, buyer });
  await change("note", "CartNoteUpdate", { cartId, note: "Ring twice" });
  await change("remove", "CartLinesRemove", { cartId, lineIds: [giftLine.id] });
  return { steps, final: (await send(operations.Cart, { cartId })).cart };
}

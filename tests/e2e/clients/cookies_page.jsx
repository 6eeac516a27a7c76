// A page that asks Shopify for its visitor's cookies with Shopify's own React library, unchanged.
import { getTrackingValues, useShopifyCookies } from "@shopify/hydrogen-react";
import { createRoot } from "react-dom/client";

function Page() {
  const ready = useShopifyCookies({ fetchTrackingValues: true });
  return <p id="tracking">{ready ? JSON.stringify(getTrackingValues()) : ""}</p>;
}

createRoot(document.querySelector("#shop")).render(<Page />);

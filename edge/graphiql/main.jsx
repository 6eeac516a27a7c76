// The page at GET /graphql: GraphiQL with an explorer, example tabs and a line that says where it is.
import "./workers.js";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useGraphiQLActions } from "@graphiql/react";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { parse } from "graphql";
import { useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import "@graphiql/plugin-explorer/style.css";
import "graphiql/style.css";
import "./page.css";

const { endpoint, mode, operations } = JSON.parse(document.getElementById("settings").textContent);
const TOKEN_KEY = "kynda:staff-token";
const PLUGINS = [HISTORY_PLUGIN, explorerPlugin()];

function authorization() {
  const token = sessionStorage.getItem(TOKEN_KEY);
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** The operation under its true name: GraphiQL learns of a new tab or a new name a moment late. */
function named(operation) {
  let operations;
  try {
    operations = parse(operation.query).definitions.filter((definition) => definition.kind === "OperationDefinition");
  } catch {
    return operation; // the gateway says best what is wrong with it
  }
  return operations.length === 1 ? { ...operation, operationName: operations[0].name?.value } : operation;
}

/** Sends one operation; the token goes along unless the Headers tab has an Authorization of its own. */
async function fetcher(operation, { headers = {} } = {}) {
  const answer = await fetch(endpoint, {
    method: "POST",
    body: JSON.stringify(named(operation)),
    headers: {
      ...authorization(),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
    },
  });
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `HTTP ${answer.status} ${answer.statusText}: ${text.slice(0, 500)}` }] };
  }
}

/** Where requests go, in which mode, and the staff token, kept for this browser session alone. */
function GatewayLine() {
  const { introspect } = useGraphiQLActions();
  const [token, setToken] = useState(() => sessionStorage.getItem(TOKEN_KEY) ?? "");
  const used = useRef(token);

  function useToken(event) {
    event?.preventDefault();
    if (token === used.current) return;
    used.current = token;
    if (token) sessionStorage.setItem(TOKEN_KEY, token);
    else sessionStorage.removeItem(TOKEN_KEY);
    introspect(); // with the token the graph has more fields
  }

  return (
    <header className="gateway-line">
      <strong>Kynda gateway</strong>
      <span className={`gateway-mode gateway-mode-${mode}`}>{mode}</span>
      <code>{endpoint}</code>
      <a href="/schema.graphql" target="_blank" rel="noreferrer">
        schema.graphql
      </a>
      <form className="gateway-token" onSubmit={useToken}>
        <label htmlFor="staff-token">Staff token</label>
        <input
          id="staff-token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder={mode === "sandbox" ? "sandbox-staff" : "none"}
          value={token}
          onChange={(event) => setToken(event.target.value.trim())}
          onBlur={useToken}
        />
      </form>
    </header>
  );
}

function Page() {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={PLUGINS}
      defaultTabs={operations}
      defaultEditorToolsVisibility="variables"
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
      inputValueDeprecation
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
      <GatewayLine />
    </GraphiQL>
  );
}

createRoot(document.getElementById("graphiql")).render(<Page />);

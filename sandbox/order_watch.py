"""The page on which one order's life can be watched, in Shopify, at Printful and at the counter, and moved on."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.deliveries import Delivery
from sandbox.html import page
from sandbox.order_controls import order_json
from sandbox.order_life import catch_up
from sandbox.order_records import Order
from sandbox.print_order_records import PrintOrder
from sandbox.square.records import SquareOrder
from sandbox.square.views import is_on_board
from sandbox.square.views import order_json as square_json
from sandbox.store import Store
from sandbox.storefront.values import timestamp
from sandbox.webhooks import Webhooks

# What can be done at each place, in the order in which it happens, with the words on its button.
SHOPIFY_STEPS = {"pay": "Mark as paid", "refund": "Refund all", "cancel": "Cancel", "deliver": "Deliver the parcels"}
PRINTFUL_STEPS = {
    "confirm": "Confirm",
    "start": "Start printing",
    "ship": "Ship",
    "hold": "Put on hold",
    "release": "Release",
    "fail": "Fail",
    "cancel": "Cancel",
}
SQUARE_STEPS = {"accept": "Accept", "ready": "Ready", "pay": "Pay in cash", "complete": "Hand over", "cancel": "Cancel"}


def routes(store: Store, webhooks: Webhooks) -> list[Route]:
    """`/sandbox/orders/{number}`, and what it shows as JSON beside it."""

    def watched(request: Request) -> Response:
        order = _numbered(store, request.path_params["number"])
        if order is None:
            return page("Order", "<p>There is no such order.</p>", 404)
        return page(f"Order {order.name}", _body(order))

    def life(request: Request) -> Response:
        store.clock.catch_up()
        catch_up(store)
        order = _numbered(store, request.path_params["number"])
        if order is None:
            return JSONResponse({"error": "There is no such order."}, 404)
        return JSONResponse(_life(store, order, webhooks.log))

    return [
        Route("/sandbox/orders/{number:int}", watched),
        Route("/sandbox/orders/{number:int}/life.json", life),
    ]


def _numbered(store: Store, number: int) -> Order | None:
    return next((order for order in store.orders.values() if order.number == number), None)


def _life(store: Store, order: Order, log: Iterable[Delivery]) -> dict[str, Any]:
    """All that the three systems know of an order, and the messages about it, the latest last."""
    prints = [each for each in store.print_orders.values() if (each.external_id or "").split("-")[0] == str(order.id)]
    tickets = [each for each in store.square_orders.values() if each.content.get("reference_id") == str(order.id)]
    marks = [str(order.id), *(str(each.id) for each in prints), *(each.id for each in tickets)]
    marks += [str(part.id) for part in order.fulfillment_orders]
    told = [each for each in log if any(mark.encode() in each.body for mark in marks)]
    return {
        "now": timestamp(store.clock.now()),
        "shopify": order_json(order),
        "printful": [_printed(each) for each in prints],
        "square": [_ticket(each) for each in tickets],
        "messages": [
            {"sender": each.sender.name, "topic": each.topic, "at": timestamp(each.made_at), "statuses": each.statuses}
            for each in told[-40:]
        ],
    }


def _printed(order: PrintOrder) -> dict[str, Any]:
    return {
        "id": order.id,
        "status": order.status,
        "problem": order.hold_reason or order.error,
        "items": [{"name": each.name, "quantity": each.quantity} for each in order.items],
        "parcels": [
            {"carrier": each.carrier, "number": each.tracking_number, "url": each.tracking_url}
            for each in order.shipments
        ],
    }


def _ticket(order: SquareOrder) -> dict[str, Any]:
    shown = square_json(order)
    part: Mapping[str, Any] = next(iter(shown.get("fulfillments", ())), {})
    return {
        "id": order.id,
        "name": shown.get("ticket_name"),
        "state": order.state,
        "step": part.get("state"),
        "isPaid": not shown.get("net_amount_due_money", {}).get("amount"),
        "isOnBoard": is_on_board(order),
        "items": [{"name": each.get("name"), "quantity": each["quantity"]} for each in shown.get("line_items", ())],
    }


def _body(order: Order) -> str:
    steps = {"shopify": SHOPIFY_STEPS, "printful": PRINTFUL_STEPS, "square": SQUARE_STEPS}
    given = json.dumps({"number": order.number, "steps": steps}).replace("<", "\\u003c")
    return (
        '<p>It is <time id="now">…</time> in the sandbox. '
        '<button data-clock="60">1 minute later</button> <button data-clock="3600">1 hour later</button> '
        '<a href="/sandbox/orders">All orders</a></p>'
        '<p id="problem" role="alert" hidden></p>'
        '<div class="columns">'
        '<section aria-labelledby="in-shopify"><h2 id="in-shopify">Shopify</h2><div id="shopify">…</div></section>'
        '<section aria-labelledby="at-printful"><h2 id="at-printful">Printful</h2><div id="printful">…</div></section>'
        '<section aria-labelledby="at-counter"><h2 id="at-counter">Counter (Square)</h2><div id="square">…</div>'
        "</section></div>"
        '<h2>Messages</h2><ol id="messages"></ol>'
        f'<script type="application/json" id="given">{given}</script><style>{_STYLE}</style><script>{_SCRIPT}</script>'
    )


_STYLE = """
body { max-width: 76rem }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1.25rem }
section { background: #fff; border: 1px solid #e6dccf; border-radius: .6rem; padding: .25rem 1rem 1rem }
section h2 { margin: .8rem 0 } dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem .8rem; margin: 0 }
dt { color: #7b6a5d } dd { margin: 0; overflow-wrap: anywhere }
.badge { display: inline-block; background: #efe6da; border-radius: 1rem; padding: 0 .6rem; margin: 0 .3rem .2rem 0 }
.badge.done { background: #d9ead3 } .badge.later { background: #fff2cc } .badge.bad { background: #f4cccc }
button { font: inherit; font-size: .9rem; border: 1px solid #8a4b1f; color: #8a4b1f; background: #fff; cursor: pointer;
         border-radius: .4rem; padding: .15rem .6rem; margin: .4rem .2rem 0 0 }
button:hover { background: #faf0e6 } #problem { background: #f4cccc; padding: .5rem 1rem; border-radius: .4rem }
#messages { columns: 2 22rem; padding-left: 1.4rem; font-size: .9rem } ul { padding-left: 1.1rem; margin: .4rem 0 }
pre { white-space: pre-wrap; background: #efe6da; padding: .4rem .6rem; border-radius: .3rem; margin: .4rem 0 }
"""

_SCRIPT = """
const given = JSON.parse(document.getElementById('given').textContent);
const make = (name, text, kind) => {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const facts = pairs => {
  const list = make('dl');
  for (const [term, value] of pairs) if (value !== null && value !== undefined && value !== '') {
    const told = make('dd');
    told.append(...(Array.isArray(value) ? value : [value]));
    list.append(make('dt', term), told);
  }
  return list;
};
const listed = items => {
  const list = make('ul');
  for (const item of items) list.append(item instanceof Node ? item : make('li', item));
  return list;
};
const buttons = (place, id) => {
  const row = make('div');
  for (const [step, words] of Object.entries(given.steps[place])) {
    const button = make('button', words);
    const base = place === 'shopify' ? '/sandbox' : `/sandbox/${place}`;
    button.addEventListener('click', () => send(`${base}/orders/${id}/${step}`));
    row.append(button);
  }
  return row;
};
const send = async (address, body) => {
  const answer = await fetch(address, { method: 'POST', body: JSON.stringify(body ?? {}) });
  const problem = document.getElementById('problem');
  problem.hidden = answer.ok;
  if (!answer.ok) problem.textContent = (await answer.json()).error ?? answer.statusText;
  show();
};
const kindOf = tag => tag.endsWith('failed') ? 'badge bad' : tag.endsWith('pending') ? 'badge later' : 'badge done';
const shopify = order => {
  const tags = order.tags.map(tag => make('span', tag, tag.match(/forward|failed/) ? kindOf(tag) : 'badge'));
  const memory = JSON.parse(order.metafields['kynda.forwarding'] ?? '{}');
  const parcels = order.fulfillments.map(each => {
    const item = make('li', each.company ?? 'handed over');
    for (const track of each.tracking) item.append(' ', track.number);
    if (each.deliveredAt) item.append(', delivered');
    return item;
  });
  const did = (memory.attempts ?? []).map(attempt =>
    `${attempt.system} ${attempt.action}: ${attempt.result}${attempt.detail ? ', ' + attempt.detail : ''}`);
  return [
    facts([['payment', order.financialStatus], ['fulfillment', order.fulfillmentStatus],
           ['total', `${order.currentTotal} ${order.currency}`], ['cancelled', order.cancelledAt], ['tags', tags]]),
    order.note ? make('pre', order.note) : '',
    listed(order.lines.map(line => `${line.currentQuantity} × ${line.title}`)),
    parcels.length ? make('strong', 'Parcels') : '', parcels.length ? listed(parcels) : '',
    did.length ? make('strong', 'What the gateway did') : '', did.length ? listed(did) : '',
    buttons('shopify', order.number),
  ];
};
const printed = order => [
  facts([['order', order.id], ['status', make('span', order.status, 'badge')], ['problem', order.problem]]),
  listed(order.items.map(item => `${item.quantity} × ${item.name}`)),
  order.parcels.length ? listed(order.parcels.map(parcel => `${parcel.carrier} ${parcel.number}`)) : '',
  buttons('printful', order.id),
];
const ticket = order => [
  facts([['ticket', order.name], ['state', order.state], ['step', make('span', order.step, 'badge')],
         ['paid', order.isPaid ? 'yes' : 'no'], ['on the board', order.isOnBoard ? 'yes' : 'no']]),
  listed(order.items.map(item => `${item.quantity} × ${item.name}`)),
  buttons('square', order.id),
];
let shown = '';
const show = async () => {
  const answer = await fetch(`/sandbox/orders/${given.number}/life.json`);
  if (!answer.ok) return;
  const life = await answer.json();
  document.getElementById('now').textContent = life.now;
  const { now, ...rest } = life;
  const text = JSON.stringify(rest);
  if (text === shown) return;
  shown = text;
  document.getElementById('shopify').replaceChildren(...shopify(life.shopify));
  const fill = (place, orders, drawn) => document.getElementById(place).replaceChildren(
    ...(orders.length ? orders.flatMap(drawn) : [make('p', 'Nothing there.')]));
  fill('printful', life.printful, printed);
  fill('square', life.square, ticket);
  document.getElementById('messages').replaceChildren(...life.messages.map(each => {
    const answers = each.statuses.map(status => status ?? 'no answer').join(', ');
    return make('li', `${each.sender} ${each.topic} → ${answers || 'not sent yet'}`);
  }));
};
for (const button of document.querySelectorAll('[data-clock]'))
  button.addEventListener('click', () => send('/sandbox/clock', { advanceSeconds: Number(button.dataset.clock) }));
show();
setInterval(show, 1000);
"""

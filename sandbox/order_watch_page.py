"""What a browser is sent to watch one order: its columns, their look, and the script that keeps them up to date."""

import json

# What can be done at each place, in the order in which it happens, with the words on its button.
WORDS = {
    "shopify": {
        "pay": "Mark as paid",
        "fulfill": "Send our own goods",
        "deliver": "Deliver the parcels",
        "refund": "Refund all",
        "cancel": "Cancel",
    },
    "printful": {
        "confirm": "Confirm",
        "start": "Start printing",
        "ship": "Ship",
        "hold": "Put on hold",
        "release": "Release",
        "fail": "Fail",
        "cancel": "Cancel",
    },
    "square": {
        "accept": "Accept",
        "ready": "Ready",
        "pay": "Pay in cash",
        "complete": "Hand over",
        "cancel": "Cancel",
    },
}


def watching(number: int) -> str:
    """The page's body for the order of that number, as HTML."""
    given = json.dumps({"number": number, "words": WORDS}).replace("<", "\\u003c")
    return (
        "<p>What each system knows of the order. With the buttons you are the shop's staff, Printful, or the barista."
        '</p><p>It is <time id="now">…</time> in the sandbox. <span class="buttons">'
        '<button data-clock="60">1 minute later</button><button data-clock="3600">1 hour later</button></span> '
        '<a href="/sandbox/orders">All orders</a></p>'
        '<p id="problem" class="refusal" role="alert" hidden></p>'
        '<div class="columns">'
        '<section aria-labelledby="in-shopify"><h2 id="in-shopify">Shopify</h2><div id="shopify">…</div></section>'
        '<section aria-labelledby="at-printful"><h2 id="at-printful">Printful</h2><div id="printful">…</div></section>'
        '<section aria-labelledby="at-counter"><h2 id="at-counter">Counter (Square)</h2><div id="square">…</div>'
        "</section></div>"
        '<h2>Messages to the gateway</h2><ol id="messages"><li>None so far.</li></ol>'
        f'<script type="application/json" id="given">{given}</script><style>{_STYLE}</style><script>{_SCRIPT}</script>'
    )


_STYLE = """
body { max-width: 76rem }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1.25rem }
section { background: #fff; border: 1px solid #e6dccf; border-radius: .6rem; padding: .25rem 1rem 1rem }
section h2 { margin: .8rem 0 } section h3 { font-size: 1rem; margin: 1rem 0 .2rem }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem .8rem; margin: 0; align-items: baseline }
dt { color: #6b5a4e } dd { margin: 0; overflow-wrap: anywhere } li { overflow-wrap: anywhere }
.badge { display: inline-block; background: #efe6da; border-radius: 1rem; padding: 0 .6rem; margin: 0 .3rem .2rem 0 }
.badge.done { background: #d9ead3 } .badge.later { background: #fff2cc } .badge.bad { background: #f4cccc }
.buttons { display: inline-flex; flex-wrap: wrap; gap: .4rem; vertical-align: middle }
section .buttons { margin-top: .6rem } button { font-size: .9rem }
#messages { columns: 2 22rem; padding-left: 1.8rem; font-size: .9rem } ul { padding-left: 1.1rem; margin: .4rem 0 }
pre { white-space: pre-wrap; background: #efe6da; padding: .4rem .6rem; border-radius: .3rem; margin: .6rem 0 }
article + article { border-top: 1px solid #e6dccf; margin-top: 1rem; padding-top: 1rem }
"""

_SCRIPT = """
const given = JSON.parse(document.getElementById('given').textContent);
const make = (name, text, kind) => {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const plain = word => (word ?? '').toLowerCase().replaceAll('_', ' ');
const moment = text => text.replace('T', ' ').replace(/(\\.\\d+)?(Z|\\+00:00)$/, ' UTC');
const link = (words, address) => {
  const made = make('a', words);
  made.href = address;
  return made;
};
const facts = pairs => {
  const list = make('dl');
  for (const [term, value] of pairs) if (value !== null && value !== undefined && value !== '' && value.length !== 0) {
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
const titled = (title, items) => items.length ? [make('h3', title), listed(items)] : [];
const goods = (quantity, name, more) => {
  const item = make('li', `${quantity} × ${name}`);
  for (const each of more) item.append(', ', each);
  return item;
};
const parcel = (words, tracks) => {
  const item = make('li', words);
  for (const each of tracks) item.append(' ', each.url ? link(each.number, each.url) : each.number);
  return item;
};
const buttons = (place, id, steps) => {
  const row = make('div', null, 'buttons');
  const base = place === 'shopify' ? '/sandbox' : `/sandbox/${place}`;
  for (const [step, words] of Object.entries(given.words[place])) if (step in steps) {
    const button = make('button', words);
    button.addEventListener('click', () => send(`${base}/orders/${id}/${step}`, steps[step]));
    row.append(button);
  }
  return row;
};
const send = async (address, body) => {
  const answer = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
  const problem = document.getElementById('problem');
  problem.hidden = answer.ok;
  if (!answer.ok) problem.textContent = (await answer.json()).error ?? answer.statusText;
  show();
};
const kinds = { bad: /failed|refused|cancell?ed|onhold/, later: /pending|delayed|uncertain|late/,
                done: /forwarded|done/ };
const kindOf = word => `badge ${Object.keys(kinds).find(kind => kinds[kind].test(word)) ?? ''}`;
const systems = { printful: 'Printful', pos: 'Counter', shopify: 'Shopify' };
const attempted = attempt => {
  const item = make('li', `${systems[attempt.system] ?? attempt.system}, ${plain(attempt.action)}: `);
  item.append(make('span', plain(attempt.result), kindOf(attempt.result)), attempt.detail ?? '');
  return item;
};
const shopify = order => {
  const memory = JSON.parse(order.metafields['kynda.forwarding'] ?? '{}');
  const titles = Object.fromEntries(order.lines.map(line => [line.id, line.title]));
  const parcels = order.fulfillments.filter(each => each.succeeded).map(each => {
    const inside = each.lines.map(part => `${part.quantity} × ${titles[part.line]}`).join(', ');
    const how = each.deliveredAt ? 'delivered' : each.tracking.length ? 'on its way' : 'handed over';
    return parcel(`${inside}: ${how}${each.company ? ', ' + each.company : ''}`, each.tracking);
  });
  return [
    facts([['payment', plain(order.financialStatus)], ['fulfillment', plain(order.fulfillmentStatus)],
           ['total', `${order.currentTotal} ${order.currency}`],
           ['cancelled', order.cancelledAt && moment(order.cancelledAt)],
           ['tags', order.tags.map(tag => make('span', tag, kindOf(tag)))]]),
    listed(order.lines.map(line => goods(line.currentQuantity, line.title,
      [line.variantTitle, line.attributes._customArtName].filter(Boolean)))),
    order.note ? make('h3', 'Note') : '', order.note ? make('pre', order.note) : '',
    ...titled('Sent and handed over', parcels),
    ...titled('What the gateway did', (memory.attempts ?? []).map(attempted)),
    buttons('shopify', order.number, order.steps),
  ];
};
const article = parts => {
  const made = make('article');
  made.append(...parts);
  return made;
};
const printed = order => article([
  facts([['order', String(order.id)], ['status', make('span', order.status, kindOf(order.status))],
         ['problem', order.problem]]),
  listed(order.items.map(item => goods(item.quantity, item.name,
    item.prints.filter(Boolean).map(url => link('print file', url))))),
  ...titled('Parcels', order.parcels.map(each => parcel(each.carrier, [each]))),
  buttons('printful', order.id, order.steps),
]);
const onBoard = order => order.isOnBoard ? 'yes' : order.isPaid ? 'no' : 'no, until it is paid';
const ticket = order => article([
  facts([['ticket', order.name], ['state', plain(order.state)],
         ['step', order.step ? make('span', plain(order.step), 'badge') : ''],
         ['paid', order.isPaid ? 'yes' : 'no, the guest pays here'],
         ['on the board', order.state === 'OPEN' ? onBoard(order) : '']]),
  listed(order.items.map(item => goods(item.quantity, item.name, item.details))),
  buttons('square', order.id, order.steps),
]);
// Who works with the keyboard stays on the button that was pressed, or comes to the next one in its place.
const fill = (place, parts) => {
  const column = document.getElementById(place);
  const pressed = column.contains(document.activeElement) ? document.activeElement.textContent : null;
  column.replaceChildren(...parts);
  if (pressed === null) return;
  const there = [...column.querySelectorAll('button')];
  (there.find(each => each.textContent === pressed) ?? there[0])?.focus();
};
const shown = {};
const show = async () => {
  const answer = await fetch(`/sandbox/orders/${given.number}/life.json`).catch(() => null);
  if (!answer?.ok) return;
  const life = await answer.json();
  document.getElementById('now').textContent = moment(life.now);
  const update = (place, draw) => {
    const text = JSON.stringify(life[place]);
    if (text !== shown[place]) fill(place, draw(life[place]));
    shown[place] = text;
  };
  const all = draw => orders => orders.length ? orders.map(draw) : [make('p', 'Nothing there.')];
  update('shopify', shopify);
  update('printful', all(printed));
  update('square', all(ticket));
  update('messages', messages => !messages.length ? [make('li', 'None so far.')] : messages.map(each => {
    const answers = each.statuses.map(status => status ?? 'no answer').join(', ');
    return make('li', `${each.sender} ${each.topic} → ${answers || 'not sent yet'}`);
  }));
};
for (const button of document.querySelectorAll('[data-clock]'))
  button.addEventListener('click', () => send('/sandbox/clock', { advanceSeconds: Number(button.dataset.clock) }));
show();
setInterval(show, 1000);
"""

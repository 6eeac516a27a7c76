const given = JSON.parse(document.getElementById('given').textContent);
const make = (name, text, kind) => {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const plain = word => (word ?? '').toLowerCase().replaceAll('_', ' ');
const moment = text => text.replace('T', ' ').replace(/(\.\d+)?(Z|\+00:00)$/, ' UTC');
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
// The keyboard focus stays on the button that was pressed, or moves to the one in its place.
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
  document.getElementById('no-messages').hidden = life.messages.length > 0;
  update('messages', messages => messages.map(each => {
    const answers = each.statuses.map(status => status ?? 'no answer').join(', ');
    return make('li', `${each.sender} ${each.topic} → ${answers || 'not sent yet'}`);
  }));
};
for (const button of document.querySelectorAll('[data-clock]'))
  button.addEventListener('click', () => send('/sandbox/clock', { advanceSeconds: Number(button.dataset.clock) }));
show();
setInterval(show, 1000);

// The packets between the nodes: a row each, of which those in sight are drawn.
import { el, plural, say, svg } from './dom.js';
import { hash, state } from './address.js';
import { ROW_KINDS, fateText, framesOf, isVia, readRows, repeatText, rowMatches, rowOf, wayText } from './rows.js';
import { packetPanel } from './packet.js';

const ROW_LOW = 22, ROW_HIGH = 37, TEXT_PX = 18 /* of the text above the picture, on a narrow screen */, CHAR_PX = 6.2, AROUND_PX = 400 /* px above and below the sight that are drawn */, BESIDE_PX = 1200, NARROW_PX = 700;
let shownLadder = null; // of the case that is shown: {c, open(frame)}

function gapOf(columns, rows) {
  const longest = rows.reduce((n, r) => r.way.hops.reduce((k, h) => Math.max(k, h.isRelay ? 0 : h.before.length, h.isRelay ? 0 : h.after.length), n), 0);
  return Math.min(Math.max(84, longest * CHAR_PX + 14, columns.reduce((n, x) => Math.max(n, x.length), 0) * 7.4 + 14), 190);
}
function ladderLabel(x, y, anchor, className, text) { return svg('text', { x: x, y: y, 'text-anchor': anchor, class: className }, text); }
// Where NATs change the addresses: before and after, on the sides where they hold; what holds between two NATs stands there once.
function hopLabels(r, g, view, way) {
  const hops = r.way.hops.filter(h => !h.isRelay && view.columns.includes(h.node)), xOf = h => view.x(view.columns.indexOf(h.node));
  const put = (h, isAfter, text) => g.append(ladderLabel(xOf(h) + (isAfter ? way : -way) * 7, 31, isAfter === way > 0 ? 'start' : 'end', 'addr', text));
  hops.forEach((h, i) => {
    const before = hops[i - 1], after = hops[i + 1], isShared = after && h.after === after.before && xOf(h) !== xOf(after);
    if (!before || before.after !== h.before || xOf(before) === xOf(h)) put(h, false, h.before);
    if (isShared) g.append(ladderLabel((xOf(h) + xOf(after)) / 2, 31, 'middle', 'addr', h.after));
    else put(h, true, h.after);
  });
}
function fateLabel(r, g, view, x, way) {
  const text = fateText(r), needs = text.length * CHAR_PX + 14;
  if (way >= 0) g.append(ladderLabel(x + 10, 15, 'start', 'fate', text));
  else if (x > needs) g.append(ladderLabel(x - 10, 15, 'end', 'fate', text));
  else g.append(ladderLabel(x + 10, 31, 'start', 'fate', text));
}
function pictureOf(r, view, height) {
  const g = svg('svg', { width: view.width, height: height, 'aria-hidden': 'true' }), mid = 11, x1 = view.x(r.from), x2 = view.x(r.to), way = Math.sign(x2 - x1);
  view.columns.forEach((c, k) => g.append(svg('line', { class: 'life', x1: view.x(k), x2: view.x(k), y1: 0, y2: height })));
  if (r.step) {
    g.append(svg('line', { class: 'a', x1: 0, x2: view.width, y1: mid, y2: mid }), svg('path', { class: 'tip', d: 'M' + (x1 - 6) + ' ' + mid + 'l6 -6l6 6l-6 6z' }));
    return g;
  }
  if (way && r.isRelayed) g.append(svg('path', { class: 'a', d: 'M' + x1 + ' ' + (mid - 1.7) + 'H' + (x2 - way * 8) + 'M' + x1 + ' ' + (mid + 1.7) + 'H' + (x2 - way * 8) }));
  else if (way) g.append(svg('line', { class: 'a', x1: x1, y1: mid, x2: x2 - (r.dropped ? 0 : way * 6), y2: mid }));
  for (let k = Math.min(r.from, r.to) + 1; k < Math.max(r.from, r.to); k++) if (isVia(r, k)) {
    const relays = r.way.hops.some(h => h.isRelay && h.node === view.columns[k]);
    g.append(svg('circle', { class: relays ? 'relay-node' : 'tip', cx: view.x(k), cy: mid, r: relays ? 5 : 2.8 }));
  }
  if (r.dropped) g.append(svg('path', { class: 'x', d: 'M' + (x2 - 5) + ' ' + (mid - 5) + 'l10 10m0 -10l-10 10' }));
  else if (r.isPassedOver) g.append(svg('path', { class: 'over', d: 'M' + (x2 - 6) + ' ' + mid + 'l6 -6l6 6l-6 6z' }));
  else if (way) g.append(svg('path', { class: 'tip', d: 'M' + x2 + ' ' + mid + 'l' + -way * 9 + ' -4.5v9z' }));
  else g.append(svg('circle', { class: 'a', cx: x1, cy: mid, r: 4 }));
  if (height === ROW_HIGH) hopLabels(r, g, view, way);
  if (r.fate) fateLabel(r, g, view, x2, way);
  return g;
}
function headRow(view) {
  const s = svg('svg', { width: view.width, height: 24, 'aria-hidden': 'true' });
  view.columns.forEach((c, k) => s.append(ladderLabel(view.x(k), 16, 'middle', view.agents.has(c) ? 'agent' : 'node', c)));
  return el('div', { class: 'ladder-head', role: 'row' }, el('span', { role: 'columnheader', class: 'time' }, 'ms'), el('span', { role: 'columnheader', class: 'frame', title: 'its first frame in the capture' }, '#'),
    el('span', { role: 'columnheader', class: 'what' }, 'what'), el('span', { role: 'columnheader', class: 'picture' }, el('span', { class: 'unseen' }, 'way'), s));
}
function ladderRow(r, view, height) {
  const ends = r.way.from ? r.way.from + ' > ' + r.way.to : '';
  const row = el('div', { role: 'row', class: 'row ' + r.kind + (r.dropped ? ' dead' : '') + (r.isRelayed ? ' relayed' : '') + (r.head ? ' member' : ''), 'aria-level': r.head ? 2 : 1 },
    el('span', { role: 'gridcell', class: 'time' }, r.ms), el('span', { role: 'gridcell', class: 'frame' }, r.step ? 'step' : r.frame),
    el('span', { role: 'gridcell', class: 'what', title: r.text + (ends ? '\n' + r.note : '') }, el('span', { class: 'line' }, el('span', { class: 'text' }, r.text),
      r.isRelayed ? el('span', { class: 'chip' }, 'relayed') : null, r.members.length ? el('span', { class: 'chip fold' }, repeatText(r)) : null),
      height === ROW_HIGH && ends ? el('span', { class: 'ends' }, ends) : null),
    el('span', { role: 'gridcell', class: 'picture' }, el('span', { class: 'unseen' }, wayText(r, view.columns)), pictureOf(r, view, height)));
  if (r.members.length) row.setAttribute('aria-expanded', String(Boolean(r.isOpen)));
  return row;
}
// What of a list of heights is in sight; `extra` px stand below row `at`.
function offsetsOf(heights, extra) {
  const offsets = [0];
  heights.forEach((h, i) => offsets.push(offsets[i] + h + (extra.at === i ? extra.px : 0)));
  return offsets;
}
function rowAt(offsets, y) { // the row that has the pixel y
  let a = 0, b = offsets.length - 1;
  while (a + 1 < b) { const mid = (a + b) >> 1; if (offsets[mid] <= y) a = mid; else b = mid; }
  return a;
}
function filterTools(columns, agents, filter, change) {
  const press = (button, isOn) => button.setAttribute('aria-pressed', String(isOn));
  const toggle = (text, isOn, flip) => { const b = el('button', { 'aria-pressed': 'false', onclick: () => { flip(); press(b, isOn()); change(); } }, text); return b; };
  const input = el('input', { type: 'search', placeholder: 'filter packets: text, address', 'aria-label': 'filter packets',
    oninput: () => { filter.text = input.value.toLowerCase(); change(); } });
  const kinds = Object.keys(ROW_KINDS).map(k => toggle(ROW_KINDS[k], () => filter.kinds.has(k), () => filter.kinds.has(k) ? filter.kinds.delete(k) : filter.kinds.add(k)));
  const node = el('select', { 'aria-label': 'packets of one node', onchange: () => { filter.node = Number(node.value); change(); } }, el('option', { value: -1 }, 'all nodes'),
    columns.map((c, k) => el('option', { value: k }, (agents.has(c) ? 'agent ' : '') + c)));
  return [input, kinds, toggle('dropped', () => filter.dropped, () => { filter.dropped = !filter.dropped; }),
    toggle('passed over', () => filter.over, () => { filter.over = !filter.over; }), node].flat();
}

// The element of a case's ladder; cursor: of cursor.js.
export function ladder(c, d, cursor) {
  const rows = readRows(d), columns = d.columns, gap = gapOf(columns, rows), agents = new Set(d.agents.map(a => a.name));
  const filter = { text: '', kinds: new Set(), dropped: false, over: false, node: -1 }, drawn = new Map(), extra = { at: -1, px: 0 };
  const longest = rows.reduce((n, r) => r.fate ? Math.max(n, (r.to + 0.5) * gap + fateText(r).length * CHAR_PX + 20) : n, 0);
  const view = { columns: columns, agents: agents, x: k => (k + 0.5) * gap, width: Math.max(columns.length * gap, Math.min(longest, columns.length * gap + 420)) };
  const body = el('div', { class: 'ladder-body', role: 'rowgroup' }), count = el('span', { class: 'dim', role: 'status' });
  const head = headRow(view), grid = el('div', { class: 'ladder-grid', tabindex: '0', role: 'treegrid',
    'aria-label': 'packets: up and down move, Enter opens a packet, Escape closes it, right and left show and hide what is folded' }, head, body);
  const box = el('div', { class: 'ladder' }, grid);
  const room = el('div', { class: 'ladder-room' }, box);
  let shown = rows, heights = [], offsets = [0], active = -1, panel = null, opened = null, isPrinting = false, tall = true, own = false;

  const isNarrow = () => room.clientWidth < NARROW_PX;
  const heightOf = r => tall && (r.way.hops.some(h => !h.isRelay) || r.fate) ? ROW_HIGH : ROW_LOW;
  const isBeside = () => room.clientWidth >= BESIDE_PX;
  function measure() {
    const line = isNarrow() ? TEXT_PX : 0;
    room.classList.toggle('narrow', isNarrow());
    heights = shown.map(r => heightOf(r) + line);
    extra.at = panel && !isBeside() ? shown.indexOf(opened) : -1;
    extra.px = extra.at >= 0 ? panel.offsetHeight : 0;
    offsets = offsetsOf(heights, extra);
    body.style.height = isPrinting ? 'auto' : offsets[shown.length] + 'px'; // rows that no sheet may cut leave gaps
    room.style.setProperty('--ladder-width', Math.max(view.width, box.clientWidth) + 'px');
    body.style.width = head.offsetWidth + 'px';
    if (extra.at >= 0) panel.style.top = head.offsetHeight + offsets[extra.at] + heights[extra.at] + 'px';
  }
  function dress(i, row) {
    row.classList.toggle('later', shown[i].us > cursor.at);
    row.classList.toggle('on', i === active);
    row.classList.toggle('open', shown[i] === opened);
    row.classList.toggle('mark', c.at.packet > 0 && framesOf(shown[i]).includes(c.at.packet));
    row.setAttribute('aria-selected', String(i === active));
  }
  function draw() {
    const top = box.scrollTop - AROUND_PX, bottom = box.scrollTop + box.clientHeight + AROUND_PX;
    const first = isPrinting ? 0 : rowAt(offsets, Math.max(top, 0)), last = isPrinting ? shown.length - 1 : Math.min(rowAt(offsets, bottom), shown.length - 1);
    for (const [i, row] of drawn) if (i < first || i > last) { row.remove(); drawn.delete(i); }
    for (let i = last, next = null; i >= first; i--) { // in the order of the ladder, whatever was drawn before
      let row = drawn.get(i);
      if (!row) {
        row = ladderRow(shown[i], view, heightOf(shown[i]));
        row.id = 'ladder-row-' + i;
        row.setAttribute('aria-rowindex', String(i + 2));
        row.dataset.i = i;
        drawn.set(i, row);
        body.insertBefore(row, next);
      }
      next = row;
      row.style.top = offsets[i] + 'px';
      row.style.height = heights[i] + 'px';
      dress(i, row);
    }
    if (extra.at >= 0) panel.style.left = box.scrollLeft + 'px'; // below its row, whichever columns are in sight
    if (active >= 0 && drawn.has(active)) grid.setAttribute('aria-activedescendant', drawn.get(active).id); else grid.removeAttribute('aria-activedescendant');
  }
  function redraw() {
    for (const row of drawn.values()) row.remove();
    drawn.clear();
    measure();
    draw();
  }
  function reveal(i) {
    const above = offsets[i], below = above + heights[i] + head.offsetHeight + 4;
    if (above < box.scrollTop) box.scrollTop = above;
    else if (below > box.scrollTop + box.clientHeight) box.scrollTop = below - box.clientHeight;
  }
  function refilter() {
    const was = shown[active], found = rows.filter(r => rowMatches(r, filter));
    const packets = list => list.reduce((n, r) => n + (r.step ? 0 : r.repeats + 1), 0);
    shown = found.flatMap(r => r.isOpen ? [r].concat(r.members) : [r]);
    active = shown.indexOf(was);
    if (active < 0 && was && was.head) active = shown.indexOf(was.head);
    grid.setAttribute('aria-rowcount', String(shown.length + 1));
    count.textContent = (found.length === rows.length ? '' : packets(found) + ' of ') + plural(packets(rows), 'packet');
    redraw();
    if (active >= 0) reveal(active);
  }
  const address = r => hash(Object.assign(state(), { id: c.id, packet: r ? r.frame : 0 }));
  function close() {
    if (!panel) return;
    const had = panel.contains(document.activeElement);
    panel.remove();
    panel = opened = null;
    history.replaceState(null, '', address(null));
    measure(); draw();
    if (had) grid.focus({ preventScroll: true });
  }
  function unfold(r, isOpen) {
    r.isOpen = isOpen;
    refilter();
  }
  function show(i) {
    own = true; cursor.set(shown[i].us); own = false;
    if (shown[i].step) { draw(); return; } // a packet that is open stays
    const before = panel;
    opened = shown[i];
    panel = packetPanel(opened, { columns: columns, href: address(opened), close: close, width: isBeside() ? 490 : box.clientWidth });
    panel.classList.toggle('below', !isBeside());
    if (before) before.remove();
    (isBeside() ? room : box).append(panel);
    if (!isBeside()) panel.style.width = box.clientWidth + 'px';
    history.replaceState(null, '', address(opened));
    measure(); draw(); reveal(i);
    if (extra.at === i) box.scrollTop = Math.max(box.scrollTop, Math.min(offsets[i], offsets[i + 1] + head.offsetHeight - box.clientHeight));
  }
  function move(i) {
    if (!shown.length) return;
    active = Math.min(Math.max(i, 0), shown.length - 1);
    reveal(active);
    if (panel) show(active); else draw();
  }
  function open(frame) {
    const r = rowOf(rows, frame);
    if (!r) { say('packet ' + frame + ' is not in the ladder: the capture has it'); return; }
    if (r.head && !r.head.isOpen) unfold(r.head, true);
    if (!shown.includes(r)) { Object.assign(filter, { text: '', dropped: false, over: false, node: -1 }); filter.kinds.clear(); renewTools(); refilter(); }
    active = shown.indexOf(r);
    show(active);
    box.scrollTop = Math.max(0, offsets[active] - box.clientHeight / 3);
    box.scrollLeft = Math.max(0, head.querySelector('.picture').offsetLeft + view.x(r.to) + gap / 2 - box.clientWidth); // where it ended is in sight
    room.scrollIntoView({ block: 'nearest' });
    grid.focus({ preventScroll: true });
  }
  box.addEventListener('scroll', () => requestAnimationFrame(draw));
  body.addEventListener('click', e => {
    const row = e.target.closest('.row');
    if (row && e.target.closest('.fold')) { const r = shown[Number(row.dataset.i)]; active = Number(row.dataset.i); unfold(r, !r.isOpen); }
    else if (row) { active = Number(row.dataset.i); if (shown[active] === opened) close(); else show(active); }
  });
  box.addEventListener('keydown', e => {
    if (e.target !== grid && !(e.key === 'Escape' && panel)) return;
    const page = Math.max(1, Math.floor(box.clientHeight / ROW_HIGH) - 1);
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: shown.length - 1, PageDown: active + page, PageUp: active - page }[e.key];
    if (to !== undefined) move(to);
    else if (e.key === 'Enter' && active >= 0) show(active);
    else if (e.key === 'ArrowRight' && active >= 0 && shown[active].members.length) unfold(shown[active], true);
    else if (e.key === 'ArrowLeft' && active >= 0 && (shown[active].head || shown[active].isOpen)) unfold(shown[active].head || shown[active], false);
    else if (e.key === 'Escape' && panel) close();
    else return;
    e.preventDefault(); e.stopPropagation();
  });
  const tools = el('div', { class: 'ladder-tools', role: 'group', 'aria-label': 'which packets are shown' });
  function renewTools() {
    const addresses = el('button', { 'aria-pressed': String(tall), onclick: () => { tall = !tall; addresses.setAttribute('aria-pressed', String(tall)); redraw(); } }, 'addresses');
    tools.replaceChildren(...filterTools(columns, agents, filter, refilter), addresses, count);
  }
  renewTools();
  new ResizeObserver(() => { if (panel && panel.classList.contains('below') === isBeside()) show(shown.indexOf(opened)); else redraw(); }).observe(room);
  const print = isOn => { isPrinting = isOn; if (room.isConnected) { measure(); draw(); } };
  window.addEventListener('beforeprint', () => print(true));
  window.addEventListener('afterprint', () => print(false));
  requestAnimationFrame(() => {
    refilter();
    let isFirst = true; // the cursor tells where it is at once: then nothing moved
    cursor.on(us => {
      draw();
      if (!own && !isFirst && shown.length) reveal(Math.max(0, shown.findLastIndex(r => r.us <= us)));
      isFirst = false;
    });
    if (state().packet) open(state().packet);
  });
  shownLadder = { c: c, open: open };
  return el('div', { class: 'ladder-view' }, tools, room);
}
// A link that opens packet n in the ladder of its case.
export function packetLink(n, c) {
  const href = hash(Object.assign(state(), { id: c.id, packet: n }));
  return n ? el('a', { class: 'mono', href: href, title: 'opens the packet in the ladder', onclick: e => {
    if (!shownLadder || shownLadder.c !== c || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    shownLadder.open(n);
  } }, '#' + n) : '';
}

// The topology as a drawing: nodes, networks, candidates, mappings, and the way of the selected pair.
import { el, plural, svg } from './dom.js';
import { candidatesAt, endsOf, momentOf } from './moment.js';
import { internetOf, layoutOf, networkId, nodeId } from './layout.js';
import { readRows, rowOf } from './rows.js';
import { hostOf, isRelayed, leftOf, ofSelected, pointsOf, wayOf, wayUntil } from './way.js';

const LETTER = 6.7, LINE = 15, PAD = 8, CANDIDATES_MAX = 8, MAPPINGS_MAX = 6, SMALLEST = 0.82;

/* A text in lines of at most n letters, cut between words. */
export function wrapped(text, n) {
  const lines = [];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    if (last >= 0 && (lines[last] + ' ' + word).length <= n) lines[last] += ' ' + word;
    else lines.push(word);
  }
  return text ? lines : [];
}
const candidateText = k => k.type.padEnd(5) + ' ' + (k.address || 'without an address');
/* The port alone where the address outside is the only one of its family. */
export function mappingText(node, m) {
  const six = m.outside.startsWith('['), last = node.interfaces[node.interfaces.length - 1], outside = (last ? last.addresses : '').split(', ').filter(x => x.includes(':') === six);
  return m.inside + ' → ' + (outside.length === 1 && hostOf(m.outside) === outside[0] ? m.outside.slice(m.outside.lastIndexOf(':')) : m.outside);
}
/* The most mappings of a NAT that live at once, and all that it ever has. */
function mappingsOf(d, name) {
  const live = new Set(), all = [];
  let most = 0;
  for (const e of d.events) {
    if (e.node !== name) continue;
    if (e.what === 'mapping made') { live.add(e.number); all.push({ inside: e.a, outside: e.b }); }
    if (e.what === 'mapping expired') live.delete(e.number);
    most = Math.max(most, live.size);
  }
  return { most: most, all: all };
}
/* The lines of a list that has room for `max`. */
function shortened(list, max) {
  return list.length <= max ? list : list.slice(0, max - 1).concat('and ' + (list.length - max + 1) + ' more (tables)');
}
function unlike(list) { return list.filter((x, i) => list.indexOf(x) === i); }

/* What a box says: its lines, those of its list as of a moment, and how large it must be. */
function nodeBox(d, n) {
  const addresses = n.kind === 'gateway' ? n.interfaces.flatMap((i, k) => i.addresses.split(', ').map(x => (k === n.interfaces.length - 1 ? 'outside ' : 'inside ') + x)) :
    n.interfaces.flatMap(i => i.addresses.split(', '));
  const a = d.agents.find(x => x.name === n.name), lines = [{ text: n.name, kind: 'name' }].concat(wrapped(n.text, 26).map(x => ({ text: x, kind: 'policy' })),
    shortened(addresses, 8).map(x => ({ text: x, kind: 'address' })));
  if (a) return { lines: lines, room: unlike(a.candidates.map(candidateText)), max: CANDIDATES_MAX, most: CANDIDATES_MAX,
    list: m => unlike(candidatesAt(a, m).map(candidateText)), title: 'candidates' };
  if (n.kind !== 'gateway') return { lines: lines, room: [], max: 0, list: () => [] };
  const made = mappingsOf(d, n.name);
  return { lines: lines, room: made.all.map(x => mappingText(n, x)).slice(0, 200), max: MAPPINGS_MAX, most: made.most, title: 'mappings',
    list: m => Array.from(m.nats.get(n.name).values()).filter(x => !x.expired).map(x => mappingText(n, x)) };
}
function networkBox(w) {
  const texts = w.prefixes.split(', ').concat(wrapped(w.text, 16));
  return { lines: [{ text: w.name, kind: 'name' }].concat(texts.filter(x => x).map(x => ({ text: x, kind: 'address' }))), room: [], max: 0, list: () => [] };
}
export function boxesOf(d) {
  const boxes = new Map();
  for (const n of d.nodes) for (const i of n.interfaces) boxes.set(networkId(i.network), Object.assign(networkBox({ name: i.network, prefixes: '', text: '' }), { kind: 'network' }));
  for (const n of d.nodes) boxes.set(nodeId(n.name), Object.assign(nodeBox(d, n), { kind: n.kind }));
  for (const w of d.networks) boxes.set(networkId(w.name), Object.assign(networkBox(w), { kind: 'network' }));
  for (const b of boxes.values()) {
    const rows = Math.min(b.room.length, b.max, b.most || 0), letters = b.lines.concat(b.room.map(x => ({ text: x }))).reduce((n, l) => Math.max(n, l.text.length), 4);
    b.size = { w: Math.ceil(Math.max(letters, rows && b.room.length > b.max ? 'and 9999 more (tables)'.length : 0) * LETTER) + PAD * 2, h: (b.lines.length + rows + (rows ? 1 : 0)) * LINE + PAD * 2 - 4 };
  }
  return boxes;
}
const pathText = points => points.map((p, i) => (i ? 'L' : 'M') + p[0].toFixed(1) + ' ' + p[1].toFixed(1)).join('');

function boxSvg(b, place, onWay) {
  const g = svg('g', { class: 'box ' + b.kind + (onWay ? ' on-way' : '') });
  g.append(svg('rect', { x: place.x, y: place.y, width: place.w, height: place.h, rx: b.kind === 'network' ? 14 : b.kind === 'server' ? 2 : 6 }));
  let y = place.y + (place.h - b.size.h) / 2 + PAD + 9;
  for (const l of b.lines) {
    g.append(svg('text', { x: place.x + place.w / 2, y: y, class: l.kind, 'text-anchor': 'middle' }, l.text));
    y += LINE;
  }
  b.listAt = { x: place.x + (place.w - b.size.w) / 2 + PAD, y: y, middle: place.x + place.w / 2 };
  return g;
}
/* Candidates or mappings as of a moment, below the lines of the box. */
function listSvg(b, m) {
  const g = svg('g', { class: 'list' }), texts = b.list(m), x = b.listAt.x;
  if (!b.room.length) return g;
  g.append(svg('text', { x: b.listAt.middle, y: b.listAt.y, class: 'title', 'text-anchor': 'middle' }, texts.length ? b.title : 'no ' + b.title + ' yet'));
  shortened(texts, b.max).forEach((t, i) => g.append(svg('text', { x: x, y: b.listAt.y + (i + 1) * LINE, class: 'item', 'xml:space': 'preserve' }, t)));
  return g;
}
const typeOf = (d, address) => { for (const a of d.agents) { const k = a.candidates.find(x => x.address === address); if (k) return k.type; }
  for (const a of d.agents) for (const x of a.selected) for (const e of [x.local, x.remote]) if (e.address === address) return e.type;
  return isRelayed(d, address) ? 'relay' : ''; };
const endText = (d, address) => (typeOf(d, address) + ' ' + address).trim();

/* A pair that an agent has selected, with its way: that of the time of its selection, which ends in the network that the peer has left. */
function foundWay(d, agent, peer, pair, peerLocal, us) {
  const way = wayOf(d, agent, peer, pair, peerLocal, pair.at), left = leftOf(d, agent, peer, way, us);
  return { agent: agent, peer: peer, pair: pair, left: left, way: !left.length ? way : left.some(x => x.name === agent) ? [] : way.slice(0, -1) };
}
/* The pair that is selected at a moment, of the first agent that has one. */
export function selectedAt(d, us, ends, atEnd) {
  const m = momentOf(d, us);
  for (const name of ends) {
    const a = d.agents.find(x => x.name === name), peer = ends.find(x => x !== name), state = m.agents.get(name);
    if (!a || !peer) continue;
    const told = d.events.some(e => e.node === name && e.what === 'selected'), x = a.selected[0];
    const pair = state.selected || (!told && atEnd && x ? { local: x.local.address, remote: x.remote.address, at: Infinity } : null);
    const other = m.agents.get(peer), peerLocal = other && other.selected ? other.selected.local : '';
    if (pair) return foundWay(d, name, peer, pair, peerLocal, us);
  }
  return null;
}
/* The better pair that was not to be, of several that which says most, and how far it came. */
export function endedWay(d, ends) {
  const drawn = x => x && x.node && x.local && x.remote, y = drawn(d.why_not[d.why]) ? d.why_not[d.why] : d.why_not.find(y => drawn(y) && !ofSelected(y));
  if (!y) return null;
  const row = rowOf(readRows(d), y.packet), at = row ? row.us : 0;
  const peer = ends.find(x => x !== y.agent) || '', way = peer ? wayUntil(wayOf(d, y.agent, peer, y, '', at), y.node) : [];
  return { why: y, way: way, at: at };
}
/* One sentence for who cannot see the drawing. */
export function drawingText(c, d, ends) {
  const behind = name => {
    const n = d.nodes.find(x => x.name === name);
    if (!n) return '';
    const nets = n.interfaces.map(i => i.network), nats = d.nodes.filter(g => g.kind === 'gateway' && g.interfaces.slice(0, -1).some(i => nets.includes(i.network)));
    return name + ' in ' + nets.join(' and ') + (nats.length ? ' behind ' + nats.map(g => g.name + ' (' + g.text + ')').join(' and ') : '');
  };
  const found = selectedAt(d, Infinity, ends, true), servers = d.nodes.filter(n => n.kind === 'server').map(n => n.name);
  const over = found ? found.way.filter(id => id.startsWith('node ')).slice(1, -1).map(id => id.slice(5)) : [];
  return 'Topology: ' + ends.filter(x => x).map(behind).join(', ') + '; in the middle ' + internetOf(d) + (servers.length ? ' with ' + servers.join(', ') : '') +
    (found ? '. The selected way leads from ' + found.agent + ' to ' + found.peer + (over.length ? ' through ' + over.join(', ') : ' without a node between') + '.' : '. No pair is selected.');
}
function wayLegend(c, d, found) {
  if (!found) return null;
  const text = 'selected by ' + found.agent + ': ' + endText(d, found.pair.local) + ' → ' + endText(d, found.pair.remote) + (found.left.length ? ' (' + found.left.map(x => x.name + ' is not on ' + x.network + ' any more').join(', ') + ')' : found.way.length ? '' : ' (its way is not known)');
  const how = isRelayedPair(d, found) ? 'relayed' : 'direct';
  return el('li', {}, el('span', { class: 'swatch way ' + how, 'aria-hidden': 'true' }), how + ', ' + text);
}
function endedLegend(ended) {
  return ended ? el('li', {}, el('span', { class: 'swatch ended', 'aria-hidden': 'true' }, '✗'), ended.why.agent + (ofSelected(ended.why) ? ' on ' : ' tried ') + ended.why.local + ' → ' + ended.why.remote +
    (ended.way.length ? '' : ' (its way is not drawn)') + ': ' + ended.why.text) : null;
}
const isRelayedPair = (d, found) => [found.pair.local, found.pair.remote].some(x => typeOf(d, x) === 'relay');

/* On the way that ended, just before the box. */
function crossAt(points) {
  const [x, y] = points[points.length - 1], before = points[points.length - 2];
  return [x + 6 - Math.sign(x - before[0]) * 14, y + 6 - Math.sign(y - before[1]) * 14];
}
/* The parts that stay while the cursor moves. */
function frameSvg(place, boxes) {
  const s = svg('svg', { viewBox: '0 0 ' + place.width + ' ' + place.height, 'aria-hidden': 'true' }), links = svg('g', { class: 'links' }), ways = svg('g', {}), nodes = svg('g', {}), marks = svg('g', {});
  for (const l of place.lines) links.append(svg('path', { d: pathText(l.points) }));
  s.append(links, ways, nodes, marks);
  return { svg: s, ways: ways, nodes: nodes, marks: marks };
}
function drawWays(parts, place, found, ended, relayed) {
  parts.ways.textContent = ''; parts.marks.textContent = '';
  const way = found && found.way.length ? pointsOf(place, found.way) : null, dead = ended && ended.way.length > 1 ? pointsOf(place, ended.way) : null;
  if (way) for (const points of way) parts.ways.append(svg('path', { class: 'way ' + (relayed ? 'relayed' : 'direct'), d: pathText(points) }));
  if (dead) for (const points of dead) parts.ways.append(svg('path', { class: 'ended', d: pathText(points), transform: 'translate(6 6)' }));
  const box = ended ? place.boxes.get(nodeId(ended.why.node)) : null;
  if (!box) return;
  const [x, y] = dead ? crossAt(dead[dead.length - 1]) : [box.x, box.y];
  const cross = svg('path', { class: 'cross', d: 'M' + (x - 7) + ' ' + (y - 7) + 'l14 14m0 -14l-14 14' });
  cross.append(svg('title', {}, ended.why.text));
  parts.marks.append(cross);
}
/* Across or down, and how large, for a window of some width. */
export function chosenLayout(across, down, wide) {
  const fits = p => p.width * SMALLEST <= wide, p = fits(across) ? across : fits(down) || down.width < across.width ? down : across;
  return { place: p, scale: fits(p) ? Math.min(1, wide / p.width) : SMALLEST };
}
export function drawing(c, d, cursor) {
  if (!d.nodes.length) return el('p', { class: 'dim' }, 'The record of this case has no topology.');
  const ends = endsOf(d), boxes = boxesOf(d), sizeOf = id => boxes.get(id).size, across = layoutOf(d, ends, sizeOf, false), down = layoutOf(d, ends, sizeOf, true);
  const ended = endedWay(d, ends), stage = el('div', { class: 'stage', role: 'img', 'aria-label': drawingText(c, d, ends), tabindex: '0' }), legend = el('ul', { class: 'legend-of-ways' });
  const note = el('p', { class: 'dim' }), figure = el('figure', { class: 'drawing' }, stage, el('figcaption', {}, legend, note));
  let parts = null, place = null;
  function build(wide) {
    const chosen = chosenLayout(across, down, wide);
    if (chosen.place !== place) {
      place = chosen.place;
      parts = frameSvg(place, boxes);
      stage.textContent = ''; stage.append(parts.svg);
    }
    parts.svg.setAttribute('width', Math.floor(place.width * chosen.scale));
    parts.svg.setAttribute('height', Math.floor(place.height * chosen.scale));
    note.textContent = place.width * chosen.scale > wide + 1 ? plural(d.nodes.length, 'node') + ': wider than the page, scrolls sideways.' : '';
    update(cursor.at);
  }
  function update(us) {
    if (!parts) return;
    const m = momentOf(d, us), found = selectedAt(d, us, ends, us >= cursor.end), seen = ended && us >= ended.at ? ended : null;
    parts.nodes.textContent = '';
    for (const [id, b] of boxes) {
      parts.nodes.append(boxSvg(b, place.boxes.get(id), found && found.way.includes(id)));
      parts.nodes.append(listSvg(b, m));
    }
    drawWays(parts, place, found, seen, found && isRelayedPair(d, found));
    legend.textContent = '';
    for (const x of [wayLegend(c, d, found), endedLegend(seen)]) if (x) legend.append(x);
    if (!found && d.events.some(e => e.what === 'call')) legend.prepend(el('li', { class: 'dim' }, 'no pair is selected' + (us < cursor.end ? ' yet, or any more, at this moment' : '')));
  }
  new ResizeObserver(list => requestAnimationFrame(() => build(list[0].contentRect.width))).observe(stage);
  cursor.on(update);
  return figure;
}

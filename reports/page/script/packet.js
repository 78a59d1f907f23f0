// One packet: its way, its fields, its bytes.
import { copy, el } from './dom.js';
import { raw } from './data.js';
import { bytesOfBase64, hexOf } from './bytes.js';
import { decodePacket } from './headers.js';
import { framesOf } from './rows.js';
import { stunNames } from './stun.js';

let namesOfNumbers = null; // of raw.stun, made once

function wayList(r, columns) {
  const list = [el('li', {}, columns[r.from] + ' sends ', el('code', {}, r.way.from + ' > ' + r.way.to))];
  for (const h of r.way.hops) list.push(el('li', {}, h.isRelay ? h.node + ' relays: ' : h.node + ' translates: ', el('code', {}, h.before +
      (h.isRelay ? ' > ' : ' becomes ') + h.after)));
  list.push(el('li', { class: r.dropped ? 'lost' : null }, r.fate || 'arrives at ' + columns[r.to]));
  return el('ol', { class: 'way' }, list);
}
const isWrong = f => Boolean(f.bad || f.cut) || (f.of || []).some(isWrong);
// Headers below the message are closed unless something is wrong with them.
const HEADERS = ['IPv4', 'IPv6', 'fragment header', 'UDP', 'TCP'];

function fieldItem(f, level) {
  const line = el('div', { class: 'field' }, el('b', {}, f.name), f.value ? el('span', { class: 'value' }, f.value) : null,
    f.note ? el('span', { class: 'note' }, f.note) : null, f.bad ? el('span', { class: 'bad' }, '✗ ' + f.bad) : null,
    f.cut ? el('span', { class: 'bad' }, '… ' + f.cut + ' bytes are not here') : null, f.rfc ? el('span', { class: 'rfc' }, f.rfc) : null);
  const item = el('li', { role: 'treeitem', tabindex: '-1', 'aria-level': level, 'aria-expanded': f.of && f.of.length ?
      String(level > 1 || !HEADERS.includes(f.name) || isWrong(f)) : null }, line,
    f.of && f.of.length ? el('ul', { role: 'group' }, f.of.map(x => fieldItem(x, level + 1))) : null);
  item.field = f;
  return item;
}
function hexLines(b, perLine) {
  const lines = [];
  for (let at = 0; at < b.length; at += perLine) {
    const line = el('div', {}, el('i', {}, at.toString(16).padStart(4, '0'))), shown = el('span', { class: 'ascii' });
    for (let i = at; i < at + perLine; i++) {
      line.append(i < b.length ? el('span', { 'data-i': i }, hexOf(b, i, 1)) : el('span', {}, '  '));
      if (i < b.length) shown.append(el('span', { 'data-i': i }, b[i] > 0x20 && b[i] < 0x7f ? String.fromCharCode(b[i]) : '.'));
    }
    line.append(shown);
    lines.push(line);
  }
  return el('div', { class: 'hex', role: 'img', 'aria-label': 'the bytes in hexadecimal' }, lines);
}
// Fields and bytes that are one: what has the pointer or the focus is marked in both.
function joinFieldsAndBytes(tree, hex) {
  const items = Array.from(tree.querySelectorAll('li')), cells = new Map();
  let focused = null;
  for (const cell of hex.querySelectorAll('[data-i]')) cells.set(cell.dataset.i, (cells.get(cell.dataset.i) || []).concat(cell));
  const mark = item => {
    for (const x of tree.querySelectorAll('.on')) x.classList.remove('on');
    for (const x of hex.querySelectorAll('.on')) x.classList.remove('on');
    if (!item) return;
    item.classList.add('on');
    for (let i = item.field.at; i < item.field.at + item.field.len; i++) for (const x of cells.get(String(i)) || []) x.classList.add('on');
  };
  const itemOf = i => items.reduce((best, x) => x.field.at <= i && i < x.field.at + x.field.len && (!best || x.field.len <= best.field.len) ? x : best, null);
  const visible = () => items.filter(x => !x.parentNode.closest('[aria-expanded=false]'));
  const focus = item => {
    for (let x = item.parentNode.closest('li'); x; x = x.parentNode.closest('li')) x.setAttribute('aria-expanded', 'true');
    for (const x of items) x.tabIndex = x === item ? 0 : -1;
    item.focus();
  };
  const toggle = item => item.setAttribute('aria-expanded', item.getAttribute('aria-expanded') === 'true' ? 'false' : 'true');
  if (items.length) items[0].tabIndex = 0;
  tree.addEventListener('focusin', e => { focused = e.target.closest('li'); mark(focused); });
  tree.addEventListener('mouseover', e => mark(e.target.closest('li')));
  tree.addEventListener('mouseleave', () => mark(focused));
  tree.addEventListener('click', e => { const item = e.target.closest('li'); if (item) { if (item === focused && item.hasAttribute('aria-expanded')) toggle(item); focus(item); } });
  tree.addEventListener('keydown', e => {
    const list = visible(), at = list.indexOf(focused), open = focused && focused.getAttribute('aria-expanded');
    const to = { ArrowDown: list[at + 1], ArrowUp: list[at - 1], Home: list[0], End: list[list.length - 1] }[e.key];
    if (e.key === 'ArrowRight' && open === 'false' || e.key === 'ArrowLeft' && open === 'true') toggle(focused);
    else if (to) focus(to);
    else if (!['ArrowDown', 'ArrowUp', 'Home', 'End', 'ArrowLeft', 'ArrowRight'].includes(e.key)) return;
    e.preventDefault(); e.stopPropagation();
  });
  hex.addEventListener('mouseover', e => { if (e.target.dataset.i) mark(itemOf(Number(e.target.dataset.i))); });
  hex.addEventListener('mouseleave', () => mark(focused));
  hex.addEventListener('click', e => { const item = e.target.dataset.i && itemOf(Number(e.target.dataset.i)); if (item) focus(item); });
}
// r: a row; view: {columns, href, close, step(by), width}
export function packetPanel(r, view) {
  const b = bytesOfBase64(r.bytes), frames = framesOf(r);
  namesOfNumbers = namesOfNumbers || stunNames(raw.stun);
  const tree = el('ul', { class: 'fields', role: 'tree', 'aria-label': 'fields of packet ' + r.frame }, decodePacket(b, r.whole, namesOfNumbers).map(f => fieldItem(f, 1)));
  const hex = hexLines(b, view.width < 480 ? 8 : 16);
  joinFieldsAndBytes(tree, hex);
  return el('section', { class: 'packet', 'aria-label': 'packet ' + r.frame }, el('div', { class: 'packet-head' }, el('h3', {}, '#' + r.frame + ' ' + r.text),
    el('button', { class: 'close', 'aria-label': 'close the packet', title: 'Escape', onclick: view.close }, '✕')),
    el('p', { class: 'packet-tools' }, el('span', { class: 'dim' }, r.ms + ' ms'), ' ', el('a', { href: view.href }, 'link to it'), ' ',
      el('button', { onclick: () => copy('frame.number == ' + r.frame) }, 'copy the tshark filter'), ' ',
      frames.length > 1 ? el('button', { title: 'one at each tap', onclick: () => copy('frame.number in {' + frames.join(', ') + '}') },
        'of its frames ' + frames.join(', ')) : null, ' ', el('button', { onclick: () => copy(hexOf(b, 0, b.length)) }, 'copy its bytes')),
    wayList(r, view.columns), r.whole > b.length ? el('p', { class: 'bad' }, b.length ? 'Cut: the first ' + b.length + ' of its ' + r.whole +
      ' bytes are here; the capture has all.' : 'Its bytes are not here.') : null, el('h4', {}, 'Fields'), tree, el('h4', {}, 'Bytes'), hex);
}

// The page: its head, its keys, and which view is shown.
import { OUTCOMES, byId, cases, load, raw } from './data.js';
import { el } from './dom.js';
import { go, hash, state } from './address.js';
import { GLYPHS, WORDS, cellId, matches } from './words.js';
import { moveInMatrix } from './matrix.js';
import { cellById, makeOverview, updateOverview } from './overview.js';
import { cellPage } from './seeds.js';
import { casePage } from './case.js';

const app = document.getElementById('app'), all = el('div', { id: 'all' }), main = el('div', { id: 'main', tabindex: '-1' });
const search = el('input', { type: 'search', id: 'search', placeholder: 'filter: text of id, path, why   /', 'aria-label': 'filter',
    oninput: () => refilter() });
const buttons = new Map(), places = new Map(); /* of an address: where the view was scrolled to */
const absent = el('p', { class: 'part error', role: 'alert', hidden: '' }); /* what the address names, and the report has not */
let shown = { view: '', id: '', hash: '' };
load(id => document.getElementById(id).textContent);

function outcomeButton(i, n) {
  const o = OUTCOMES[i], b = el('button', { class: o, title: 'show only these', onclick: () => {
    const now = state().status;
    go({ status: now.includes(o) ? now.filter(x => x !== o) : now.concat(o) });
  } }, GLYPHS[i] + ' ' + n + ' ' + (o === 'error' && n > 1 ? 'errors' : WORDS[i]));
  buttons.set(o, b);
  return b;
}
function makeHead() {
  const bar = el('div', { class: 'bar', 'aria-hidden': 'true' }), head = el('header', {}, el('h1', {}, 'natsim'));
  OUTCOMES.forEach((o, i) => {
    const n = cases.filter(c => c.outcome === i).length;
    if (!n) return;
    bar.append(el('i', { class: o, style: 'flex:' + n }));
    head.append(outcomeButton(i, n));
  });
  head.append(search, el('span', { class: 'spring' }), el('span', { class: 'dim' },
    'version ' + raw.version + (cases.every(c => c.seed === raw.seed) ? ' · seed ' + raw.seed : '') +
        (raw.stamp ? ' · ' + raw.stamp : '')));
  return [head, bar].concat(raw.part ? el('p', { class: 'part error', role: 'alert' }, raw.part + ': the others are missing') : []);
}
/* What the filters say, in the head and in the overview. */
function showFilters(s, whole) {
  for (const [o, b] of buttons) b.setAttribute('aria-pressed', String(s.status.includes(o)));
  if (search.value !== s.text) search.value = s.text;
  updateOverview(s, whole);
}
/* While one types, the view stays and the address follows. */
function refilter() {
  const s = Object.assign(state(), { text: search.value });
  history.replaceState(null, '', hash(s));
  shown.hash = location.hash;
  if (shown.view === 'all') showFilters(s); else show();
}
function viewOf(s) { return byId.has(s.id) ? 'case' : cellById.has(s.cell) ? 'cell' : 'all'; }
function titleOf(view, s) {
  return 'natsim: ' + (view === 'case' ? s.id : view === 'cell' ? s.cell : (raw.part ? raw.part + ', ' : '') + cases.filter(x =>
      x.outcome === 0).length + ' of ' + cases.length + ' passed');
}
/* The element that stands for what was open: the cell or the row that one came from. */
function origin(from, view) {
  const box = view === 'cell' ? main : all, id = view === 'cell' || from.view === 'cell' ? from.id : cellId(from.id);
  return from.id ? box.querySelector('[data-id="' + CSS.escape(id) + '"]') : null;
}
/* Back where the view was, with the focus on what was open. */
function returnTo(view, from) {
  const place = places.get(location.hash), mark = view === 'case' ? null : origin(from, view);
  const focused = document.activeElement === search;
  if (mark && !focused) mark.focus({ preventScroll: true });
  else if (view !== 'all' && !focused) main.focus({ preventScroll: true });
  window.scrollTo(0, place || 0);
  if (mark && !focused) mark.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
function show() {
  const s = state(), from = shown, view = viewOf(s), id = view === 'case' ? s.id : view === 'cell' ? s.cell : '';
  shown = { view: view, id: id, hash: location.hash };
  if (view === 'case' && from.view === 'case' && from.id === id) return; /* another packet: the ladder sees to it */
  places.set(from.hash, window.scrollY);
  all.hidden = view !== 'all';
  main.hidden = view === 'all';
  main.textContent = '';
  if (view === 'all') showFilters(s); else if (search.value !== s.text) search.value = s.text;
  if (view === 'case') casePage(byId.get(id));
  if (view === 'cell') cellPage(cellById.get(id), main);
  absent.hidden = view !== 'all' || !(s.id || s.cell);
  absent.textContent = absent.hidden ? '' : 'No case of this report is called ' + (s.id || s.cell);
  document.title = titleOf(view, s);
  returnTo(view, from);
}
/* j and k: to the next case of those that match; in the overview and in an index to the next cell or row. */
function stepCase(s, by) {
  if (shown.view === 'case') {
    const list = cases.filter(x => matches(x, s)), next = list[list.findIndex(c => c.id === s.id) + by];
    if (next) go({ id: next.id });
    return;
  }
  const list = Array.from((shown.view === 'cell' ? main : all).querySelectorAll('[data-id]:not(.faded)')).filter(x => x.offsetParent);
  const next = list[list.indexOf(document.activeElement) + by];
  if (next) { next.focus(); next.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }
}
function pressKey(e) {
  const s = state();
  if (e.target.matches('input')) { if (e.key === 'Escape') e.target.blur(); return; }
  if (e.metaKey || e.altKey || e.ctrlKey && e.key !== 'Home' && e.key !== 'End') return;
  if (e.key === '/') { e.preventDefault(); search.focus(); }
  else if (e.key === 'Escape' && shown.view === 'case') go({ id: '' });
  else if (e.key === 'Escape' && shown.view === 'cell') go({ cell: '' });
  else if (e.key === 'j' || e.key === 'k') stepCase(s, e.key === 'j' ? 1 : -1);
  else moveInMatrix(e);
}
/* Paper has all rows, and what is folded. */
function printWhole() {
  const folded = Array.from(document.querySelectorAll('details:not([open])'));
  for (const d of folded) d.open = true;
  if (shown.view === 'all') updateOverview(state(), true);
  window.addEventListener('afterprint', () => {
    for (const d of folded) d.open = false;
    if (shown.view === 'all') updateOverview(state());
  }, { once: true });
}
app.append(...makeHead(), absent, el('main', {}, all, main));
document.body.append(el('div', { id: 'said', role: 'status', 'aria-live': 'polite' }));
makeOverview(all);
document.addEventListener('keydown', pressKey);
window.addEventListener('hashchange', show);
window.addEventListener('beforeprint', printWhole);
history.scrollRestoration = 'manual'; /* `places` does it, */
window.addEventListener('pagehide', () => { history.scrollRestoration = 'auto'; }); /* but for a page that is loaded anew */
show();

// The page: its head, its keys, and which view is shown.
import { OUTCOMES, byId, cases, load, raw } from './data.js';
import { el } from './dom.js';
import { go, hash, state } from './address.js';
import { GLYPHS, WORDS, matches } from './words.js';
import { overview } from './overview.js';
import { casePage } from './case.js';

const app = document.getElementById('app');
load(document.getElementById('data').textContent);

function top() {
  const s = state(), bar = el('div', { class: 'bar', 'aria-hidden': 'true' }), head = el('header', {}, el('h1', {},
      'natsim'));
  OUTCOMES.forEach((o, i) => {
    const n = cases.filter(c => c.outcome === i).length;
    if (!n) return;
    bar.append(el('i', { class: o, style: 'flex:' + n }));
    head.append(el('button', { class: o, 'aria-pressed': String(s.status.includes(o)), title: 'show only these',
      onclick: () => go({ status: s.status.includes(o) ? s.status.filter(x => x !== o) : s.status.concat(o) }) },
          GLYPHS[i] + ' ' + n + ' ' + (o === 'error' && n > 1 ? 'errors' : WORDS[i])));
  });
  const search = el('input', { type: 'search', id: 'search', placeholder: 'filter: text of id, path, types   /',
      'aria-label': 'filter', value: s.text });
  search.addEventListener('input', () => { const x = Object.assign(state(), { text: search.value });
      history.replaceState(null, '', hash(x)); overview(); });
  head.append(search, el('span', { class: 'spring' }), el('span', { class: 'dim' },
    'version ' + raw.version + (cases.every(c => c.seed === raw.seed) ? ' · seed ' + raw.seed : '') +
        (raw.stamp ? ' · ' + raw.stamp : '')));
  const part = raw.part ? el('p', { class: 'part error', role: 'alert' }, raw.part + ': the others are missing') : [];
  return [head, bar].concat(part);
}
function show() {
  const s = state(), c = byId.get(s.id), focused = document.activeElement && document.activeElement.id === 'search';
  app.textContent = '';
  app.append(...top(), el('main', { id: 'main' }));
  if (c) { casePage(c); window.scrollTo(0, 0); document.title = 'natsim: ' + c.id; } else { overview();
      document.title = 'natsim: ' + (raw.part ? raw.part + ', ' : '') + cases.filter(x => x.outcome === 0).length + ' of ' + cases.length + ' passed'; }
  if (focused) document.getElementById('search').focus();
}
function moveCell(e) {
  const td = e.target.closest('td'), tr = td && td.parentNode, key = e.key;
  if (!td || !tr.closest('.matrix')) return;
  const i = Array.from(tr.children).indexOf(td), next = key === 'ArrowLeft' ? td.previousElementSibling :
      key === 'ArrowRight' ? td.nextElementSibling :
    key === 'ArrowUp' ? tr.previousElementSibling && tr.previousElementSibling.children[i] : key === 'ArrowDown' ?
        tr.nextElementSibling && tr.nextElementSibling.children[i] : null;
  const b = next && next.querySelector('button');
  if (b) { e.preventDefault(); b.focus(); }
}
document.addEventListener('keydown', e => {
  if (e.target.matches('input')) { if (e.key === 'Escape') e.target.blur(); return; }
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const s = state(), list = cases.filter(x => matches(x, s)), at = list.findIndex(c => c.id === s.id);
  if (e.key === '/') { e.preventDefault(); document.getElementById('search').focus(); }
  else if (e.key === 'Escape' && s.id) go({ id: '' });
  else if (s.id && (e.key === 'j' || e.key === 'k') && list[at + (e.key === 'j' ? 1 : -1)]) go({ id: list[at +
      (e.key === 'j' ? 1 : -1)].id });
  else moveCell(e);
});
document.body.append(el('div', { id: 'said', role: 'status', 'aria-live': 'polite' }));
window.addEventListener('hashchange', show);
show();

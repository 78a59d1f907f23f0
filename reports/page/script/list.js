// Cells, or cases, as a list: the first ones, and the others when asked for.
import { el, scroller } from './dom.js';
import { changed, state } from './address.js';
import { badge, expected, look, remark, runsOf, types, unexpected } from './words.js';
import { tallyText, worstOf } from './cells.js';
import { findingMarks } from './findings.js';

const SHOWN = 300;
/* `list`: the cases of the row; `change`: where its link goes; `known`: what is said elsewhere. */
function listRow(list, name, id, change, known) {
  const c = worstOf(list), several = list.length > 1, ms = list.map(x => x.connect_ms).filter(x => x >= 0);
  const says = c.outcome !== 0 && unexpected(c) && !c.reason.startsWith('path: expected ') ? 'expected ' + expected(c) + (remark(c) ? '; ' + remark(c) : '') : remark(c);
  return el('tr', {}, el('td', {}, several ? el('span', { class: 'badge ' + look(c) }, tallyText(list)) : badge(c)),
    el('td', {}, el('a', { href: changed(state(), change), 'data-id': id }, name)), el('td', {}, types(c)),
    el('td', { class: 'num' }, ms.length ? (several && ms[0] !== Math.max(...ms) ? Math.min(...ms) + '–' : '') + Math.max(...ms) + ' ms' : ''),
    el('td', { class: 'marks' }, findingMarks(list)),
    el('td', {}, several && c.outcome !== 0 ? 'seed ' + c.seed + ': ' : '', says, runsOf(c) ? el('span', { class: 'dim' }, ' ' + runsOf(c)) : null,
      c.path !== 'direct' && c.why && c.why !== known && !says.includes(c.why) ? el('div', { class: 'dim' }, c.why) : null));
}
export const cellRow = cell => listRow(cell.hits, cell.hits.length > 1 ? cell.id : cell.hits[0].id, cell.id,
    cell.hits.length > 1 ? { cell: cell.id, id: '' } : { id: cell.hits[0].id, cell: '' });
export const seedRow = (c, known) => listRow([c], 'seed ' + c.seed, c.id, { id: c.id }, known);

export function table(rows, all) {
  const body = el('tbody', {}, rows.slice(0, all ? rows.length : SHOWN).map(make => make()));
  const rest = rows.length - body.rows.length;
  const more = rest > 0 ? el('button', { class: 'more', onclick: () => {
    body.append(...rows.slice(SHOWN).map(make => make()));
    more.remove();
  } }, 'show ' + rest + ' more') : null;
  return el('div', {}, scroller(el('table', { class: 'list' }, el('thead', { class: 'unseen' }, el('tr', {},
      ['outcome', 'case', 'types', 'connected', 'rules', 'remarks'].map(x => el('th', { scope: 'col' }, x)))), body)), more);
}

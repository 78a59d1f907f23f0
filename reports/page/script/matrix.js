// Cases of one file as tables.
import { el } from './dom.js';
import { go, hash, state } from './address.js';
import { GLYPHS, WORDS, badge, expected, matches, remark, tone, types, unexpected, unique } from './words.js';

export function cell(c, s, faded, dense) {
  const second = [types(c), c.connect_ms >= 0 ? c.connect_ms + ' ms' : ''].filter(x => x).join(' · ');
  const says = remark(c).replace(/^connected; /, ''), brief = says.length > 34 ? says.slice(0, 33) + '…' : says;
  const third = c.outcome !== 0 && unexpected(c) ? 'expected ' + expected(c) : brief;
  const name = c.id + ': ' + WORDS[c.outcome] + (c.path ? ', path ' + c.path : '') + (remark(c) ? ', ' + remark(c) :
      '');
  return el('button', { class: 'cell ' + tone(c) + (faded ? ' faded' : ''), title: name, 'aria-label': name,
      onclick: () => go({ id: c.id }) },
    el('b', {}, GLYPHS[c.outcome] + (dense ? (c.path || ' ')[0].toUpperCase() : ' ' + (c.path || WORDS[c.outcome]))),
        el('span', {}, second || ' '), third ? el('span', {}, third) : null);
}
export function isMatrix(list) { return list.length > 1 && list.every(c => c.params.length >= 2); }
export const sliceOf = c => c.params.slice(0, -2).map(p => p.name + ' = ' + p.label).join(', ');
export const lastAxes = c => c.params.slice(-2);
/* One table over the last two axes for each combination of the others. */
export function matrices(list, s) {
  return unique(list.map(sliceOf)).map(slice => {
    const part = list.filter(c => sliceOf(c) === slice);
    return part.some(c => matches(c, s)) ? el('div', {}, slice ? el('h3', {}, slice) : null, matrix(part, s)) : null;
  });
}
export function matrix(list, s) {
  const rows = unique(list.map(c => lastAxes(c)[0].label)), columns = unique(list.map(c => lastAxes(c)[1].label)),
      at = new Map(), dense = columns.length > 11;
  for (const c of list) {
    const key = JSON.stringify(lastAxes(c).map(p => p.label)), old = at.get(key);
    if (!old) at.set(key, { c: c, all: 1 }); else { old.all++; if (old.c.outcome === 0) old.c = c.outcome !== 0 ? c :
        old.c; }
  }
  const body = rows.map(r => el('tr', {}, el('th', { scope: 'row' }, r), columns.map(k => {
    const it = at.get(JSON.stringify([r, k]));
    return el('td', {}, it ? cell(it.c, s, !matches(it.c, s), dense) : el('span', { class: 'cell skip' }, 'not run'));
  })));
  return el('div', { class: 'scroll' }, el('table', { class: 'matrix' + (dense ? ' dense' : '') },
    el('thead', {}, el('tr', {}, el('th', { class: 'corner' }, lastAxes(list[0])[0].name + ' ↓ · ' +
        lastAxes(list[0])[1].name + ' →'),
      columns.map(k => el('th', { scope: 'col' }, k)))), el('tbody', {}, body)));
}
export function table(list) {
  return el('table', { class: 'list' }, el('tbody', {}, list.map(c => el('tr', {}, el('td', {}, badge(c)),
    el('td', {}, el('a', { href: hash(Object.assign(state(), { id: c.id })) }, c.id)), el('td', {}, types(c)),
    el('td', { class: 'num' }, c.connect_ms >= 0 ? c.connect_ms + ' ms' : ''), el('td', {}, remark(c))))));
}

// One cell with many cases: an index of its seeds.
import { el } from './dom.js';
import { go, state } from './address.js';
import { GLYPHS, WORDS, matches, unique } from './words.js';
import { tally } from './cells.js';
import { seedRow, table } from './list.js';

const TONES = ['pass', 'fail', 'error', 'skip'];
export function cellPage(cell, main) {
  const s = state(), hits = cell.cases.filter(c => matches(c, s)), of = hits.length === cell.cases.length ? '' : ' of ' + cell.cases.length;
  const whys = unique(hits.map(c => c.path === 'direct' ? '' : c.why)), common = whys.length === 1 ? whys[0] : '';
  main.append(el('p', {}, el('button', { id: 'back', onclick: () => go({ cell: '' }) }, '← all cases (Esc)')),
    el('h1', {}, cell.id), el('p', { class: 'dim' }, cell.cases[0].claim),
    el('p', { role: 'status' }, hits.length + of + ' cases: ', tally(hits).map(x => [el('span', { class: 'badge ' + TONES[x[0]] }, GLYPHS[x[0]] + ' ' + x[1] + ' ' +
      WORDS[x[0]]), ' '])),
    common ? el('p', {}, 'All for the same reason: ' + common) : '', table(hits.map(c => () => seedRow(c, common)), false));
}

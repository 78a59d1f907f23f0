// One cell with many cases: an index of its seeds.
import { el } from './dom.js';
import { go, state } from './address.js';
import { GLYPHS, WORDS, matches } from './words.js';
import { tally } from './cells.js';
import { caseRow, table } from './list.js';

export function cellPage(cell, main) {
  const s = state(), hits = cell.cases.filter(c => matches(c, s)), of = hits.length === cell.cases.length ? '' : ' of ' + cell.cases.length;
  main.append(el('p', {}, el('button', { id: 'back', onclick: () => go({ cell: '' }) }, '← all cases (Esc)')),
    el('h1', {}, cell.id), cell.cases[0].claim ? el('p', { class: 'dim' }, cell.cases[0].claim) : '',
    el('p', { role: 'status' }, hits.length + of + ' cases: ', tally(hits).map(x => [el('span', { class: 'badge ' + ['pass', 'fail', 'error', 'skip'][x[0]] },
      GLYPHS[x[0]] + ' ' + x[1] + ' ' + WORDS[x[0]]), ' '])),
    table(hits.map(c => () => caseRow(c)), false));
}

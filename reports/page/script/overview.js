// All cases, file by file.
import { cases } from './data.js';
import { el } from './dom.js';
import { state } from './address.js';
import { matches, unique } from './words.js';
import { isMatrix, matrices, table } from './matrix.js';

export function overview() {
  const s = state(), main = document.getElementById('main');
  main.textContent = '';
  const shown = cases.filter(c => matches(c, s)).length;
  main.append(el('div', { class: 'legend' }, [['pass', '✓ direct'], ['relay', '✓ relayed'], ['none',
      '✓ none, as expected'], ['fail', '✗ not as expected'], ['error', '! harness error'], ['skip', '– skipped']]
    .map(x => el('span', { class: 'badge ' + x[0] }, x[1])), el('span', { class: 'dim' },
        'types: local/remote of the first agent · in large tables D direct, R relayed, N none · ' + shown + ' of ' +
        cases.length + ' cases shown · arrows move, Enter opens')));
  for (const file of unique(cases.map(c => c.file))) {
    const list = cases.filter(c => c.file === file), hit = list.filter(c => matches(c, s));
    if (!hit.length) continue;
    const passed = list.filter(c => c.outcome === 0).length;
    main.append(el('section', {}, el('div', { class: 'file' }, el('h2', {}, file), el('span', { class: 'dim' },
        passed + ' of ' + list.length + ' passed')),
      list[0].claim ? el('p', { class: 'dim' }, list[0].claim) : null, isMatrix(list) ? matrices(list, s) :
          table(hit)));
  }
  if (!shown) main.append(el('p', {}, 'No case matches. ', el('a', { href: '#' }, 'Show all')));
}

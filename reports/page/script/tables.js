// Check lists of agents and tables of NATs, as of the cursor.
import { el } from './dom.js';
import { momentOf, notListed } from './moment.js';
import { timeText } from './scale.js';

/* The priority of a pair, where the record of its agent has it. */
function priorityOf(a, p) {
  const found = a.pairs.find(x => x.local === p.local && x.remote === p.remote);
  return found ? found.priority : '–';
}
const typed = (a, address) => { const k = a.candidates.find(x => x.address === address) || {}, p = a.pairs.find(x => x.remote === address) || {}, type = k.type || p.remote_type;
  return (type ? type + ' ' : '') + address; };
function rowsOfPairs(a, state) {
  return Array.from(state.pairs.values()).map(p => ({ at: p.at, dim: p.gone !== '', kind: 'state-' + p.state, cells: [String(p.number), typed(a, p.local), typed(a, p.remote), p.state || '–',
    timeText(p.at), priorityOf(a, p), p.gone ? 'pruned: ' + p.gone : state.selected && state.selected.local === p.local && state.selected.remote === p.remote ? 'selected' : p.text] }));
}
function rowsOfMappings(table) {
  return Array.from(table.values()).map(m => ({ at: m.at, dim: m.expired, kind: '', cells: [String(m.number), m.inside, m.outside, m.expired ? 'expired' : 'live', timeText(m.made), m.expired ? timeText(m.at) : '–'] }));
}
function momentTable(caption, columns, rows, last) {
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, el('table', { class: 'data moment' }, el('caption', {}, caption),
    el('thead', {}, el('tr', {}, el('td', {}), columns.map(x => el('th', { scope: 'col', class: x === 'priority' ? 'num' : null }, x)))),
    el('tbody', {}, rows.map(r => el('tr', { class: [r.dim ? 'gone' : '', r.at === last ? 'just' : ''].join(' ').trim() || null }, el('td', {}, r.at === last ? el('b', { title: 'just now' }, '◂ now') : ''),
      r.cells.map((x, i) => el('td', { class: columns[i] === 'state' ? r.kind || null : columns[i] === 'priority' ? 'num' : null }, x)))))));
}
export function tables(c, d, cursor) {
  const box = el('div', { class: 'moments' }), when = el('p', { class: 'dim' });
  const empty = what => el('p', { class: 'dim' }, what);
  cursor.on(us => {
    const m = momentOf(d, us);
    box.textContent = '';
    for (const a of d.agents) {
      const state = m.agents.get(a.name), rows = rowsOfPairs(a, state), title = a.name + ': check list' + (state.phase ? ', ' + state.phase : '');
      box.append(rows.length ? momentTable(title + (state.earlier ? ' (' + state.earlier + ' pairs of earlier sessions are not listed)' : ''), ['pair', 'local', 'remote', 'state', 'since', 'priority', 'why'], rows, m.last) :
        empty(title + ': no pairs' + (us < cursor.end ? ' yet' : '')));
    }
    for (const [name, table] of m.nats) box.append(table.size ? momentTable(name + ': mappings', ['number', 'inside', 'outside', 'state', 'made', 'expired'], rowsOfMappings(table), m.last) :
      empty(name + ': no mappings' + (us < cursor.end ? ' yet' : '')));
    when.textContent = 'As of ' + timeText(us) + (us < cursor.end ? '' : ', the end') + '. The slider of the timeline moves it. ' + notListed(d);
  });
  return el('div', {}, when, box);
}

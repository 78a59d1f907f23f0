// What each agent gathered, checked and selected.
import { el, flag, grid, plural } from './dom.js';
import { packetLink } from './ladder.js';

export function chosenPair(a, x) {
  return a.pairs.find(p => p.valid && p.local === x.local.address && p.remote === x.remote.address) ||
      a.pairs.find(p => p.nominated && p.remote === x.remote.address);
}
// Priorities are decimal numbers beyond what a number holds.
export function higher(p, q) { return p.priority.length !== q.priority.length ? p.priority.length > q.priority.length :
    p.priority > q.priority; }
export function because(a, x) {
  const p = chosenPair(a, x), out = [a.name + ' selected ' + x.local.type + ' ' + x.local.address + ' → ' + x.remote.type + ' ' + x.remote.address];
  if (!p) return out[0] + '.';
  const better = a.pairs.filter(q => q !== p && higher(q, p)), dead = better.filter(q => q.state === 'failed'),
      valid = a.pairs.filter(q => q.valid);
  if (p.generated_by) out.push('the check ' + p.generated_by.replace('>', ' → ') + ' made it valid' + (x.local.type === 'prflx' ?
      ': its answer showed a mapped address that was no candidate' : ''));
  out.push(valid.length === 1 ? 'it is the only valid pair' : 'it is one of ' + valid.length + ' valid pairs');
  if (!better.length) out.push('no pair has a higher priority');
  else out.push(better.length + (better.length === 1 ? ' pair has' : ' pairs have') + ' a higher priority' +
      (dead.length ? ', ' + dead.length + ' of them failed' : '') +
    (better.some(q => q.valid) ? ', ' + better.filter(q => q.valid).length + ' valid' : ''));
  if (p.nominated) out.push(a.role === 'controlling' ? 'nominated by ' + a.name : 'nominated by the peer');
  return out.join('; ') + '.';
}
export function selection(a) {
  if (a.selected.length) return a.selected.map(x => el('p', { class: 'because' }, because(a, x)));
  if (!a.pairs.length) return [el('p', { class: 'because' }, a.name + ' selected nothing: it had no pairs.')];
  return [el('p', { class: 'because' }, a.name + ' selected nothing: ' + plural(a.pairs.filter(p => p.valid).length, 'valid pair') + ', ' +
      a.pairs.filter(p => p.state === 'failed').length + ' of ' + a.pairs.length + ' failed.')];
}
// 1 is the highest. Pairs have the same priority on both sides (RFC 8445, 6.1.2.3), and so the same rank.
export function pairRanks(agents) {
  const all = agents.flatMap(a => a.pairs).sort((p, q) => higher(p, q) ? -1 : higher(q, p) ? 1 : 0), ranks = new Map();
  for (const p of all) if (!ranks.has(p.priority)) ranks.set(p.priority, ranks.size + 1);
  return ranks;
}
const dash = v => v || '–';
export function candidateTable(a) {
  const several = a.candidates.some(c => c.stream > 1 || c.component > 1);
  const used = c => a.selected.some(x => x.local.address === c.address && x.stream === c.stream && x.component === c.component);
  const list = a.candidates.slice().sort((p, q) => p.stream - q.stream || p.component - q.component || q.priority - p.priority);
  const found = a.selected.filter(x => !a.candidates.some(c => c.address === x.local.address));
  return el('div', {}, el('h4', {}, 'Candidates, highest priority first'),
    grid([['rank', 'num'], ['selected', 'flag']].concat(several ? [['s/c', '', 'stream and component']] : [], [['type'], ['address'], ['base', '', '=: the address itself'],
        ['related'], ['priority', 'num'], ['foundation']]),
      list.map((c, i) => [i + 1, flag(used(c))].concat(several ? c.stream + '/' + c.component : [], [c.type, dash(c.address),
          c.address && c.base === c.address ? '=' : dash(c.base), dash(c.related), c.priority, c.foundation])), i => used(list[i])),
    found.length ? el('p', { class: 'dim' }, 'Selected, though none of these: ' + found.map(x => x.local.type + ' ' + x.local.address).join(', ') + '.') : null);
}
export function discoveries(a, c) {
  if (!a.peer_reflexive.length) return null;
  return el('div', {}, el('h4', {}, 'Peer-reflexive discoveries'), grid([['candidate of'], ['address'], ['packet']],
      a.peer_reflexive.map(x => [x.side === 'local' ? a.name : 'the peer', x.address, x.packet ? packetLink(x.packet, c) : '–'])));
}
export function pairTable(a, ranks) {
  const picked = p => a.selected.some(x => chosenPair(a, x) === p), list = a.pairs.slice().sort((p, q) => ranks.get(p.priority) - ranks.get(q.priority));
  return el('div', {}, el('h4', {}, 'Pairs, highest priority first'),
    grid([['rank', 'num', 'among the pairs of both sides: a pair has the same on each'], ['selected', 'flag'], ['local'], ['remote'], ['state'],
        ['received', 'flag', 'our check was answered'], ['sent', 'flag', 'we answered the check of the peer'], ['both', 'flag', 'checked in both directions'],
        ['valid', 'flag', 'in the valid list'], ['nominated', 'flag'], ['priority', 'num'], ['check that made it']],
      list.map(p => [ranks.get(p.priority), flag(picked(p)), (p.local_type ? p.local_type + ' ' : '') + p.local, (p.remote_type ? p.remote_type + ' ' : '') + p.remote, p.state,
          flag(p.receivable), flag(p.sendable), flag(p.handshake), flag(p.valid), flag(p.nominated), p.priority, p.generated_by ? p.generated_by.replace('>', ' → ') : '–']),
      i => picked(list[i])));
}
export function agentCard(a, c, ranks) {
  return el('section', { class: 'agent' }, el('h3', {}, a.name + ' ', el('span', { class: 'badge ' + (a.state === 'completed' ? 'pass' :
      a.state === 'failed' ? 'fail' : 'none') }, a.state)),
    el('p', { class: 'dim' }, a.role + ' · ' + a.stack + ' · ' + plural(a.checks_sent, 'check') + ' sent, ' + a.checks_received + ' received'),
    selection(a), el('div', { class: 'beside' }, candidateTable(a), discoveries(a, c)), a.pairs.length ? pairTable(a, ranks) : null);
}
export function agentsPart(c, d) {
  const ranks = pairRanks(d.agents);
  return d.agents.length ? [el('div', { class: 'agents' }, d.agents.map(a => agentCard(a, c, ranks)))] : null;
}

// What each agent gathered, checked and selected.
import { el, flag, frameLink, grid, plural } from './dom.js';

export function chosenPair(a, x) {
  return a.pairs.find(p => p.valid && p.local === x.local.address && p.remote === x.remote.address) ||
      a.pairs.find(p => p.nominated && p.remote === x.remote.address);
}
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
export function agentCard(a) {
  const several = a.candidates.some(c => c.stream > 1 || c.component > 1), where = c => several ? [c.stream + '/' +
      c.component] : [];
  const first = several ? [['s/c', '', 'stream and component']] : [], dash = v => v || '–';
  const picked = p => a.selected.some(x => chosenPair(a, x) === p);
  const parts = [el('h2', {}, a.name + ' ', el('span', { class: 'badge ' + (a.state === 'completed' ? 'pass' :
      a.state === 'failed' ? 'fail' : 'none') }, a.state)),
    el('div', { class: 'dim' }, a.role + ' · ' + a.stack + ' · ' + plural(a.checks_sent, 'check') + ' sent, ' + a.checks_received +
        ' received')];
  for (const x of a.selected) parts.push(el('p', { class: 'because' }, because(a, x)));
  if (!a.selected.length && !a.pairs.length) parts.push(el('p', { class: 'because' }, a.name + ' selected nothing.'));
  else if (!a.selected.length) parts.push(el('p', { class: 'because' }, a.name + ' selected nothing: ' +
      plural(a.pairs.filter(p => p.valid).length, 'valid pair') + ', ' +
    a.pairs.filter(p => p.state === 'failed').length + ' of ' + a.pairs.length + ' failed.'));
  const candidates = el('div', {}, el('h3', {}, 'Candidates'), grid(first.concat([['type'], ['address'], ['base'],
      ['related'], ['priority', 'num'], ['foundation']]),
    a.candidates.map(c => where(c).concat([c.type, dash(c.address), c.address && c.base === c.address ? '=' : dash(c.base),
        dash(c.related), c.priority, c.foundation]))));
  const found = a.peer_reflexive.length ? el('div', {}, el('h3', {}, 'Peer-reflexive discoveries'), grid([['side'],
      ['address'], ['packet']],
    a.peer_reflexive.map(x => [x.side, x.address, frameLink(x.packet)]))) : null;
  parts.push(el('div', { class: 'beside' }, candidates, found));
  if (a.pairs.length) parts.push(el('h3', {}, 'Pairs'), grid([['local'], ['remote'], ['state'], ['recv', 'flag',
      'receivable: our check was answered'], ['send', 'flag', 'sendable: we answered the check of the peer'],
    ['4-way', 'flag', 'handshake: both'], ['valid', 'flag', 'in the valid list'], ['nom', 'flag', 'nominated'],
        ['priority', 'num'], ['check that made it']],
    a.pairs.map(p => [(p.local_type ? p.local_type + ' ' : '') + p.local, (p.remote_type ? p.remote_type + ' ' : '') + p.remote, p.state,
        flag(p.receivable), flag(p.sendable), flag(p.handshake), flag(p.valid), flag(p.nominated),
      p.priority, p.generated_by ? p.generated_by.replace('>', ' → ') : '–']), i => picked(a.pairs[i])));
  return el('section', { class: 'agent' }, parts);
}

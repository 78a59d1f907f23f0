// Why a call went as it did: the sentence that says most, all that was not as expected, and what kept each better pair from being used.
import { el, grid, plural } from './dom.js';
import { packetLink } from './ladder.js';
import { ofSelected } from './way.js';

const FEW = 4; // pairs that are shown at once

// The rows of a table behind the first ones come when they are asked for, and are printed.
export function rest(table, count) {
  const rows = Array.from(table.querySelectorAll('tbody tr')).slice(-count), button = el('button', { 'aria-expanded': 'false', class: 'screen', onclick: () => {
    const open = rows.map(r => r.classList.toggle('later-row'))[0] === false;
    button.setAttribute('aria-expanded', String(open));
    button.textContent = (open ? 'hide ' : 'show ') + plural(count, 'further pair');
  } }, 'show ' + plural(count, 'further pair'));
  rows.forEach(r => r.classList.add('later-row'));
  return button;
}
// A case that failed for its path has the sentence of `why` behind that: the line on top needs it only once.
export function verdict(c, first) {
  const end = first ? ': ' + first.text : '';
  return end && c.reason.endsWith(end) ? c.reason.slice(0, -end.length) : c.reason;
}
export const firstWhy = d => d && d.why >= 0 ? d.why_not[d.why] : null;
const pathTitle = c => c.path === 'direct' ? 'Why no better pair' : c.path === 'relayed' ? 'Why not direct' : 'Why no path';
// Several reasons, and the first is not the path: they come before why there is no better one.
export const failedElsewhere = (c, d) => d.reasons.length > 1 && !c.reason.startsWith('path: ');
export const whyTitle = (c, d) => failedElsewhere(c, d) ? 'Why it ' + (c.outcome === 1 ? 'failed' : 'broke') : !c.path ? 'Why' :
  d.why_not.length && d.why_not.every(ofSelected) ? 'What was lost' : pathTitle(c);
export function typesOf(d, y) {
  const agent = d.agents.find(a => a.name === y.agent), pair = agent && agent.pairs.find(p => p.local === y.local && p.remote === y.remote);
  return pair && pair.local_type && pair.remote_type ? pair.local_type + '/' + pair.remote_type : '–';
}
// The policies that a sentence names, each with what its node is: "nat-left (symmetric): mapping, filtering".
export function policies(d, y) {
  const nodes = Array.from(new Set(y.rules.map(r => r.node)));
  return nodes.map(name => {
    const node = d.nodes.find(n => n.name === name);
    return name + (node && node.text ? ' (' + node.text + ')' : '') + ': ' + y.rules.filter(r => r.node === name).map(r => r.key).join(', ');
  }).join('; ') || '–';
}
function whyTable(c, d, list, first) {
  return grid([['agent'], ['pair'], ['types'], ['packet'], ['where'], ['why', 'text'], ['policies of nodes', 'text']],
    list.map(y => [y.agent, y.local ? y.local + ' → ' + y.remote : '–', typesOf(d, y), y.packet ? packetLink(y.packet, c) : '–', y.node || '–', y === first ? 'the sentence above' : y.text, policies(d, y)]),
    i => list[i] === first, 'stacked');
}
export function whyPart(c, d) {
  const first = firstWhy(d), shown = first && first.packet ? el('span', { class: 'shown-by' }, 'Packet ', packetLink(first.packet, c), ' shows it.') : null;
  const lead = first ? [el('p', { class: 'lead' }, first.text + '. ', shown)] : [];
  const reasons = d.reasons.length > 1 ? [el('h3', {}, 'All that was not as expected, the cause first'),
    el('ol', {}, d.reasons.map((r, i) => el('li', {}, i === 0 ? verdict(c, first) : r.text)))] : [];
  const out = failedElsewhere(c, d) ? reasons.concat(first ? el('h3', {}, pathTitle(c)) : [], lead) : lead.concat(reasons);
  const list = first ? [first].concat(d.why_not.filter(y => y !== first)) : d.why_not, lost = list.filter(ofSelected), pairs = list.filter(y => !ofSelected(y));
  const ofPairs = pairs.length ? [el('h3', {}, c.path === 'none' ? 'What kept each pair from being used' : 'What kept each better pair from being used'), whyTable(c, d, pairs, first)] : [];
  if (pairs.length > FEW) ofPairs.push(rest(ofPairs[1], pairs.length - FEW));
  const ofLost = lost.length ? [el('h3', {}, 'What was lost on selected pairs'), whyTable(c, d, lost, first)] : [];
  return out.concat(first && ofSelected(first) ? ofLost.concat(ofPairs) : ofPairs.concat(ofLost));
}

// The way that packets of a pair take over nodes and networks.
import { networkId, nodeId } from './layout.js';

export const hostOf = address => address.startsWith('[') ? address.slice(1, address.indexOf(']')) : address.slice(0, (address + ':').indexOf(':'));
function ownersOf(d, address) {
  const host = hostOf(address);
  return host ? d.nodes.filter(n => n.interfaces.some(i => i.addresses.split(', ').includes(host))).map(n => n.name) : [];
}
function neighboursOf(d) {
  const next = new Map(), join = (a, b) => { if (!next.has(a)) next.set(a, new Set()); next.get(a).add(b); };
  for (const n of d.nodes) for (const i of n.interfaces) { join(nodeId(n.name), networkId(i.network)); join(networkId(i.network), nodeId(n.name)); }
  return next;
}
/* The shortest way, whose first step is `first` where that is possible; hosts forward nothing. */
function shortest(d, from, to, first) {
  const next = neighboursOf(d), before = new Map([[from, '']]), queue = [from], kinds = new Map(d.nodes.map(n => [nodeId(n.name), n.kind]));
  while (queue.length) {
    const at = queue.shift();
    if (at === to) break;
    if (at !== from && kinds.has(at) && kinds.get(at) !== 'gateway') continue;
    for (const x of next.get(at) || []) if (!before.has(x) && (at !== from || !first || x === first)) { before.set(x, at); queue.push(x); }
  }
  if (!before.has(to)) return first ? shortest(d, from, to, '') : [];
  const way = [];
  for (let at = to; at; at = before.get(at)) way.unshift(at);
  return way;
}
/* The network of the interface that an agent's candidate or pair stands on. */
function networkOf(d, agent, address) {
  const a = d.agents.find(x => x.name === agent), host = hostOf(address);
  const k = a ? a.candidates.find(x => x.address === address) || a.pairs.find(x => x.local === address) : null;
  const hosts = [host].concat(k ? [hostOf(k.base || ''), hostOf(k.related || '')] : []);
  const n = d.nodes.find(x => x.name === agent), i = n ? n.interfaces.find(x => x.addresses.split(', ').some(y => hosts.includes(y))) : null;
  return i ? networkId(i.network) : '';
}
/* Through what an address leads: its owner when that is no agent; of several owners none is known. */
function through(d, address) {
  const owners = ownersOf(d, address).filter(n => d.nodes.find(x => x.name === n).kind !== 'agent');
  return owners.length === 1 ? [nodeId(owners[0])] : [];
}
function joined(d, stops, first) {
  let way = [];
  for (let i = 1; i < stops.length; i++) {
    if (stops[i] === stops[i - 1]) continue;
    const part = shortest(d, stops[i - 1], stops[i], way.length ? '' : first);
    if (!part.length) return [];
    way = way.length ? way.concat(part.slice(1)) : part;
  }
  return way;
}
/* From `agent` to `peer` by a pair of addresses; `peerLocal` is the peer's own candidate, '' if it is not known. []: no way is known. */
export function wayOf(d, agent, peer, pair, peerLocal) {
  const relay = d.agents.some(a => a.name === agent && a.candidates.some(k => k.type === 'relay' && k.address === pair.local));
  const last = networkOf(d, peer, peerLocal || pair.remote), stops = [nodeId(agent)].concat(relay ? through(d, pair.local) : [],
      through(d, pair.remote), last ? [last] : [], [nodeId(peer)]);
  return joined(d, stops, networkOf(d, agent, pair.local));
}
/* As far as the node that ended a pair. */
export function wayUntil(way, node) {
  const at = way.indexOf(nodeId(node));
  return at < 0 ? [] : way.slice(0, at + 1);
}
/* The lines of a layout that a way follows, in its direction; null: one of them is not drawn. */
export function pointsOf(layout, way) {
  const parts = [];
  for (let i = 1; i < way.length; i++) {
    const l = layout.lines.find(x => x.a === way[i - 1] && x.b === way[i] || x.b === way[i - 1] && x.a === way[i]);
    if (!l) return null;
    parts.push(l.a === way[i - 1] ? l.points : l.points.slice().reverse());
  }
  return parts;
}

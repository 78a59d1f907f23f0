// The way that packets of a pair take over nodes and networks.
import { networkId, nodeId } from './layout.js';

export const hostOf = address => address.startsWith('[') ? address.slice(1, address.indexOf(']')) : address.slice(0, (address + ':').indexOf(':'));
function ownersOf(d, address) {
  const host = hostOf(address);
  return host ? d.nodes.filter(n => n.interfaces.some(i => i.addresses.split(', ').includes(host))).map(n => n.name) : [];
}
/* Whether a step has taken a link down that no later one has brought up. */
function isDown(steps, n, tap, us) {
  const names = n.interfaces.every(i => i.tap === tap) ? [tap, n.name] : [tap];
  const last = steps.filter(e => e.at_us <= us && names.some(x => e.text.startsWith('link at ' + x + ': '))).pop();
  return last !== undefined && last.text.includes(': down');
}
/* The interfaces that a node has at a moment: a step that moves one of its taps gives it the next interface, on a link that is up. */
export function interfacesAt(d, n, us) {
  const steps = d.events.filter(e => e.what === 'step' && e.node === n.name), moves = steps.filter(e => e.text.startsWith('move at ')), seen = new Set(), list = [];
  for (const i of n.interfaces) {
    const k = seen.has(i.tap) ? moves.findIndex(e => e.text.includes(': to ' + i.network + ', ' + i.addresses + ' ')) : -1;
    list.push({ from: k >= 0 ? moves.splice(k, 1)[0].at_us : seen.has(i.tap) ? Infinity : -1, i: i });
    if (i.tap) seen.add(i.tap);
  }
  const now = new Map();
  for (const x of list.filter(y => y.from <= us).sort((p, q) => p.from - q.from)) now.set(x.i.tap || x.i, x.i);
  return Array.from(now.values()).filter(i => !isDown(steps, n, i.tap, us));
}
const isOn = (d, name, network, us) => d.nodes.some(n => n.name === name && interfacesAt(d, n, us).some(i => networkId(i.network) === network));
function neighboursAt(d, us) {
  const next = new Map(), join = (a, b) => { if (!next.has(a)) next.set(a, new Set()); next.get(a).add(b); };
  for (const n of d.nodes) for (const i of interfacesAt(d, n, us)) { join(nodeId(n.name), networkId(i.network)); join(networkId(i.network), nodeId(n.name)); }
  return next;
}
/* The shortest way, whose first step is `first` where that is possible; hosts forward nothing. */
function shortest(d, next, from, to, first) {
  const before = new Map([[from, '']]), queue = [from], kinds = new Map(d.nodes.map(n => [nodeId(n.name), n.kind]));
  while (queue.length) {
    const at = queue.shift();
    if (at === to) break;
    if (at !== from && kinds.has(at) && kinds.get(at) !== 'gateway') continue;
    for (const x of next.get(at) || []) if (!before.has(x) && (at !== from || !first || x === first)) { before.set(x, at); queue.push(x); }
  }
  if (!before.has(to)) return first ? shortest(d, next, from, to, '') : [];
  const way = [];
  for (let at = to; at; at = before.get(at)) way.unshift(at);
  return way;
}
/* The network of the interface that an agent's candidate or pair stands on; of one that is in no table any more, that behind the NAT which
 * has its address. */
function networkOf(d, agent, address, us) {
  const a = d.agents.find(x => x.name === agent), host = hostOf(address), n = d.nodes.find(x => x.name === agent), own = n ? interfacesAt(d, n, us) : [];
  const k = a ? a.candidates.find(x => x.address === address) || a.pairs.find(x => x.local === address) : null;
  const hosts = [host].concat(k ? [hostOf(k.base || ''), hostOf(k.related || '')] : []), nats = k ? [] : ownersOf(d, address);
  const inside = d.nodes.filter(x => x.kind === 'gateway' && nats.includes(x.name)).flatMap(x => x.interfaces.slice(0, -1).map(y => y.network));
  const i = own.find(x => x.addresses.split(', ').some(y => hosts.includes(y))) || own.find(x => inside.includes(x.network));
  return i ? networkId(i.network) : '';
}
/* Through what an address leads: its owner when that is no agent; of several owners none is known. */
function through(d, address) {
  const owners = ownersOf(d, address).filter(n => d.nodes.find(x => x.name === n).kind !== 'agent');
  return owners.length === 1 ? [nodeId(owners[0])] : [];
}
/* A relayed address is a server's own. */
export function isRelayed(d, address) {
  const owners = ownersOf(d, address);
  return d.agents.some(a => a.candidates.some(k => k.type === 'relay' && k.address === address)) ||
    owners.length === 1 && d.nodes.find(n => n.name === owners[0]).kind === 'server';
}
function joined(d, next, stops, first) {
  let way = [];
  for (let i = 1; i < stops.length; i++) {
    if (stops[i] === stops[i - 1]) continue;
    const part = shortest(d, next, stops[i - 1], stops[i], way.length ? '' : first);
    if (!part.length) return [];
    way = way.length ? way.concat(part.slice(1)) : part;
  }
  return way;
}
/* From `agent` to `peer` by a pair of addresses, as nodes stood at `us`; `peerLocal` is the peer's own candidate, '' if it is not known. []: no
 * way is known. */
export function wayOf(d, agent, peer, pair, peerLocal, us) {
  const last = networkOf(d, peer, pair.remote, us) || (peerLocal ? networkOf(d, peer, peerLocal, us) : '');
  const stops = [nodeId(agent)].concat(isRelayed(d, pair.local) ? through(d, pair.local) : [], through(d, pair.remote), last ? [last] : [], [nodeId(peer)]);
  return joined(d, neighboursAt(d, us), stops, networkOf(d, agent, pair.local, us));
}
/* The networks at the two ends of a way on which its agent is not any more. */
export function leftOf(d, agent, peer, way, us) {
  return way.length < 3 ? [] : [[agent, way[1]], [peer, way[way.length - 2]]].filter(([name, network]) => !isOn(d, name, network, us))
    .map(([name, network]) => ({ name: name, network: network.slice(networkId('').length) }));
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
/* An entry of why_not that is of the selected pair, not of a better one: where its data or its consent was lost. */
export const ofSelected = y => /^(data|consent) lost: /.test(y.text);

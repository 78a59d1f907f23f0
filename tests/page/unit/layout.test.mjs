// Where nodes and networks stand in the drawing, for topologies of the suites (topologies.json) and some that no suite has.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { internetOf, layoutOf, networkId, nodeId } from '../../../reports/page/script/layout.js';
import { endsOf } from '../../../reports/page/script/moment.js';

const recorded = JSON.parse(readFileSync(new URL('topologies.json', import.meta.url), 'utf8')).map(t => Object.assign(t, { agents: t.agents.map(name => ({ name: name })) }));
const sizeOf = id => id.startsWith('network') ? { w: 100, h: 50 } : { w: 150 + id.length, h: 40 + 9 * id.length };
const node = (name, kind, ...networks) => ({ name: name, kind: kind, text: '', interfaces: networks.map(n => ({ tap: '', network: n, addresses: '' })) });
const topology = (id, nodes) => ({ id: id, agents: [], events: [], nodes: nodes,
  networks: Array.from(new Set(nodes.flatMap(n => n.interfaces.map(i => i.network)))).map(name => ({ name: name, prefixes: '', text: '' })) });
const many = n => Array.from({ length: n }, (v, i) => i);
const made = [
  topology('two ways out of a network', [node('L', 'agent', 'lan'), node('R', 'agent', 'internet'), node('a', 'gateway', 'lan', 'internet'), node('b', 'gateway', 'lan', 'internet')]),
  topology('both ends on two shared networks', [node('L', 'agent', 'one', 'two'), node('R', 'agent', 'one', 'two'), node('a', 'gateway', 'one', 'internet'), node('b', 'gateway', 'two', 'internet')]),
  topology('thirty subscribers', [node('L', 'agent', 'access'), node('R', 'agent', 'internet'), node('cgn', 'gateway', 'access', 'internet')].concat(many(30).map(i => node('M' + i, 'agent', 'access')))),
  topology('twelve servers', [node('L', 'agent', 'internet'), node('R', 'agent', 'internet')].concat(many(12).map(i => node('s' + i, 'server', 'internet')))),
  topology('gateways in a ring', [node('L', 'agent', 'x'), node('R', 'agent', 'y'), node('a', 'gateway', 'x', 'y'), node('b', 'gateway', 'y', 'x')]),
  topology('a node without an interface', [node('L', 'agent', 'x'), node('R', 'agent', 'x'), node('off', 'agent')]),
  topology('one agent alone', [node('L', 'agent', 'x')]),
  topology('an agent three times', [node('L', 'agent', 'lan', 'vpn', 'mobile'), node('R', 'agent', 'home'), node('a', 'gateway', 'lan', 'internet'), node('v', 'gateway', 'vpn', 'internet'),
    node('m', 'gateway', 'mobile', 'internet'), node('r', 'gateway', 'home', 'internet'), node('X', 'agent', 'lan'), node('Y', 'agent', 'vpn')])
];
function each(f) {
  for (const d of recorded.concat(made)) for (const vertical of [false, true]) f(d, layoutOf(d, endsOf(d), sizeOf, vertical), d.id + (vertical ? ', down' : ', across'), vertical);
}

test('everything stands inside, in its size, once', () => each((d, p, name) => {
  assert.deepEqual(Array.from(p.boxes.keys()).sort(), d.nodes.map(n => nodeId(n.name)).concat(d.networks.map(w => networkId(w.name))).sort(), name);
  for (const [id, b] of p.boxes) {
    assert.ok(b.x >= 0 && b.y >= 0 && b.x + b.w <= p.width && b.y + b.h <= p.height, name + ': ' + id + ' stands outside');
    assert.ok(b.w >= sizeOf(id).w - 0.001 && b.h >= sizeOf(id).h - 0.001, name + ': ' + id + ' is too small');
  }
}));

test('no two boxes overlap', () => each((d, p, name) => {
  const boxes = Array.from(p.boxes);
  boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) =>
    assert.ok(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y, name + ': ' + one + ' and ' + other)));
}));

test('a line leads to both of its boxes and through none', () => each((d, p, name) => {
  for (const l of p.lines) {
    for (const [id, point] of [[l.a, l.points[0]], [l.b, l.points[l.points.length - 1]]]) {
      const b = p.boxes.get(id), [x, y] = point;
      assert.ok(x >= b.x - 1 && x <= b.x + b.w + 1 && y >= b.y - 1 && y <= b.y + b.h + 1, name + ': the line of ' + l.a + ' and ' + l.b + ' ends beside ' + id);
    }
    for (let i = 1; i < l.points.length; i++) {
      const [[x, y], [u, v]] = [l.points[i - 1], l.points[i]];
      for (const [id, b] of p.boxes)
        assert.ok(Math.max(x, u) <= b.x + 1 || Math.min(x, u) >= b.x + b.w - 1 || Math.max(y, v) <= b.y + 1 || Math.min(y, v) >= b.y + b.h - 1,
          name + ': the line of ' + l.a + ' and ' + l.b + ' crosses ' + id);
    }
  }
}));

test('each interface has its line', () => each((d, p, name) => {
  for (const n of d.nodes) for (const i of n.interfaces)
    assert.ok(p.lines.some(l => [l.a, l.b].includes(nodeId(n.name)) && [l.a, l.b].includes(networkId(i.network))), name + ': ' + n.name + ' in ' + i.network);
}));

test('the caller is outermost at one end, the callee at the other', () => each((d, p, name, vertical) => {
  const [caller, callee] = endsOf(d).map(n => p.boxes.get(nodeId(n))), from = b => vertical ? b.y : b.x, to = b => vertical ? b.y + b.h : b.x + b.w;
  for (const n of d.nodes.filter(x => x.kind !== 'server' && !endsOf(d).includes(x.name) && x.interfaces.length)) {
    const b = p.boxes.get(nodeId(n.name));
    assert.ok(to(caller) <= from(b), name + ': ' + n.name + ' stands left of the caller');
    if (callee) assert.ok(from(callee) >= to(b), name + ': ' + n.name + ' stands right of the callee');
  }
}));

test('the internet is where gateways and servers are', () => {
  const of = id => internetOf(recorded.find(d => d.id.startsWith(id)));
  for (const id of ['classic/five-types', 'nested/three-deep', 'carrier-grade/', 'relay/many-interfaces', 'hairpin/two-networks']) assert.equal(of(id), 'internet');
  assert.equal(of('ipv6/families'), 'lan');
});

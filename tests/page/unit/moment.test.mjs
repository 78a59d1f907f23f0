// What is known at a moment of a recorded call: changes/nat-reboot.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { endOf, makeCursor } from '../../../reports/page/script/cursor.js';
import { candidatesAt, endsOf, momentOf, notListed } from '../../../reports/page/script/moment.js';

const d = JSON.parse(readFileSync(new URL('stories.json', import.meta.url), 'utf8'))['changes/nat-reboot'];
const at = ms => momentOf(d, ms * 1000), live = (m, nat) => Array.from(m.nats.get(nat).values()).filter(x => !x.expired).map(x => x.outside);

test('a cursor stays within its time and tells of each change, and at once', () => {
  const cursor = makeCursor(100), told = [];
  cursor.on(us => told.push(us));
  cursor.set(50); cursor.set(50); cursor.set(500); cursor.set(-1);
  assert.deepEqual(told, [100, 50, 100, 0]);
  assert.equal(endOf({ virtual_ms: 60000 }, d), 60000000);
  assert.equal(endOf({ virtual_ms: 1 }, { events: [{ at_us: 1800 }] }), 1800);
});
test('phases follow the events of an agent', () => {
  assert.equal(at(0).agents.get('L').phase, 'gathering');
  assert.equal(at(0).agents.get('R').phase, '');
  assert.equal(at(400).agents.get('R').phase, 'selected');
  assert.equal(at(400).agents.get('L').phase, 'checking');
});
test('the check list of a moment has the states of that moment', () => {
  const states = ms => Array.from(at(ms).agents.get('L').pairs.values()).map(p => p.state + (p.gone ? ', pruned' : ''));
  assert.deepEqual(states(100), []);
  assert.deepEqual(states(262), ['in-progress', 'succeeded', 'succeeded']);
  assert.deepEqual(states(406), ['in-progress, pruned', 'succeeded', 'succeeded']);
});
test('mappings of a moment: made, gone with the reboot, made anew', () => {
  assert.deepEqual(live(at(0), 'nat-left'), []);
  assert.deepEqual(live(at(9999), 'nat-left'), ['203.0.113.2:50000']);
  assert.deepEqual(live(at(10000), 'nat-left'), []);
  assert.deepEqual(live(at(60000), 'nat-left'), ['203.0.113.2:50000']);
  assert.equal(at(60000).nats.get('nat-left').size, 2);
});
test('candidates of a moment: the own ones first, others when they are gathered', () => {
  const types = ms => candidatesAt(d.agents[0], at(ms)).map(k => k.type);
  assert.deepEqual(types(-1), []);
  assert.deepEqual(types(0), ['host']);
  assert.deepEqual(types(60000), ['host', 'srflx']);
});
test('consent that is lost takes the selected pair away', () => {
  const events = [{ at_us: 1, node: 'L', what: 'selected', number: 0, a: 'x', b: 'y', text: '' }, { at_us: 2, node: 'L', what: 'consent-lost', number: 0, a: 'x', b: 'y', text: '' }];
  const m = us => momentOf({ agents: [{ name: 'L' }], nodes: [], events: events }, us).agents.get('L');
  assert.equal(m(1).selected.local, 'x');
  assert.equal(m(2).selected, null);
  assert.equal(m(2).phase, 'consent lost');
});
test('a pair number that comes again is another pair, and the earlier ones are counted', () => {
  const pair = (us, a) => ({ at_us: us, node: 'L', what: 'waiting', number: 1, a: a, b: 'y', text: '' });
  const m = momentOf({ agents: [{ name: 'L' }], nodes: [], events: [pair(1, 'x'), pair(2, 'z')] }, 9).agents.get('L');
  assert.deepEqual([m.pairs.size, m.pairs.get(1).local, m.earlier], [1, 'z', 1]);
});
test('who calls stands first, and what is not listed is told', () => {
  assert.deepEqual(endsOf(d), ['L', 'R']);
  assert.deepEqual(endsOf({ nodes: d.nodes, agents: d.agents, events: [{ node: 'R', what: 'call' }, { node: 'L', what: 'offer-received' }] }), ['R', 'L']);
  assert.equal(notListed(d), '');
  assert.equal(notListed({ events: [{ what: '3 more events are not listed' }] }), '3 more events are not listed');
});

// The way of a selected pair, and of one that ended, in recorded calls.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { boxesOf, chosenLayout, drawing, drawingText, endedWay, mappingText, selectedAt } from '../../../reports/page/script/drawing.js';
import { layoutOf } from '../../../reports/page/script/layout.js';
import { endsOf } from '../../../reports/page/script/moment.js';
import { interfacesAt, isRelayed, pointsOf, wayOf } from '../../../reports/page/script/way.js';

const stories = JSON.parse(readFileSync(new URL('stories.json', import.meta.url), 'utf8'));
const names = way => way.map(id => id.replace(/^\w+ /, '')).join(' '), selected = (d, us) => selectedAt(d, us, endsOf(d), us === Infinity);

test('the way of the selected pair', () => {
  const way = id => names(selected(stories[id], Infinity).way);
  assert.equal(way('changes/nat-reboot'), 'L home-left nat-left internet nat-right home-right R');
  assert.equal(way('classic/five-types[left=symmetric,right=port-restricted-cone]'), 'L home-left nat-left internet turn internet nat-right home-right R');
  assert.equal(way('hairpin/internal-source'), 'L wlan nat internet turn internet nat wlan R');
  assert.equal(way('hairpin/two-networks-one-nat[nat=full-cone]'), 'L lan-a nat lan-b R');
  assert.equal(way('gathering/two-interfaces'), 'L home-a nat-a internet nat-right home-right R');
});
test('a way ends in the network that its agent has left, and the next one begins where it is', () => {
  const d = stories['mobility/both-move'], way = us => names(selected(d, us).way), left = us => selected(d, us).left.map(x => x.name + ' ' + x.network);
  assert.equal(way(4.9e6), 'L home-left nat-left internet nat-right home-right R');
  assert.equal(way(5.5e6), 'R home-right nat-right internet nat-left home-left');
  assert.deepEqual(left(5.5e6), ['L home-left']);
  assert.equal(selected(d, 5.9e6), null);
  assert.equal(way(6.48e6), 'R cell L');
  assert.equal(way(Infinity), 'L cell R');
  assert.deepEqual(left(Infinity), []);
});
test('an agent is on no network whose link is down', () => {
  const d = stories['restart/falls-back'], now = us => interfacesAt(d, d.nodes.find(n => n.name === 'L'), us).map(i => i.network);
  assert.deepEqual([now(4.9e6), now(5e6)], [['wifi', 'cellular'], ['cellular']]);
  assert.equal(names(selected(d, 5.1e6).way), 'R home-right nat-right internet nat-wifi wifi');
  assert.equal(names(selected(d, Infinity).way), 'L cellular nat-cellular internet nat-right home-right R');
});
test('a pair of a session before, whose candidates are in no table any more, has its relay on its way', () => {
  const d = structuredClone(stories['mobility/wifi-to-cellular[recover=restart,gather=continual,left=symmetric,right=symmetric]']);
  for (const a of d.agents) a.candidates = a.pairs = [];
  assert.equal(names(selected(d, 2e6).way), 'L wifi nat-wifi internet turn internet nat-right home-right R');
  assert.equal(names(selected(d, Infinity).way), 'L cellular nat-cellular internet turn internet nat-right home-right R');
  assert.ok(isRelayed(d, '203.0.113.7:50860') && !isRelayed(d, '203.0.113.2:40004') && !isRelayed(d, '10.1.0.2:50000'));
});
test('what was lost on the selected pair is no better pair that ended', () => {
  assert.equal(endedWay(stories['mobility/both-move'], ['L', 'R']), null);
});
test('a mapped address behind the same NAT leads to the NAT and back', () => {
  const d = stories['hairpin/internal-source'];
  assert.equal(names(wayOf(d, 'L', 'R', { local: '10.1.0.2:50000', remote: '203.0.113.2:50001' }, '10.1.0.3:50000', Infinity)), 'L wlan nat wlan R');
});
test('a pair of the second interface begins there', () => {
  const d = stories['gathering/two-interfaces'];
  assert.equal(names(wayOf(d, 'L', 'R', { local: '203.0.113.3:50001', remote: '203.0.113.4:50000' }, '', Infinity)), 'L home-b nat-b internet nat-right home-right R');
});
test('a way is there from the moment of selection on, and every part of it is a line of the drawing', () => {
  for (const d of Object.values(stories)) {
    const first = d.events.find(e => e.what === 'selected').at_us, found = selected(d, Infinity), size = () => ({ w: 100, h: 60 });
    assert.equal(selected(d, first - 1), null);
    assert.notEqual(selected(d, first), null);
    assert.equal(pointsOf(layoutOf(d, endsOf(d), size, false), found.way).length, found.way.length - 1);
  }
});
test('a better pair ends where its last check was dropped', () => {
  const ended = endedWay(stories['changes/nat-reboot'], ['L', 'R']);
  assert.equal(names(ended.way), 'L home-left nat-left');
  assert.ok(ended.at > 0 && ended.at < 1e6, 'as of the time of its packet, ' + ended.at);
  assert.equal(names(endedWay(stories['hairpin/internal-source'], ['L', 'R']).way), 'L');
  assert.equal(endedWay(stories['hairpin/two-networks-one-nat[nat=full-cone]'], ['L', 'R']), null);
});
test('the drawing in a sentence', () => {
  const d = stories['hairpin/internal-source'];
  assert.equal(drawingText({}, d, endsOf(d)), 'Topology: L in wlan behind nat (full-cone), R in wlan behind nat (full-cone); in the middle internet with stun, turn, platform.' +
    ' The selected way leads from L to R through nat, turn, nat.');
});
test('across when it fits, else down when that fits better', () => {
  const across = { width: 1000 }, down = { width: 350 };
  assert.deepEqual(chosenLayout(across, down, 1200), { place: across, scale: 1 });
  assert.deepEqual(chosenLayout(across, down, 900), { place: across, scale: 0.9 });
  assert.deepEqual(chosenLayout(across, down, 400), { place: down, scale: 1 });
  assert.deepEqual(chosenLayout(across, { width: 1200 }, 400), { place: across, scale: 0.82 });
});
test('a mapping of a gateway without an interface has its whole address', () => {
  assert.equal(mappingText({ interfaces: [] }, { inside: '10.1.0.2:1', outside: '203.0.113.2:2' }), '10.1.0.2:1 → 203.0.113.2:2');
});
test('a case that ended before it had a topology says so', () => {
  globalThis.document = { createElement: () => ({ text: '', setAttribute() {}, append(x) { this.text += x; } }) };
  assert.match(drawing({}, { nodes: [], networks: [], agents: [], events: [], rows: [], why_not: [], why: -1 }, null).text, /no topology/);
});
test('a network that a node alone names has a box', () => {
  const d = { nodes: [{ name: 'L', kind: 'agent', text: '', interfaces: [{ tap: '', network: 'lan', addresses: '10.1.0.2' }] }], networks: [], agents: [], events: [] };
  const boxes = boxesOf(d), placed = layoutOf(d, ['L', ''], id => boxes.get(id).size, false);
  assert.deepEqual(Array.from(placed.boxes.keys()).sort(), ['network lan', 'node L']);
});

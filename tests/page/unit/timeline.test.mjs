// The axis of virtual time, and what stands on it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { makeScale, ticksOf, timeText } from '../../../reports/page/script/scale.js';
import { dropsOf, eventText, flagRows, flowsOf, happeningAt, labelsOf, nextTime, phasesOf, silencesAt, stepsOf, timesOf } from '../../../reports/page/script/timeline.js';
import { isRoutine } from '../../../reports/page/script/moment.js';

const d = JSON.parse(readFileSync(new URL('stories.json', import.meta.url), 'utf8'))['changes/nat-reboot'];

test('two seconds of checks in a call of ten minutes take most of the axis', () => {
  const checks = Array.from({ length: 41 }, (v, i) => i * 50000), scale = makeScale(checks, 600e6, 1000);
  assert.ok(scale.x(2e6) > 450, 'until ' + scale.x(2e6));
  assert.deepEqual(scale.breaks.map(b => [b.from, b.to]), [[2e6, 600e6]]);
  assert.equal(Math.round(scale.x(600e6)), 1000);
});
test('a scale goes there and back, and never backwards', () => {
  const scale = makeScale([1000, 5000, 5000, 400000, 9e6], 60e6, 777);
  let last = -1;
  for (const us of [0, 500, 1000, 3000, 5000, 300000, 400000, 401000, 5e6, 9e6, 30e6, 60e6]) {
    const x = scale.x(us);
    assert.ok(x > last, us + ' is at ' + x + ', behind ' + last);
    assert.ok(Math.abs(scale.us(x) - us) <= Math.max(2, us * 1e-6), us + ' came back as ' + scale.us(x));
    last = x;
  }
  assert.equal(makeScale([], 100000, 50).breaks.length, 0);
});
test('ticks stand apart, at times that can be read', () => {
  const ticks = ticksOf(makeScale(d.events.filter(e => !isRoutine(e)).map(e => e.at_us), 60e6, 900), 100);
  assert.ok(ticks.length > 4);
  ticks.slice(1).forEach((t, i) => assert.ok(t.x - ticks[i].x >= 70 && t.us > ticks[i].us));
});
test('times in words', () => {
  assert.deepEqual([0, 1500, 368000, 1522000, 90e6, 602.5e6].map(timeText), ['0 ms', '1.5 ms', '368 ms', '1.522 s', '90 s', '10 min 2.5 s']);
});
test('a call that restarts stays selected while it gathers, and closes', () => {
  const events = [['call', 0], ['gathered', 0], ['waiting', 1], ['selected', 0], ['gathered', 0], ['waiting', 2], ['disconnected', 0], ['waiting', 3],
    ['gathered', 0], ['selected', 0], ['closed', 0]].map(([what, number], i) => ({ at_us: (i + 1) * 1e6, node: 'L', what, text: '', a: '', b: '', number }));
  assert.deepEqual(phasesOf({ events }, 'L', 20e6).map(p => p.phase), ['gathering', 'gathered', 'checking', 'selected', 'disconnected', 'checking', 'selected', 'closed']);
});
test('steps, phases and drops of a call', () => {
  assert.deepEqual(phasesOf(d, 'L', 60e6).map(p => p.phase), ['gathering', 'gathered', 'checking', 'selected']);
  assert.deepEqual(phasesOf(d, 'R', 60e6).map(p => p.phase), ['gathering', 'checking', 'selected']);
  assert.ok(stepsOf(d).some(s => s.at === 10e6 && s.text.startsWith('nat')));
  assert.ok(dropsOf(d).length >= d.rows.filter(r => r.dropped).length);
  assert.deepEqual(stepsOf({ events: [{ at_us: 7, node: 'turn', what: 'control', text: 'refuse' }] }), [{ at: 7, text: 'turn: refuse' }]);
  for (const what of ['constructor', '__proto__', 'toString']) assert.deepEqual(phasesOf({ events: [{ at_us: 7, node: 'L', what: what, number: 0 }] }, 'L', 9), []);
});
test('a silence says what there is room for, in its bar or behind it', () => {
  const silences = [{ at_ms: 100, ms: 609, lost: 29, unsent: 7 }, { at_ms: 900, ms: 300, lost: 3, unsent: 0 }];
  const phases = flowsOf({ agents: [{ name: 'L' }, { name: 'R' }], data: { flows: [{ from: 'L', began_ms: 0, ended_ms: 2000, more_silences: 0, silences: silences }] } })[0].phases;
  assert.deepEqual(labelsOf(phases, [40, 300, 90, 300, 90]), ['data', '609 ms, 29 lost, 7 not sent', 'data', '300 ms, 3 lost', 'data']);
  assert.deepEqual(labelsOf(phases, [40, 120, 90, 60, 90]), ['data', '609 ms, 29 lost', 'data', '300 ms', 'data']);
  assert.deepEqual(labelsOf(phases, [40, 9, 140, 9, 140]), ['data', '', '← 609 ms, 29 lost', '', '← 300 ms, 3 lost']);
  assert.deepEqual(labelsOf(phases, [9, 9, 40, 9, 20]), ['', '', 'data', '', '']);
});
test('from event to event', () => {
  const times = timesOf(d);
  assert.equal(nextTime(times, 0, true), times[1]);
  assert.equal(nextTime(times, times[1], false), 0);
  assert.equal(nextTime(times, 60e6, true), undefined);
  assert.equal(happeningAt(d, times[1] + 1).at, times[1]);
  assert.equal(happeningAt(d, -1).at, -1);
  assert.equal(eventText({ node: 'nat', what: 'step', a: '', b: '', text: 'nat at nat: reboot (line 9)' }), 'step: nat at nat: reboot (line 9)');
  assert.equal(happeningAt(d, 406000).events[0].what, 'nominated');
  assert.equal(happeningAt(d, 10e6).events[0].what, 'step');
  assert.equal(eventText({ node: 'L', what: 'check sent', a: 'x', b: 'y', text: '' }), 'L: check sent x → y');
});
test('names of steps do not overlap, and those without room are counted', () => {
  const flags = flagRows(Array.from({ length: 30 }, (v, i) => ({ x: i * 5, text: 'send (line ' + (10 + i) + ')' })), 300);
  const wide = t => t.length * 6.7;
  flags.placed.forEach((a, i) => flags.placed.slice(i + 1).forEach(b => assert.ok(a.row !== b.row || a.x + wide(a.text) <= b.x || b.x + wide(b.text) <= a.x)));
  assert.equal(flags.placed.length + flags.left, 30);
  assert.ok(flags.left > 0);
});
test('data of the call are a lane for each way, with its silences', () => {
  const flow = (from, silences, more) => ({ from: from, began_ms: 400, ended_ms: 9000, sent: 430, unsent: 0, lost: 0, gap_ms: 20, gap_at_ms: 420, silences: silences, more_silences: more });
  const both = { agents: [{ name: 'L' }, { name: 'R' }], data: { gap_ms: 2020, flows: [flow('L', [{ at_ms: 4008, ms: 2020, lost: 100, unsent: 7 }, { at_ms: 8000, ms: 1000, lost: 50, unsent: 0 }], 3), flow('R', [], 0)] } };
  const [there, back] = flowsOf(both);
  assert.deepEqual([there.name, there.more, back.name], ['L → R', 3, 'R → L']);
  assert.deepEqual(there.phases.map(p => [p.phase, p.from, p.to]), [['data', 400e3, 4008e3], ['silence', 4008e3, 6028e3], ['data', 6028e3, 8000e3], ['silence', 8000e3, 9000e3]]);
  assert.equal(there.phases[1].text, '2.02 s, 100 lost, 7 not sent');
  assert.equal(there.phases[3].text, '1 s, 50 lost');
  assert.deepEqual(back.phases.map(p => [p.phase, p.from, p.to]), [['data', 400e3, 9000e3]]);
  assert.deepEqual(silencesAt(both, 4007e3), []);
  assert.deepEqual(silencesAt(both, 5e6), ['R has received nothing from L since 4.008 s']);
  assert.deepEqual(silencesAt(both, 6028e3), []);
  const alone = { agents: [{ name: 'L' }, { name: 'R' }], data: { gap_ms: 0, flows: [flow('L', [], 0)] } };
  assert.equal(flowsOf(alone)[0].name, 'L → R');
  assert.deepEqual(flowsOf({ agents: [], data: { gap_ms: 0, flows: [] } }), []);
});

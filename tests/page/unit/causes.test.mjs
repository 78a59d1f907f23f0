// Which reasons are one cause: as in tests/unit/reports/test_causes.c, for page and console group alike.
import assert from 'node:assert/strict';
import test from 'node:test';
import { causesOf, isSameCause } from '../../../reports/page/script/causes.js';

const of = (left, right, reason) => ({ reason: reason, params: [{ name: 'left', label: left }, { name: 'right', label: right }] });
function same(a, b) {
  assert.equal(isSameCause(a, b), isSameCause(b, a));
  return isSameCause(a, b);
}
const sameReasons = (a, b) => same(of('l', 'r', a), of('l', 'r', b));

test('values of the cells do not matter', () => {
  assert.ok(same(of('stack libnice', 'x', 'L: stack libnice is not installed'), of('stack aioice', 'y', 'L: stack aioice is not installed')));
  assert.ok(same(of('a', 'b', 'from a to b'), of('c', 'd', 'from c to d')));
  assert.ok(!same(of('a', 'b', 'from a to x'), of('c', 'd', 'from c to y')));
  assert.ok(!same(of('a', 'b', 'L: ab is not there'), of('c', 'd', 'L: cb is not there')), 'no word');
});

test('a value that is said of something else stays', () => {
  assert.ok(same(of('none', 'x', 'path: found none'), of('symmetric', 'x', 'path: found none')));
  assert.ok(!same(of('none', 'x', 'path: found none'), of('symmetric', 'x', 'path: found direct')));
});

test('numbers do not matter but in names', () => {
  assert.ok(sameReasons('within: expected 1 ms at most, took 12 ms', 'within: expected 1 ms at most, took 604 ms'));
  assert.ok(sameReasons('no answer from 10.1.0.2:50000', 'no answer from 203.0.113.3:40001'));
  assert.ok(!sameReasons('took 1 ms', 'took ms'));
  assert.ok(!sameReasons('RFC8445-7.1.1-priority is broken', 'RFC8445-7.1.2-priority is broken'));
  assert.ok(!sameReasons('path: found none', 'path: found none (cut)'));
  assert.ok(sameReasons('', ''));
});

test('causes are counted in order and up to a limit', () => {
  const cases = Array.from({ length: 410 }, (_, i) => ({ id: 'case ' + i, params: [], outcome: i < 4 ? 3 : 1, reason: 'cause r' + Math.floor(i / 2) }));
  const skipped = causesOf(cases, 3), failed = causesOf(cases, 1);
  assert.deepEqual(skipped.causes.map(x => x.cases.map(c => c.id)), [['case 0', 'case 1'], ['case 2', 'case 3']]);
  assert.ok(!skipped.causes[1].alike);
  assert.equal(cases[3].cause, 'case 2');
  assert.equal(failed.causes.length, 200);
  assert.equal(failed.others.length, 6);
  assert.equal(causesOf(cases, 2).causes.length, 0);
});

// What the overview says of a case, and of the cases that differ in their seeds alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cellsOf, tallyText, wordsOf, worstOf } from '../../../reports/page/script/cells.js';
import { byRule, findingCounts, hasFinding } from '../../../reports/page/script/findings.js';
import { isMatrix } from '../../../reports/page/script/matrix.js';
import { load } from '../../../reports/page/script/data.js';
import { matches } from '../../../reports/page/script/words.js';

load(() => JSON.stringify({ names: {}, cases: [0], strings: [], outcomes: ['pass', 'fail', 'error', 'skip'], paths: ['direct', 'relayed', 'none'] }));
const made = (id, outcome, path, more) => Object.assign({ id: id, file: 'a.yaml', params: [], outcome: outcome, path: path, expected: ['direct'], reason: '', claim: '', why: '',
  findings: '', local: 'srflx', remote: 'prflx', connect_ms: 604, seed: 1, data: {}, runs: { pass: 0, fail: 0 } }, more);
const filter = more => Object.assign({ status: [], text: '', rule: '', cause: '', cell: '' }, more);
const seeds = Array.from({ length: 200 }, (_, i) => made('a[x=1]#seed=' + (i + 1), i % 70 === 16 ? 1 : 0, i % 70 === 16 ? 'relayed' : 'direct', { seed: i + 1 }));

test('seeds of a case are one cell', () => {
  const cells = cellsOf(seeds.concat([made('a[x=2]#seed=1', 0, 'direct'), made('b', 0, 'direct')]));
  assert.deepEqual(cells.map(x => [x.id, x.cases.length]), [['a[x=1]', 200], ['a[x=2]', 1], ['b', 1]]);
});

test('a cell with many seeds has counts, and the mark of the worst', () => {
  const words = wordsOf(cellsOf(seeds)[0], seeds, false);
  assert.equal(words.head, '197 ✓ 3 ✗');
  assert.equal(words.look, 'fail took-relayed not-expected');
  assert.match(words.label, /^a\[x=1\]: 200 of 200 cases: 197 passed, 3 failed; path direct, relayed; seed 17: /);
  assert.equal(wordsOf(cellsOf(seeds)[0], seeds, true).head, '✗3');
});

test('an error is worse than a failure, a failure than a skip, a skip than a pass', () => {
  const all = [0, 3, 1, 2].map(outcome => made('a', outcome, ''));
  for (let n = 1; n <= all.length; n++) assert.equal(worstOf(all.slice(0, n)), all[n - 1]);
  assert.equal(tallyText(all), '1 ✓ 1 ✗ 1 ! 1 –');
});

test('relayed and none, expected or not, differ from each other and from direct and from a failure', () => {
  const kinds = [[0, 'direct', ['direct']], [0, 'relayed', ['relayed']], [0, 'none', ['none']], [1, 'relayed', ['direct']], [1, 'none', ['direct']], [1, 'direct', ['direct']], [1, '', []]];
  for (const dense of [false, true]) {
    const all = kinds.map(([outcome, path, expected]) => wordsOf(null, [made('a', outcome, path, { expected: expected })], dense));
    assert.equal(new Set(all.map(w => w.head)).size, kinds.length, 'text');
    assert.equal(new Set(all.map(w => w.look)).size, kinds.length, 'look');
    if (!dense) assert.deepEqual(all.map(w => w.lines[1] || ''), ['', 'as expected', 'as expected', 'expected direct', 'expected direct', '', '']);
    assert.match(all[1].label, /path relayed, as expected/);
    assert.match(all[3].label, /path relayed, expected direct/);
  }
});

test('the sentence why there is no direct path is in the name of the cell', () => {
  assert.match(wordsOf(null, [made('a', 0, 'relayed', { why: 'nat-left dropped it' })], true).label, /nat-left dropped it/);
});

test('a finding of a log of others may lack its rule, and its agent may have spaces', () => {
  const found = [made('a', 1, 'direct', { findings: 'violation 2  L\nadvice 1 RFC8445-6.1 a b\n' })];
  assert.deepEqual(byRule(found).map(r => [r.kind, r.rule, Array.from(r.agents.keys())[0], r.times]), [[0, '', 'L', 2], [1, 'RFC8445-6.1', 'a b', 1]]);
});

test('runs are counted', () => {
  assert.ok(wordsOf(null, [made('a', 1, 'direct', { runs: { pass: 2, fail: 1 } })], false).lines.includes('2 ✓ 1 ✗ in 3 runs'));
});

test('a filter of a seed means that seed', () => {
  assert.deepEqual(seeds.filter(c => matches(c, filter({ text: '#seed=17' }))).map(c => c.seed), [17]);
  assert.equal(seeds.filter(c => matches(c, filter({ text: '#seed=' }))).length, 200);
  assert.equal(seeds.filter(c => matches(c, filter({ status: ['fail'] }))).length, 3);
  assert.equal(seeds.filter(c => matches(c, filter({ cell: 'a[x=2]' }))).length, 0);
});

test('breaches are marked, found and summed up by rule', () => {
  const bad = made('bad', 0, 'direct', { findings: 'violation 3 RFC1-1-x L\nviolation 1 RFC1-2-y L\nadvice 2 RFC1-3-z R\n' });
  const worse = made('worse', 0, 'direct', { findings: 'violation 4 RFC1-2-y turn server\nnot-judged 1 RFC1-4-q L\n' });
  assert.deepEqual(findingCounts([bad, worse]), [8, 2, 1]);
  assert.equal(wordsOf(null, [bad], true).marks, '‼4 △2');
  assert.equal(wordsOf(null, [bad], true).head, '✓D');
  assert.deepEqual(byRule([bad, worse]).map(r => [r.rule, r.kind, r.cases.size, r.times, [...r.agents].join()]), [
    ['RFC1-2-y', 0, 2, 5, 'L,1,turn server,4'], ['RFC1-1-x', 0, 1, 3, 'L,3'], ['RFC1-3-z', 1, 1, 2, 'R,2'], ['RFC1-4-q', 2, 1, 1, 'L,1']]);
  assert.ok(hasFinding(bad, 'violation') && hasFinding(bad, 'RFC1-3-z') && !hasFinding(bad, 'not-judged'));
  assert.deepEqual([bad, worse].filter(c => matches(c, filter({ rule: 'advice' }))), [bad]);
});

test('cells with values of their own are a list, and others a table', () => {
  const cells = (n, b) => Array.from({ length: n }, (x, i) => ({ params: [{ name: 'a', label: String(i) }, { name: 'b', label: String(b(i)) }] }));
  assert.ok(isMatrix(cells(10, i => i)));
  assert.ok(isMatrix(cells(2000, i => i % 10)));
  assert.ok(!isMatrix(cells(2000, i => i)));
  assert.ok(!isMatrix(cells(1, i => i)));
});

// What the page of a case makes of its record.
import assert from 'node:assert/strict';
import test from 'node:test';
import { higher, pairRanks } from '../../../reports/page/script/agents.js';
import { tried } from '../../../reports/page/script/case.js';
import { bytesText, logNote } from '../../../reports/page/script/logs.js';
import { ruleFindings, sectionOf } from '../../../reports/page/script/rules.js';
import { notesOf, shownLines } from '../../../reports/page/script/source.js';
import { policies, verdict, whyTitle } from '../../../reports/page/script/why.js';

test('ranks of pairs are those of both sides together, and equal priorities have one rank', () => {
  const ranks = pairRanks([{ pairs: [{ priority: '9' }, { priority: '10' }] }, { pairs: [{ priority: '10' }, { priority: '7277816997797167103' }] }]);
  assert.deepEqual([...ranks], [['7277816997797167103', 1], ['10', 2], ['9', 3]]);
  assert.ok(higher({ priority: '7277816997797167103' }, { priority: '7277816997797167102' }));
});
test('a verdict does not say the sentence of why again', () => {
  assert.equal(verdict({ reason: 'path: expected direct, found relayed: a NAT dropped it' }, { text: 'a NAT dropped it' }), 'path: expected direct, found relayed');
  assert.equal(verdict({ reason: 'L: 3 pairs, expected 4' }, { text: 'a NAT dropped it' }), 'L: 3 pairs, expected 4');
  assert.equal(verdict({ reason: 'no call' }, null), 'no call');
});
test('the title of why says what is asked', () => {
  const one = { reasons: [{ text: 'path: x' }], why_not: [] }, two = { reasons: [{ text: 'L: 3 pairs' }, { text: 'data' }], why_not: [] };
  const lost = [{ text: 'data lost: 1 of 2' }, { text: "consent lost: L's check" }];
  assert.equal(whyTitle({ outcome: 0, path: 'relayed', reason: '' }, { reasons: [], why_not: [] }), 'Why not direct');
  assert.equal(whyTitle({ outcome: 0, path: 'direct', reason: '' }, { reasons: [], why_not: lost.concat({ text: 'no way' }) }), 'Why no better pair');
  assert.equal(whyTitle({ outcome: 0, path: 'direct', reason: '' }, { reasons: [], why_not: lost }), 'What was lost');
  assert.equal(whyTitle({ outcome: 1, path: 'none', reason: 'path: x' }, one), 'Why no path');
  assert.equal(whyTitle({ outcome: 1, path: 'none', reason: 'L: 3 pairs' }, two), 'Why it failed');
  assert.equal(whyTitle({ outcome: 2, path: '', reason: 'L: 3 pairs' }, two), 'Why it broke');
});
test('policies stand by node, with what the node is', () => {
  const d = { nodes: [{ name: 'a', text: 'symmetric' }, { name: 'b', text: '' }] };
  assert.equal(policies(d, { rules: [{ node: 'a', key: 'filtering' }, { node: 'b', key: 'mapping' }, { node: 'a', key: 'mapping' }] }), 'a (symmetric): filtering, mapping; b: mapping');
  assert.equal(policies(d, { rules: [] }), '–');
});
test('a rule names its RFC and section', () => {
  assert.equal(sectionOf('RFC8445-7.2.5.2.1-symmetric').text, 'RFC 8445, 7.2.5.2.1');
  assert.equal(sectionOf('RFC8489-14.13-only-420').href, 'https://www.rfc-editor.org/rfc/rfc8489#section-14.13');
  assert.equal(sectionOf('rule'), null);
});
test('findings of the three kinds are one list, each with what its rule says', () => {
  const finding = { rule: 'RFC1-2-x', agent: 'L', packet: 3, count: 2, detail: 'wrong' };
  const list = ruleFindings({ rule_texts: [{ id: 'RFC1-2-x', level: 'MUST', text: 'be right' }], conformance: { violations: [finding], advice: [], not_judged: [{ rule: 'RFC1-2-y', agent: 'R', why: 'late' }] } });
  assert.deepEqual(list.map(f => [f.kind[1], f.rule, f.says && f.says.text, f.agent, f.packet, f.count, f.what]),
    [['broken', 'RFC1-2-x', 'be right', 'L', 3, 2, 'wrong'], ['not judged', 'RFC1-2-y', null, 'R', 0, 1, 'late']]);
});
test('steps are noted at their lines, also when they did not run', () => {
  const notes = notesOf({ steps: [{ at_ms: 0, what: 'call (line 19)', fired: 1 }, { at_ms: 9, what: 'call (line 19)', fired: 1 }, { at_ms: -1, what: 'link at L (line 20)', fired: 0 }, { at_ms: 1, what: 'x', fired: 1 }] });
  assert.deepEqual([...notes], [[19, ['0 ms', '9 ms']], [20, ['did not run']]]);
});
test('a long text is shown around what is marked, a short one whole', () => {
  assert.ok(shownLines(40, [1]).every(x => x));
  assert.ok(shownLines(400, []).every(x => x));
  const shown = shownLines(100, [1, 50]);
  assert.deepEqual([0, 6, 7, 42, 43, 55, 56, 99].map(i => shown[i]), [true, true, false, false, true, true, false, false]);
  assert.ok(shownLines(100, [92]).slice(96).every(x => x)); // two lines are not folded
});
test('a log says how much of it is there', () => {
  assert.equal(logNote({ bytes: -1, tail: '' }), 'was not beside the report when it was made');
  assert.equal(logNote({ bytes: 0, tail: '' }), 'is empty');
  assert.equal(logNote({ bytes: 10, tail: 'a\nb\n' }), '10 bytes, whole');
  assert.equal(logNote({ bytes: 2097152, tail: 'a\nb\n' }), '2.0 MiB; its last 2 lines, the file has the others');
  assert.equal(bytesText(1536), '1.5 KiB');
});

test('a part that cannot be made of a record says so, and the others are made', t => {
  const said = t.mock.method(console, 'error', () => {});
  globalThis.document = { createElement: () => ({ text: '', setAttribute() {}, append(x) { this.text += x; } }) };
  assert.deepEqual(tried(() => ['part']), ['part']);
  assert.match(tried(() => [undefined.name])[0].text, /^This part cannot be made of the record: /);
  assert.equal(said.mock.callCount(), 1);
});

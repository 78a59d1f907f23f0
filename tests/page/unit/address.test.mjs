// The address of a view, there and back; and the records, of which details are read when they are asked for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { changed, hash, readHash } from '../../../reports/page/script/address.js';
import { cases, detailsOf, load } from '../../../reports/page/script/data.js';

const read = [];
const elements = {
  data: JSON.stringify({ outcomes: ['pass', 'fail', 'error', 'skip'], paths: ['direct'], strings: ['a', 'b'], names: { overview: [['id', 'value'], ['outcome', 'value'], ['file', 'text']],
    details: [['agents', 'list', [['name', 'text']]], ['event_texts', 'list', []], ['events', 'list', []]] }, cases: [['one', 0, 0], ['two', 1, 1], ['three', 0, 0], 0] }),
  bad: '[[[2]],[],[]]\n', good: '\n[[[0],[3]],[],[]]\n', strings: '["L","R"]' };
load(id => { read.push(id); return elements[id]; });

test('a view has one address', () => {
  const s = { status: ['fail', 'error'], text: 'a=b&c#é', rule: 'RFC8445-7.1.1-priority', cause: 'x[a=1,b=2]#seed=1', cell: 'x[a=1,b=2]', id: 'x[a=1,b=2]#seed=17', packet: 12 };
  assert.deepEqual(readHash(hash(s)), s);
  assert.equal(hash(readHash('')), '#');
});

test('another case is no place for the packet of the one before', () => {
  const s = readHash('#case=a&packet=12');
  assert.equal(changed(s, { id: 'b' }), '#case=b');
  assert.equal(changed(s, { id: 'a', packet: 13 }), '#case=a&packet=13');
});

test('an address that is none is passed over', () => {
  assert.deepEqual(readHash('#status=good,fail&case=%&packet=x&constructor=1&=&text=a'), Object.assign(readHash(''), { status: ['fail'], text: 'a' }));
});

test('details are read when a case is opened', () => {
  assert.deepEqual(cases.map(c => c.file), ['a', 'b', 'a']);
  assert.deepEqual(read, ['data']);
  assert.equal(detailsOf(cases[0]), null);
  assert.deepEqual(detailsOf(cases[1]).agents, [{ name: 'L' }]);
  assert.deepEqual(detailsOf(cases[2]).agents, [{ name: 'a' }, { name: 'R' }]);
  assert.deepEqual(read, ['data', 'strings', 'bad', 'good']);
});

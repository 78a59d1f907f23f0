// Rows of the ladder: kind, way, the packets that a row stands for, filters.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fateText, framesOf, readRows, repeatText, rowKind, rowMatches, rowOf, rowWay, wayText } from '../../../reports/page/script/rows.js';

const row = more => Object.assign({ time: 0, frame: 1, frames: [], from: 0, to: 2, dropped: 0, via: 2, text: 'Binding request', note: '10.1.0.2:5 > 203.0.113.4:3478',
  fate: '', step: 0, repeats: 0, every_us: 0, regular: 1, folded: [] }, more);
const filter = more => Object.assign({ text: '', kinds: new Set(), dropped: false, over: false, node: -1 }, more);

test('kinds', () => {
  for (const [text, kind] of [['Binding request USE-CANDIDATE', 'check'], ['SIP 200 OK', 'sip'], ['Allocate error 401 Unauthenticated', 'turn'],
    ['Send indication to 203.0.113.2:40004: Binding request', 'check'], ['Send indication to 203.0.113.2:40004: data 200 bytes', 'media'],
    ['ChannelData 0x4000 200 bytes', 'media'], ['ChannelData 0x4000: Binding success 1.2.3.4:5', 'check'], ['data 4 bytes', 'media'],
    ['ICMP type 3 code 3 about 10.1.0.2:5', 'other'], ['fragment, 548 bytes', 'other'], ['TCP SYN', 'other'], ['STUN, damaged, 30 bytes', 'other']])
    assert.equal(rowKind(text), kind, text);
});
test('a way has its translations and who relayed', () => {
  const way = rowWay('10.1.0.2:5 > 203.0.113.4:3478; nat-left: 10.1.0.2:5 becomes 203.0.113.2:40001; turn relays: 203.0.113.6:5 > [2001:db8::1]:6');
  assert.deepEqual([way.from, way.to], ['10.1.0.2:5', '203.0.113.4:3478']);
  assert.deepEqual(way.hops, [{ node: 'nat-left', before: '10.1.0.2:5', after: '203.0.113.2:40001', isRelay: false },
    { node: 'turn', before: '203.0.113.6:5', after: '[2001:db8::1]:6', isRelay: true }]);
  assert.deepEqual(rowWay('').hops, []);
});
test('times add up, and what is folded has its own', () => {
  const member = (time, frame) => ({ time, frame, frames: [1], text: 'data 4 bytes', whole: 32, bytes: 'AAAA' });
  const rows = readRows({ rows: [row({ time: 1000 }), row({ time: 500, frame: 5, repeats: 2, every_us: 20000, bytes: '', folded: [member(0, 5), member(20000, 9), member(20000, 14)] }),
    row({ time: 250, step: 1, frame: 0, text: 'call (line 3)' })] });
  assert.deepEqual(rows.map(r => r.ms), ['1.000', '1.500', '1.750']);
  assert.deepEqual(rows[1].members.map(r => r.us), [1500, 21500, 41500]);
  assert.equal(rows[1].bytes, 'AAAA');
  assert.equal(rows[2].kind, 'step');
  assert.equal(repeatText(rows[1]), '× 3, each 20 ms');
  assert.equal(repeatText(row({ repeats: 1, every_us: 1500, regular: 0 })), '× 2, about each 1.5 ms');
  assert.equal(rowOf(rows, 15), rows[1].members[2]);
  assert.equal(rowOf(rows, 15).head, rows[1]);
  assert.equal(rowOf(rows, 1), rows[0]);
  assert.equal(rowOf(rows, 99), undefined);
});
test('frames are told by their differences', () => {
  assert.deepEqual(framesOf(row({ frame: 7, frames: [1, 1, 5] })), [7, 8, 9, 14]);
  assert.deepEqual(framesOf(row({ step: 1, frame: 0 })), []);
});
test('filters', () => {
  const [plain, dropped, over, relayed] = readRows({ rows: [row({}), row({ dropped: 1, fate: 'dropped by nat-left, filtered: no permission for 1.2.3.4:5' }),
    row({ fate: 'passed over by L, duplicate' }), row({ note: '1.1.1.1:1 > 2.2.2.2:2; turn relays: 3.3.3.3:3 > 4.4.4.4:4' })] });
  assert.ok(rowMatches(plain, filter({})) && !rowMatches(plain, filter({ dropped: true })) && !rowMatches(plain, filter({ text: 'filtered' })));
  assert.ok(rowMatches(dropped, filter({ dropped: true })) && rowMatches(dropped, filter({ text: 'no permission' })) && !rowMatches(dropped, filter({ over: true })));
  assert.ok(rowMatches(over, filter({ over: true })) && rowMatches(over, filter({ over: true, dropped: true })));
  assert.ok(rowMatches(relayed, filter({ text: 'relayed' })) && relayed.isRelayed && !plain.isRelayed);
  assert.ok(rowMatches(plain, filter({ node: 1 })) && !rowMatches(plain, filter({ node: 3 })));
  assert.ok(rowMatches(plain, filter({ kinds: new Set(['check']) })) && !rowMatches(plain, filter({ kinds: new Set(['media']) })));
  assert.equal(fateText(dropped), 'filtered: no permission for 1.2.3.4:5');
  assert.equal(fateText(over), 'passed over: duplicate');
  assert.equal(wayText(dropped, ['L', 'nat-left', 'stun']), 'L to stun through nat-left; dropped by nat-left, filtered: no permission for 1.2.3.4:5');
});

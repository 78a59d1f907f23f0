// The decoder of packets: the vectors of RFC 5769, each field of a packet, and bytes that nobody should have sent.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodePacket } from '../../../reports/page/script/headers.js';
import { candidateNote } from '../../../reports/page/script/sip.js';
import { crc32, decodePayload, stunNames } from '../../../reports/page/script/stun.js';

const root = new URL('../../../', import.meta.url);
// Names and vectors are those of the program: its table of names, the bytes of its own tests.
const source = readFileSync(new URL('core/stun/attributes.c', root), 'utf8'), header = readFileSync(new URL('core/stun/attributes.h', root), 'utf8');
const constants = new Map(Array.from(header.matchAll(/(NT_\w+) = (0x[0-9a-f]+)/g), m => [m[1], Number(m[2])]));
const tableOf = name => Array.from(new RegExp('named ' + name + '\\[\\] = \\{([^;]*)\\};').exec(source)[1].matchAll(/\{(\w+), "([^"]*)"\}/g),
  m => [constants.get(m[1]) ?? Number(m[1]), m[2]]);
const names = stunNames({ methods: tableOf('methods'), attributes: tableOf('attrs'), reasons: tableOf('reasons') });
const vectors = new Map(Array.from(readFileSync(new URL('tests/unit/stun/vectors.h', root), 'utf8').matchAll(/(\w+)\[\] = \{([^}]*)\}/g),
  m => [m[1], Uint8Array.from(m[2].match(/0x[0-9a-f]{2}/g), Number)]));

const decode = b => decodePayload({ b, names }, 0, b.length, 0);
const all = fields => fields.flatMap(f => [f, ...all(f.of ?? [])]);
const find = (fields, name) => { const f = all(fields).find(x => x.name === name); assert.ok(f, name); return f; };
const wrongs = fields => all(fields).filter(f => f.bad || f.cut).map(f => f.name);
const u16 = n => [n >> 8 & 255, n & 255], text = s => [...new TextEncoder().encode(s)];

function stun(type, ...attributes) {
  const body = attributes.flatMap(([t, v]) => [...u16(t), ...u16(v.length), ...v, ...Array(-v.length & 3).fill(0)]);
  return [...u16(type), ...u16(body.length), 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ...body];
}
function sum(bytes) {
  let s = 0;
  for (let i = 0; i < bytes.length; i += 2) s += bytes[i] * 256 + (bytes[i + 1] ?? 0);
  while (s > 0xffff) s = (s & 0xffff) + (s >> 16);
  return 0xffff - s;
}
function ipv4(proto, payload, flags = 0) {
  const h = [0x45, 0, ...u16(20 + payload.length), 0, 7, ...u16(flags), 64, proto, 0, 0, 10, 1, 0, 2, 203, 0, 113, 4];
  h.splice(10, 2, ...u16(sum(h)));
  return Uint8Array.from([...h, ...payload]);
}
const ipv6 = (next, payload) => Uint8Array.from([0x60, 0, 0, 0, ...u16(payload.length), next, 64, 0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1,
  0x20, 1, 0xd, 0xb8, ...Array(10).fill(0), 0, 2, ...payload]);
const udp = payload => [...u16(50000), ...u16(3478), ...u16(8 + payload.length), 0, 0, ...payload];
const decodeWhole = b => decodePacket(b, b.length, names);

test('the names are there', () => {
  assert.equal(names.attributes.get(0x0020), 'XOR-MAPPED-ADDRESS');
  assert.equal(names.methods.get(3), 'Allocate');
  assert.equal(names.reasons.get(487), 'Role Conflict');
  assert.equal(vectors.size, 5);
});
test('CRC-32 has its check value', () => assert.equal(crc32(Uint8Array.from(text('123456789')), 0, 9), 0xcbf43926));

test('RFC 5769, 2.1: a request', () => {
  const fields = decode(vectors.get('rfc5769_request'));
  assert.equal(fields[0].value, 'Binding request');
  assert.equal(find(fields, 'transaction ID').value, 'b7e7a701bc34d686fa87dfae');
  assert.equal(find(fields, 'SOFTWARE').value, 'STUN test client');
  assert.equal(find(fields, 'PRIORITY').value, String(0x6e0001ff));
  assert.equal(find(fields, 'type preference').value, '110 (as recommended for peer-reflexive)');
  assert.equal(find(fields, 'local preference').value, '1');
  assert.equal(find(fields, 'component').value, '1');
  assert.equal(find(fields, 'ICE-CONTROLLED').value, '932ff9b151263b36');
  assert.equal(find(fields, 'USERNAME').value, 'evtj:h6vY');
  assert.equal(find(fields, 'USERNAME').note, 'receiver evtj, sender h6vY');
  assert.equal(find(fields, 'MESSAGE-INTEGRITY').value, '9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2');
  assert.match(find(fields, 'FINGERPRINT').note, /^right/);
  assert.deepEqual(wrongs(fields), []);
});
test('RFC 5769, 2.2 and 2.3: responses with IPv4 and IPv6', () => {
  assert.equal(decode(vectors.get('rfc5769_ipv4'))[0].value, 'Binding success');
  for (const [name, address] of [['rfc5769_ipv4', '192.0.2.1:32853'], ['rfc5769_ipv6', '[2001:db8:1234:5678:11:2233:4455:6677]:32853']]) {
    const fields = decode(vectors.get(name));
    assert.equal(find(fields, 'XOR-MAPPED-ADDRESS').value, address);
    assert.match(find(fields, 'FINGERPRINT').note, /^right/);
    assert.deepEqual(wrongs(fields), []);
  }
});
test('RFC 5769, 2.4 and RFC 8489, B.1: long-term credentials', () => {
  const fields = decode(vectors.get('rfc5769_long_term'));
  assert.equal(find(fields, 'USERNAME').value, 'マトリックス');
  assert.equal(find(fields, 'NONCE').value, 'f//499k954d6OL34oL9FSTvy64sA');
  assert.equal(find(fields, 'REALM').value, 'example.org');
  assert.deepEqual(wrongs(fields), []);
  const newer = decode(vectors.get('rfc8489_b1'));
  assert.equal(find(newer, 'NONCE').note, 'security features: none');
  assert.equal(find(newer, 'MESSAGE-INTEGRITY-SHA256').len, 36);
  assert.match(find(newer, 'length').bad, /only 136 bytes/); // as printed there: the header says 156
});
test('a changed byte makes the FINGERPRINT wrong', () => {
  const b = vectors.get('rfc5769_ipv4').slice();
  b[30] ^= 1;
  assert.match(find(decode(b), 'FINGERPRINT').bad, /^wrong: 0x/);
});
test('each field says where its bytes are', () => {
  const b = vectors.get('rfc5769_request'), f = find(decode(b), 'USERNAME');
  assert.equal(new TextDecoder().decode(b.subarray(f.at + 4, f.at + f.len)), 'evtj:h6vY');
  const p = find(decode(b), 'local preference');
  assert.deepEqual([...b.subarray(p.at, p.at + p.len)], [0, 1]);
});

test('TURN: what is asked for, refused, relayed', () => {
  const allocate = decode(Uint8Array.from(stun(0x0003, [0x0019, [17, 0, 0, 0]], [0x000d, [0, 0, 2, 88]], [0x001a, []], [0x0018, [0x80]], [0x0017, [2, 0, 0, 0]])));
  assert.equal(allocate[0].value, 'Allocate request');
  assert.equal(find(allocate, 'REQUESTED-TRANSPORT').value, '17 (UDP)');
  assert.equal(find(allocate, 'LIFETIME').value, '600 s');
  assert.equal(find(allocate, 'EVEN-PORT').value, 'even, and the next one reserved');
  assert.equal(find(allocate, 'REQUESTED-ADDRESS-FAMILY').value, '2 (IPv6)');
  const error = decode(Uint8Array.from(stun(0x0113, [0x0009, [0, 0, 4, 38, ...text('stale')]], [0x000a, [0x80, 0x22, 0, 1]])));
  assert.equal(error[0].value, 'Allocate error');
  assert.equal(find(error, 'ERROR-CODE').value, '438 stale');
  assert.equal(find(error, 'ERROR-CODE').note, 'registered as Stale Nonce');
  assert.equal(find(error, 'UNKNOWN-ATTRIBUTES').value, 'SOFTWARE, MAPPED-ADDRESS');
  const inner = [...vectors.get('rfc5769_request')], data = decode(Uint8Array.from(stun(0x0016, [0x0012, [0, 1, 0x21 ^ 0x9c, 0x12 ^ 0x40, 0x21 ^ 192, 0x12, 0xa4 ^ 2, 0x42 ^ 1]], [0x0013, inner])));
  assert.equal(data[0].value, 'Send indication');
  assert.equal(find(data, 'XOR-PEER-ADDRESS').value, '192.0.2.1:40000');
  assert.equal(find(data, 'DATA').of[0].value, 'Binding request');
  assert.match(find(data, 'FINGERPRINT').note, /^right/);
  const channel = decode(Uint8Array.from([0x40, 1, ...u16(inner.length), ...inner]));
  assert.equal(channel[0].value, 'channel 0x4001');
  assert.match(find(channel, 'FINGERPRINT').note, /^right/);
});
test('numbers without a name are required or optional', () => {
  const fields = decode(Uint8Array.from(stun(0x0001, [0x7abc, [1]], [0xabcd, [2]])));
  assert.match(find(fields, 'attribute 0x7abc').note, /^comprehension-required/);
  assert.match(find(fields, 'attribute 0xabcd').note, /^comprehension-optional/);
  assert.equal(decode(Uint8Array.from(stun(0x3eef)))[0].value, 'method 0xfff request');
});
test('what is wrong with a message is said', () => {
  assert.match(find(decode(Uint8Array.from(stun(1, [0x0020, [0, 3, 0, 0, 1, 2, 3, 4]]))), 'XOR-MAPPED-ADDRESS').bad, /family 3/);
  assert.match(find(decode(Uint8Array.from(stun(1, [0x0024, [1, 2]]))), 'PRIORITY').bad, /2 bytes, and not 4/);
  assert.match(find(decode(Uint8Array.from([...stun(1), 9, 9, 9, 9])), 'after the message').bad, /ends before the datagram/);
  const long = Uint8Array.from(stun(1, [0x8022, [1, 2, 3, 4]]));
  long[3] = 40;
  assert.match(find(decode(long), 'length').bad, /only 8 bytes/);
  long[3] = 8; long[23] = 200;
  assert.match(find(decode(long), 'SOFTWARE').bad, /do not fit/);
  assert.match(find(decode(Uint8Array.from(stun(1, [0x0008, Array(20).fill(1)], [0x8022, [65]]))), 'SOFTWARE').note, /stands behind MESSAGE-INTEGRITY/);
});

test('IPv4 and UDP', () => {
  const b = ipv4(17, udp([...vectors.get('rfc5769_request')])), fields = decodeWhole(b);
  assert.equal(fields[0].value, '10.1.0.2 to 203.0.113.4');
  assert.equal(find(fields, 'TTL').value, '64');
  assert.equal(find(fields, 'checksum').note, 'right');
  assert.equal(find(fields, 'destination port').value, '3478');
  assert.equal(fields[2].value, 'Binding request');
  assert.deepEqual(wrongs(fields), []);
  b[8] = 63;
  assert.equal(find(decodeWhole(b), 'checksum').bad, 'wrong');
  b[8] = 64;
  b.set([0x12, 0x34], 26);
  assert.equal(find(decodeWhole(b)[1].of, 'checksum').bad, 'wrong');
});
test('IPv6, with a fragment header', () => {
  const whole = decodeWhole(ipv6(17, udp(text('hello'))));
  assert.equal(whole[0].value, '2001:db8::1 to 2001:db8::2');
  assert.equal(find(whole, 'data').value, 'hello');
  const first = decodeWhole(ipv6(44, [17, 0, 0, 1, 0, 0, 0, 9, ...u16(5), ...u16(6), ...u16(100), 0, 0, ...text('part')]));
  assert.equal(find(first, 'fragment offset').value, '0, more fragments');
  assert.equal(find(first, 'data').cut, 88);
  assert.equal(find(decodeWhole(ipv6(44, [17, 0, 0, 8, 0, 0, 0, 9, 1, 2, 3])), 'fragment').value, '3 bytes of what the first one began');
});
test('fragments of IPv4', () => {
  assert.equal(find(decodeWhole(ipv4(17, [1, 2, 3, 4], 0x2005)), 'fragment').len, 4);
});
test('ICMP quotes a packet', () => {
  const quoted = ipv4(17, udp([...stun(1)])), error = [3, 3, 0, 0, 0, 0, 0, 0, ...quoted.subarray(0, 28)];
  error.splice(2, 2, ...u16(sum(error)));
  const fields = decodeWhole(ipv4(1, error));
  assert.equal(find(fields, 'ICMP').value, 'destination unreachable, port unreachable');
  assert.equal(find(fields, 'the packet that it is about').of[1].value, '50000 to 3478');
  assert.deepEqual(wrongs(fields), []);
});
test('TCP', () => {
  const fields = decodeWhole(ipv4(6, [...u16(5060), ...u16(80), 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x12, 1, 0, 0, 0, 0, 0]));
  assert.equal(find(fields, 'TCP').value, '5060 to 80 SYN ACK');
});
test('SIP and SDP', () => {
  const message = 'INVITE sip:r@198.51.100.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\na=ice-ufrag:abcd\r\n' +
    'a=candidate:1 1 UDP 1694498815 203.0.113.2 40000 typ srflx raddr 10.1.0.2 rport 50000\r\n';
  const fields = decodeWhole(ipv4(17, udp(text(message))));
  assert.equal(find(fields, 'SIP').value, 'INVITE sip:r@198.51.100.1 SIP/2.0');
  assert.equal(find(fields, 'CSeq').value, '1 INVITE');
  assert.equal(find(fields, 'a=ice-ufrag').value, 'abcd');
  assert.equal(find(fields, 'a=candidate').note, 'srflx candidate 203.0.113.2 port 40000, udp, component 1, foundation 1, related to 10.1.0.2 port 50000; ' +
    'priority: type preference 100, local preference 65535, component 1');
  assert.equal(candidateNote('nonsense'), null);
  for (const name of ['constructor', '__proto__', 'toString'])
    assert.equal(find(decodeWhole(ipv4(17, udp(text('SIP/2.0 200 OK\r\n\r\na=' + name + ':x\r\n')))), 'a=' + name).note, undefined);
});
test('a packet of which the page has the first bytes', () => {
  const b = ipv4(17, udp([...vectors.get('rfc5769_request')])), fields = decodePacket(b.subarray(0, 60), b.length, names);
  assert.equal(find(fields, 'SOFTWARE').cut, 8);
  assert.deepEqual(wrongs(fields), ['SOFTWARE']);
  assert.equal(find(decodePacket(ipv4(17, udp(Array(100).fill(0xff))).subarray(0, 64), 128, names), 'data').cut, 64);
});

const HOSTILE = [...vectors.values()].flatMap(v => [ipv4(17, udp([...v])), ipv6(17, udp([...v])), ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0, ...ipv4(17, udp([...v]))])])
  .concat([ipv4(17, udp([0x40, 0, 0, 108, ...vectors.get('rfc5769_request')])), ipv4(6, [...Array(12).fill(1), 0xf0, 0xff, ...Array(60).fill(7)]),
    ipv6(0, [60, 0, 0, 0, 0, 0, 0, 0, 43, 9, 0, 0, 0, 0, 0, 0, ...Array(90).fill(0)]), ipv4(17, udp(text('SIP/2.0 200 OK\r\nA\n\n\r\n\r\n=\r\na=candidate:\r\n')))]);
// Fields lie within the bytes, and within their parent.
function check(fields, from, to) {
  for (const f of fields) {
    assert.ok(Number.isInteger(f.at) && f.at >= from && f.len >= 0 && f.at + f.len <= to, `${f.name} at ${f.at}, ${f.len} bytes, not in ${from} to ${to}`);
    assert.equal(typeof f.value, 'string');
    check(f.of ?? [], f.at, f.at + f.len);
  }
}
test('cut short at each length: no error, and no field beyond the bytes', () => {
  for (const b of HOSTILE) for (let n = 0; n <= b.length; n++) {
    check(decodePacket(b.slice(0, n), n, names), 0, n);
    check(decodePacket(b.slice(0, n), b.length, names), 0, n);
  }
});
test('each byte with another value', () => {
  for (const b of HOSTILE) for (let i = 0; i < b.length; i++) for (const v of [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xff]) {
    const c = b.slice();
    c[i] = v;
    check(decodePacket(c, c.length, names), 0, c.length);
  }
});
test('random bytes behind good headers', () => {
  let seed = 1;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) >> 8 & 255;
  for (let n = 0; n < 4000; n++) {
    const b = HOSTILE[n % HOSTILE.length].slice(), from = random() % b.length;
    for (let i = from; i < b.length; i++) b[i] = random();
    check(decodePacket(b, b.length + (n % 3) * 50, names), 0, b.length);
  }
});
test('wraps within wraps end', () => {
  let b = [...vectors.get('rfc5769_request')];
  for (let i = 0; i < 12; i++) b = stun(0x0016, [0x0013, b]);
  check(decode(Uint8Array.from(b)), 0, b.length);
  let p = ipv4(17, udp([1]));
  for (let i = 0; i < 12; i++) p = ipv4(4, [...p]);
  check(decodeWhole(p), 0, p.length);
});

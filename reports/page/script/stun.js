// STUN and TURN messages, field by field. `names` are those of the numbers: {methods, attributes, reasons}, each a Map.
import { byteField, endpointText, hexNumber, hexOf, isText, textOf, u16At, u32At, u8At } from './bytes.js';
import { decodeSip, looksLikeSip, priorityParts, typePreference } from './sip.js';

const COOKIE = 0x2112a442, FINGERPRINT_XOR = 0x5354554e, HEADER = 20;
const NESTED_MAX = 4; // messages within messages
const CLASSES = ['request', 'indication', 'success', 'error'];
const FAMILIES = { 1: 'IPv4', 2: 'IPv6' }, TRANSPORTS = { 6: 'TCP', 17: 'UDP' }, ALGORITHMS = { 1: 'MD5', 2: 'SHA-256' };

export function stunNames(registries) {
  return { methods: new Map(registries.methods), attributes: new Map(registries.attributes), reasons: new Map(registries.reasons) };
}
// ISO 3309, reflected, as in zip.
export function crc32(b, at, end) {
  let c = 0xffffffff;
  for (let i = at; i < end; i++) {
    c ^= b[i];
    for (let k = 0; k < 8; k++) c = c & 1 ? c >>> 1 ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

// Readers of values: (message, at, length) -> what of the field is to be set.
const wrongLength = (len, n) => len === n ? null : { value: '', bad: len + ' bytes, and not ' + n };
function readAddress(m, at, len, isXored) {
  const family = u8At(m.b, at + 1), size = family === 1 ? 4 : family === 2 ? 16 : 0;
  if (len < 4 || !size) return { value: '', bad: len < 4 ? 'too short for an address' : 'family ' + family + ' is neither IPv4 nor IPv6' };
  if (len !== 4 + size) return wrongLength(len, 4 + size);
  const address = m.b.slice(at + 4, at + 4 + size);
  if (isXored) for (let i = 0; i < size; i++) address[i] ^= m.b[m.at + 4 + i]; // the magic cookie, then the transaction ID
  return { value: endpointText(address, 0, size === 16, u16At(m.b, at + 2) ^ (isXored ? COOKIE >>> 16 : 0)) };
}
const plainAddress = (m, at, len) => readAddress(m, at, len, false), xoredAddress = (m, at, len) => readAddress(m, at, len, true);
const readText = (m, at, len) => ({ value: textOf(m.b, at, len) }), readHex = (m, at, len) => ({ value: hexOf(m.b, at, len) });
const readNothing = (m, at, len) => wrongLength(len, 0) || { value: '' };
function readUsername(m, at, len) {
  const text = textOf(m.b, at, len), both = text.split(':');
  return { value: text, note: m.method === 1 && both.length === 2 ? 'receiver ' + both[0] + ', sender ' + both[1] : undefined };
}
function readPriority(m, at, len) {
  const p = priorityParts(u32At(m.b, at));
  return wrongLength(len, 4) || { value: u32At(m.b, at), of: [byteField('type preference', typePreference(p.type), at, 1),
    byteField('local preference', p.local, at + 1, 2), byteField('component', p.component, at + 3, 1)] };
}
function readError(m, at, len) {
  if (len < 4) return { value: '', bad: 'too short for a code' };
  const code = (u8At(m.b, at + 2) & 7) * 100 + u8At(m.b, at + 3), name = m.names.reasons.get(code);
  const said = textOf(m.b, at + 4, len - 4);
  return { value: code + ' ' + said, note: name && name !== said ? 'registered as ' + name : undefined };
}
function readUnknown(m, at, len) {
  const list = [];
  for (let i = 0; i + 1 < len; i += 2) list.push(attributeName(m.names, u16At(m.b, at + i)));
  return { value: list.join(', ') };
}
function readLifetime(m, at, len) {
  return wrongLength(len, 4) || { value: u32At(m.b, at) + ' s', note: u32At(m.b, at) === 0 ? 'the allocation ends' : undefined };
}
function readChannel(m, at, len) {
  const n = u16At(m.b, at), isRight = n >= 0x4000 && n <= 0x4fff;
  return wrongLength(len, 4) || { value: hexNumber(n, 4), bad: isRight ? undefined : 'not between 0x4000 and 0x4fff' };
}
const numbered = (words, size) => (m, at, len) => wrongLength(len, size) ||
    { value: u8At(m.b, at) + ' (' + (words[u8At(m.b, at)] || 'unknown') + ')' };
const readPort = (m, at, len) => ({ value: u16At(m.b, at), bad: len < 2 ? 'too short for a port' : undefined });
function readAlgorithms(m, at, len) {
  const list = [];
  for (let i = 0; i + 4 <= len; i += 4 + (u16At(m.b, at + i + 2) + 3 & ~3)) list.push(ALGORITHMS[u16At(m.b, at + i)] || u16At(m.b, at + i));
  return { value: list.join(', ') };
}
function readChange(m, at, len) {
  const v = u32At(m.b, at);
  return wrongLength(len, 4) || { value: [v & 4 ? 'address' : '', v & 2 ? 'port' : ''].filter(x => x).join(' and ') || 'nothing' };
}
function readNonce(m, at, len) { // RFC 8489, 9.2: the cookie, and 24 bits in base64
  const text = textOf(m.b, at, len), bits = text.startsWith('obMatJos2') && /^[A-Za-z0-9+/]{4}/.test(text.slice(9)) ? atob(text.slice(9, 13)) : '';
  const says = bits ? [bits.charCodeAt(0) & 0x80 ? 'password algorithms' : '', bits.charCodeAt(0) & 0x40 ? 'username anonymity' : '']
      .filter(x => x) : [];
  return { value: text, note: bits ? 'security features: ' + (says.join(', ') || 'none') : undefined };
}
function readIcmp(m, at, len) { // RFC 8656, 18.13: 16 bits reserved, 7 of type, 9 of code
  const v = u16At(m.b, at + 2);
  return wrongLength(len, 8) || { value: 'type ' + (v >> 9) + ' code ' + (v & 511), note: 'error data ' + hexOf(m.b, at + 4, 4) };
}
function readAddressError(m, at, len) {
  return len < 4 ? { value: '', bad: 'too short for a code' } : Object.assign(readError(m, at, len),
      { note: 'for ' + (FAMILIES[u8At(m.b, at)] || 'family ' + u8At(m.b, at)) });
}
function readData(m, at, len) { return { value: len + ' bytes', of: decodePayload(m, at, at + len, m.depth + 1) }; }
function readIntegrity(size) {
  return (m, at, len) => ({ value: hexOf(m.b, at, len), note: 'covers what stands before it; the key is not on this page',
    bad: len > size || len < 16 || len % 4 || size === 20 && len !== 20 ? len + ' bytes' : undefined });
}
function readFingerprint(m, at, len) {
  const is = u32At(m.b, at), ought = (crc32(m.b, m.at, at - 4) ^ FINGERPRINT_XOR) >>> 0;
  return wrongLength(len, 4) || (is === ought ? { value: hexNumber(is, 8), note: 'right: the CRC-32 of what stands before it' } :
      { value: hexNumber(is, 8), bad: 'wrong: ' + hexNumber(ought, 8) + ' would be right' });
}

// How the values are read, and where they are defined.
const VALUES = {
  'MAPPED-ADDRESS': [plainAddress, 'RFC 8489, 14.1'], 'XOR-MAPPED-ADDRESS': [xoredAddress, 'RFC 8489, 14.2'],
  'USERNAME': [readUsername, 'RFC 8489, 14.3'], 'USERHASH': [readHex, 'RFC 8489, 14.4'],
  'MESSAGE-INTEGRITY': [readIntegrity(20), 'RFC 8489, 14.5'], 'MESSAGE-INTEGRITY-SHA256': [readIntegrity(32), 'RFC 8489, 14.6'],
  'FINGERPRINT': [readFingerprint, 'RFC 8489, 14.7'], 'ERROR-CODE': [readError, 'RFC 8489, 14.8'], 'REALM': [readText, 'RFC 8489, 14.9'],
  'NONCE': [readNonce, 'RFC 8489, 14.10'], 'PASSWORD-ALGORITHMS': [readAlgorithms, 'RFC 8489, 14.11'],
  'PASSWORD-ALGORITHM': [readAlgorithms, 'RFC 8489, 14.12'], 'UNKNOWN-ATTRIBUTES': [readUnknown, 'RFC 8489, 14.13'],
  'SOFTWARE': [readText, 'RFC 8489, 14.14'], 'ALTERNATE-SERVER': [plainAddress, 'RFC 8489, 14.15'],
  'ALTERNATE-DOMAIN': [readText, 'RFC 8489, 14.16'], 'CHANNEL-NUMBER': [readChannel, 'RFC 8656, 18.1'],
  'LIFETIME': [readLifetime, 'RFC 8656, 18.2'], 'XOR-PEER-ADDRESS': [xoredAddress, 'RFC 8656, 18.3'], 'DATA': [readData, 'RFC 8656, 18.4'],
  'XOR-RELAYED-ADDRESS': [xoredAddress, 'RFC 8656, 18.5'], 'REQUESTED-ADDRESS-FAMILY': [numbered(FAMILIES, 4), 'RFC 8656, 18.6'],
  'EVEN-PORT': [(m, at, len) => wrongLength(len, 1) || { value: u8At(m.b, at) & 0x80 ? 'even, and the next one reserved' : 'even' }, 'RFC 8656, 18.7'],
  'REQUESTED-TRANSPORT': [numbered(TRANSPORTS, 4), 'RFC 8656, 18.8'], 'DONT-FRAGMENT': [readNothing, 'RFC 8656, 18.9'],
  'RESERVATION-TOKEN': [readHex, 'RFC 8656, 18.10'], 'ADDITIONAL-ADDRESS-FAMILY': [numbered(FAMILIES, 4), 'RFC 8656, 18.11'],
  'ADDRESS-ERROR-CODE': [readAddressError, 'RFC 8656, 18.12'], 'ICMP': [readIcmp, 'RFC 8656, 18.13'],
  'PRIORITY': [readPriority, 'RFC 8445, 16.1'], 'USE-CANDIDATE': [readNothing, 'RFC 8445, 16.1'],
  'ICE-CONTROLLED': [readTieBreaker, 'RFC 8445, 16.1'], 'ICE-CONTROLLING': [readTieBreaker, 'RFC 8445, 16.1'],
  'CHANGE-REQUEST': [readChange, 'RFC 5780, 7.2'], 'RESPONSE-ORIGIN': [plainAddress, 'RFC 5780, 7.3'],
  'OTHER-ADDRESS': [plainAddress, 'RFC 5780, 7.4'], 'RESPONSE-PORT': [readPort, 'RFC 5780, 7.5'], 'PADDING': [readHex, 'RFC 5780, 7.6'],
  'CONNECTION-ID': [readHex, 'RFC 6062, 6.2.1'], 'RESPONSE-ADDRESS': [plainAddress, 'RFC 3489, 11.2.2'],
  'SOURCE-ADDRESS': [plainAddress, 'RFC 3489, 11.2.5'], 'CHANGED-ADDRESS': [plainAddress, 'RFC 3489, 11.2.3'],
  'REFLECTED-FROM': [plainAddress, 'RFC 3489, 11.2.11'],
};
function readTieBreaker(m, at, len) { return wrongLength(len, 8) || { value: hexOf(m.b, at, 8), note: 'tie-breaker' }; }

export function attributeName(names, type) { return names.attributes.get(type) || 'attribute ' + hexNumber(type, 4); }
// RFC 8489, 14: types below 0x8000 have to be understood.
function readUnnamed(m, at, len, type) {
  return { value: hexOf(m.b, at, len), note: type < 0x8000 ? 'comprehension-required: who does not know it answers a request with 420' :
      'comprehension-optional: who does not know it passes over it' };
}
function decodeAttribute(m, at) {
  const type = u16At(m.b, at), len = u16At(m.b, at + 2), name = attributeName(m.names, type), known = VALUES[m.names.attributes.get(type)];
  if (at + 4 + len > m.last) return byteField(name, hexOf(m.b, at + 4, m.last - at - 4), at, m.last - at, m.cut ? { cut: at + 4 + len - m.last } :
      { bad: 'its ' + len + ' bytes do not fit into the message' });
  const f = byteField(name, '', at, 4 + len, known ? Object.assign({ rfc: known[1] }, known[0](m, at + 4, len)) : readUnnamed(m, at + 4, len, type));
  f.value = String(f.value);
  if (m.signed && !/^(MESSAGE-INTEGRITY-SHA256|FINGERPRINT)$/.test(name)) f.note = 'passed over: it stands behind MESSAGE-INTEGRITY (RFC 8489, 14.5)';
  m.signed = m.signed || name.startsWith('MESSAGE-INTEGRITY');
  return f;
}
export function looksLikeStun(b, at, end) { return end - at >= HEADER && at + 8 <= b.length && b[at] < 64 && u32At(b, at + 4) === COOKIE; }
export function looksLikeChannelData(b, at, end) {
  return end - at >= 4 && at + 4 <= b.length && b[at] >= 0x40 && b[at] <= 0x4f && u16At(b, at + 2) <= end - at - 4;
}
function decodeStun(ctx, at, end, depth) {
  const b = ctx.b, type = u16At(b, at), len = u16At(b, at + 2), method = type & 0xf | type >> 1 & 0x70 | type >> 2 & 0xf80;
  const kind = CLASSES[type >> 8 & 1 ? type >> 4 & 1 ? 3 : 2 : type >> 4 & 1], last = Math.min(at + HEADER + len, end, b.length);
  const m = { b: b, names: ctx.names, at: at, last: last, cut: last === b.length && last < end, method: method, signed: false, depth: depth };
  const name = (ctx.names.methods.get(method) || 'method ' + hexNumber(method, 3)) + ' ' + kind;
  const of = [byteField('type', hexNumber(type, 4) + ' ' + name, at, 2, { note: 'method ' + hexNumber(method, 3) + ', class ' + kind }),
    byteField('length', len, at + 2, 2, len % 4 ? { bad: 'not a multiple of 4' } : at + HEADER + len > end ?
        { bad: 'only ' + (end - at - HEADER) + ' bytes follow the header' } : null),
    byteField('magic cookie', hexNumber(COOKIE, 8), at + 4, 4), byteField('transaction ID', hexOf(b, at + 8, 12), at + 8, Math.min(12, b.length - at - 8))];
  for (let from = at + HEADER; from < last;) {
    if (from + 4 > last) { of.push(byteField('rest', hexOf(b, from, last - from), from, last - from, m.cut ? { cut: 1 } : { bad: 'too short for an attribute' })); break; }
    const f = decodeAttribute(m, from), padded = from + (f.len + 3 & ~3);
    of.push(f);
    if (padded > from + f.len && padded <= last) f.padding = padded - from - f.len;
    from = padded;
  }
  const all = [byteField('STUN', name, at, last - at, { of: of, rfc: 'RFC 8489, 5' })];
  if (last === at + HEADER + len && last < end && last < b.length)
    all.push(byteField('after the message', hexOf(b, last, end - last), last, Math.min(end, b.length) - last, { bad: 'the message ends before the datagram does' }));
  return all;
}
function decodeChannelData(ctx, at, end, depth) {
  const len = u16At(ctx.b, at + 2), inner = at + 4 + len;
  return [byteField('ChannelData', 'channel ' + hexNumber(u16At(ctx.b, at), 4), at, Math.min(inner, ctx.b.length) - at, { rfc: 'RFC 8656, 12.4', of: [
    byteField('channel number', hexNumber(u16At(ctx.b, at), 4), at, 2), byteField('length', len, at + 2, 2)].concat(decodePayload(ctx, at + 4, inner, depth + 1)) })];
}
function decodeData(ctx, at, end) {
  const from = Math.min(at, ctx.b.length), last = Math.min(end, ctx.b.length);
  return [byteField('data', isText(ctx.b, from, last) ? textOf(ctx.b, from, last - from) : end - at + ' bytes', from, last - from, end > last ?
      { cut: end - Math.max(at, last) } : null)];
}
// What a datagram, an indication or ChannelData carries: fields of ctx.b from `at` to `end`, which may be past what was kept.
export function decodePayload(ctx, at, end, depth) {
  if (end <= at) return [];
  if (depth < NESTED_MAX && looksLikeStun(ctx.b, at, end)) return decodeStun(ctx, at, end, depth);
  if (depth < NESTED_MAX && looksLikeChannelData(ctx.b, at, end)) return decodeChannelData(ctx, at, end, depth);
  if (looksLikeSip(ctx.b, at, Math.min(end, ctx.b.length))) return [decodeSip(ctx.b, at, end)];
  return decodeData(ctx, at, end);
}

// IP packets, field by field: IPv4, IPv6, UDP, TCP, ICMP, and what they carry.
import { byteField, hexNumber, hexOf, ipv4Text, ipv6Text, u16At, u32At, u8At } from './bytes.js';
import { decodePayload } from './stun.js';

const PROTOCOLS = { 1: 'ICMP', 4: 'IPv4', 6: 'TCP', 17: 'UDP', 41: 'IPv6', 44: 'fragment', 47: 'GRE', 58: 'ICMPv6' };
const EXTENSIONS = { 0: 'hop-by-hop options', 43: 'routing', 60: 'destination options' };
const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];
const UNREACHABLE = ['network unreachable', 'host unreachable', 'protocol unreachable', 'port unreachable', 'too large, and not to be fragmented'];
const ICMP_TYPES = { 0: 'echo reply', 3: 'destination unreachable', 5: 'redirect', 8: 'echo request', 11: 'time exceeded', 12: 'parameter problem' };
const ICMP6_TYPES = { 1: 'destination unreachable', 2: 'packet too big', 3: 'time exceeded', 4: 'parameter problem', 128: 'echo request', 129: 'echo reply' };
const UNREACHABLE6 = ['no route', 'prohibited', 'beyond scope of source address', 'address unreachable', 'port unreachable'];
const QUOTED_MAX = 3; // packets within packets

function sumOf(b, at, end, sum) {
  for (let i = at; i < end; i += 2) sum += u8At(b, i) * 256 + (i + 1 < end ? u8At(b, i + 1) : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
const checksum = (b, at, isRight) => byteField('checksum', hexNumber(u16At(b, at), 4), at, 2, isRight === null ? null : isRight ?
    { note: 'right' } : { bad: 'wrong' });
// With the addresses and the length, RFC 768 and RFC 8200, 8.1; null: not all bytes are there.
function isSumRight(ip, at, end) {
  if (ip.isFragment || end > ip.b.length || ip.isQuoted) return null;
  return sumOf(ip.b, at, end, sumOf(ip.b, ip.addresses, ip.addresses + ip.addressBytes, ip.proto + (end - at))) === 0xffff;
}
function portOf(b, name, at) { return byteField(name + ' port', u16At(b, at), at, 2); }

function decodeUdp(ip, at, end) {
  const b = ip.b, len = u16At(b, at + 4), here = Math.min(8, b.length - at);
  const bad = ip.isFragment || ip.isQuoted || len === end - at ? null : { bad: end - at + ' bytes follow the IP header' };
  const of = [portOf(b, 'source', at), portOf(b, 'destination', at + 2), byteField('length', len, at + 4, 2, bad),
    u16At(b, at + 6) === 0 && ip.isV4 ? byteField('checksum', 'none', at + 6, 2) : checksum(b, at + 6, bad ? null : isSumRight(ip, at, end))];
  return [byteField('UDP', u16At(b, at) + ' to ' + u16At(b, at + 2), at, here, { of: of, rfc: 'RFC 768' })].concat(
      decodePayload(ip, at + 8, ip.isFragment ? at + Math.max(8, len) : Math.min(end, at + Math.max(8, len)), ip.depth)); // the rest of a fragment is in others
}
function decodeTcp(ip, at, end) {
  const b = ip.b, flags = TCP_FLAGS.filter((x, i) => u8At(b, at + 13) >> i & 1).join(' '), size = Math.max(20, (u8At(b, at + 12) >> 4) * 4);
  const of = [portOf(b, 'source', at), portOf(b, 'destination', at + 2), byteField('sequence number', u32At(b, at + 4), at + 4, 4),
    byteField('acknowledgment', u32At(b, at + 8), at + 8, 4), byteField('header length', size, at + 12, 1), byteField('flags', flags, at + 13, 1),
    byteField('window', u16At(b, at + 14), at + 14, 2), checksum(b, at + 16, isSumRight(ip, at, end)), byteField('urgent pointer', u16At(b, at + 18), at + 18, 2)];
  if (size > 20 && at + size <= b.length) of.push(byteField('options', hexOf(b, at + 20, size - 20), at + 20, size - 20));
  return [byteField('TCP', u16At(b, at) + ' to ' + u16At(b, at + 2) + ' ' + flags, at, Math.min(size, b.length - at), { of: of, rfc: 'RFC 9293' })].concat(
      decodePayload(ip, at + size, end, ip.depth));
}
function decodeIcmp(ip, at, end) {
  const b = ip.b, type = u8At(b, at), code = u8At(b, at + 1), names = ip.isV4 ? ICMP_TYPES : ICMP6_TYPES;
  const isError = ip.isV4 ? [3, 5, 11, 12].includes(type) : type < 128, isEcho = ip.isV4 ? type === 0 || type === 8 : type === 128 || type === 129;
  const why = ip.isV4 && type === 3 ? UNREACHABLE[code] : !ip.isV4 && type === 1 ? UNREACHABLE6[code] : undefined;
  const right = ip.isV4 ? end > b.length || ip.isFragment || ip.isQuoted ? null : sumOf(b, at, end, 0) === 0xffff : isSumRight(ip, at, end);
  const of = [byteField('type', type, at, 1, { note: names[type] }), byteField('code', code, at + 1, 1, { note: why }), checksum(b, at + 2, right)];
  if (isEcho) of.push(byteField('identifier', u16At(b, at + 4), at + 4, 2), byteField('sequence number', u16At(b, at + 6), at + 6, 2));
  else if (ip.isV4 ? type === 3 && code === 4 : type === 2) of.push(byteField('MTU of the next link', ip.isV4 ? u16At(b, at + 6) : u32At(b, at + 4), at + (ip.isV4 ? 6 : 4), ip.isV4 ? 2 : 4));
  else of.push(byteField('unused', hexOf(b, at + 4, 4), at + 4, 4));
  const head = byteField(ip.isV4 ? 'ICMP' : 'ICMPv6', (names[type] || 'type ' + type) + (why ? ', ' + why : ''), at, Math.min(8, b.length - at),
      { of: of, rfc: ip.isV4 ? 'RFC 792' : 'RFC 4443' });
  if (!isError) return [head].concat(end > at + 8 ? [byteField('data', end - at - 8 + ' bytes', at + 8, Math.max(0, Math.min(end, b.length) - at - 8))] : []);
  const quoted = decodeIp(ip, at + 8, end, true);
  return [head].concat(end > at + 8 ? [byteField('the packet that it is about', quoted.length ? quoted[0].value : '', at + 8, Math.min(end, b.length) - at - 8, { of: quoted })] : []);
}
// What stands behind the IP header.
function decodeUpper(ip, at, end) {
  const left = Math.min(end, ip.b.length) - at, need = { 6: 20, 17: 8, 1: 8, 58: 8 }[ip.proto] || 0;
  if (end <= at || left <= 0) return [];
  if (ip.isLater) return [byteField('fragment', end - at + ' bytes of what the first one began', at, left)];
  if (left < need) return [byteField(PROTOCOLS[ip.proto], hexOf(ip.b, at, left), at, left, { bad: left + ' bytes are too short for its header' })];
  if (ip.proto === 17) return decodeUdp(ip, at, end);
  if (ip.proto === 6) return decodeTcp(ip, at, end);
  if (ip.proto === 1 || ip.proto === 58) return decodeIcmp(ip, at, end);
  if (ip.proto === 4 || ip.proto === 41) return decodeIp(ip, at, end, ip.isQuoted);
  return [byteField('protocol ' + ip.proto, end - at + ' bytes', at, left)];
}
function decodeIpv4(ip, at, end) {
  const b = ip.b, size = (u8At(b, at) & 15) * 4, total = u16At(b, at + 2), flags = u8At(b, at + 6), offset = (u16At(b, at + 6) & 0x1fff) * 8;
  if (size < 20 || Math.min(end, b.length) - at < size) return [byteField('IPv4', hexOf(b, at, Math.min(end, b.length) - at), at, Math.min(end, b.length) - at, { bad: 'no whole header' })];
  const isFragment = offset > 0 || (flags & 0x20) !== 0, proto = u8At(b, at + 9), right = sumOf(b, at, at + size, 0) === 0xffff;
  const of = [byteField('version, header length', '4, ' + size, at, 1), byteField('DSCP, ECN', (u8At(b, at + 1) >> 2) + ', ' + (u8At(b, at + 1) & 3), at + 1, 1),
    byteField('total length', total, at + 2, 2, ip.isQuoted || total === end - at ? null : { bad: 'the packet has ' + (end - at) }),
    byteField('identification', hexNumber(u16At(b, at + 4), 4), at + 4, 2),
    byteField('flags, fragment offset', [flags & 0x40 ? 'do not fragment' : '', flags & 0x20 ? 'more fragments' : ''].filter(x => x).join(', ') + ' ' + offset, at + 6, 2),
    byteField('TTL', u8At(b, at + 8), at + 8, 1), byteField('protocol', proto + ' (' + (PROTOCOLS[proto] || 'unknown') + ')', at + 9, 1),
    checksum(b, at + 10, right), byteField('source', ipv4Text(b, at + 12), at + 12, 4), byteField('destination', ipv4Text(b, at + 16), at + 16, 4)];
  if (size > 20) of.push(byteField('options', hexOf(b, at + 20, size - 20), at + 20, size - 20));
  const inner = Object.assign({}, ip, { isV4: true, proto: proto, addresses: at + 12, addressBytes: 8, isFragment: isFragment, isLater: offset > 0 });
  return [byteField('IPv4', ipv4Text(b, at + 12) + ' to ' + ipv4Text(b, at + 16), at, size, { of: of, rfc: 'RFC 791' })].concat(
      decodeUpper(inner, at + size, total >= size ? Math.min(end, at + total) : end));
}
function decodeIpv6(ip, at, end) {
  const b = ip.b, len = u16At(b, at + 4);
  if (Math.min(end, b.length) - at < 40) return [byteField('IPv6', hexOf(b, at, Math.min(end, b.length) - at), at, Math.min(end, b.length) - at, { bad: 'no whole header' })];
  const next = n => n + ' (' + (PROTOCOLS[n] || EXTENSIONS[n] || 'unknown') + ')', of = [byteField('version, traffic class', '6, ' + (u16At(b, at) >> 4 & 255), at, 2),
    byteField('flow label', hexNumber(u32At(b, at) % 2 ** 20, 5), at + 1, 3),
    byteField('payload length', len, at + 4, 2, ip.isQuoted || len === end - at - 40 ? null : { bad: end - at - 40 + ' bytes follow the header' }),
    byteField('next header', next(u8At(b, at + 6)), at + 6, 1), byteField('hop limit', u8At(b, at + 7), at + 7, 1),
    byteField('source', ipv6Text(b, at + 8), at + 8, 16), byteField('destination', ipv6Text(b, at + 24), at + 24, 16)];
  const inner = Object.assign({}, ip, { isV4: false, proto: u8At(b, at + 6), addresses: at + 8, addressBytes: 32, isFragment: false, isLater: false });
  const out = [byteField('IPv6', ipv6Text(b, at + 8) + ' to ' + ipv6Text(b, at + 24), at, 40, { of: of, rfc: 'RFC 8200' })], last = Math.min(end, at + 40 + len);
  let from = at + 40;
  while ((EXTENSIONS[inner.proto] || inner.proto === 44) && from + 8 <= Math.min(last, b.length)) {
    const isFragment = inner.proto === 44, size = isFragment ? 8 : 8 + u8At(b, from + 1) * 8, v = u16At(b, from + 2);
    const parts = [byteField('next header', next(u8At(b, from)), from, 1)];
    if (isFragment) parts.push(byteField('fragment offset', (v & 0xfff8) + (v & 1 ? ', more fragments' : ', the last one'), from + 2, 2),
        byteField('identification', hexNumber(u32At(b, from + 4), 8), from + 4, 4));
    out.push(byteField(isFragment ? 'fragment header' : EXTENSIONS[inner.proto], '', from, Math.min(size, b.length - from), { of: parts, rfc: 'RFC 8200, 4' }));
    if (isFragment) { inner.isFragment = v > 7 || (v & 1) === 1; inner.isLater = v > 7; }
    inner.proto = u8At(b, from);
    from += size;
  }
  return out.concat(decodeUpper(inner, from, last));
}
function decodeIp(outer, at, end, isQuoted) {
  const ip = Object.assign({}, outer, { isQuoted: isQuoted, layers: outer.layers + 1 }), version = u8At(ip.b, at) >> 4;
  if (end <= at || at >= ip.b.length || ip.layers > QUOTED_MAX) return [];
  if (version === 4) return decodeIpv4(ip, at, end);
  if (version === 6) return decodeIpv6(ip, at, end);
  return [byteField('no IP packet', hexOf(ip.b, at, end - at), at, Math.min(end, ip.b.length) - at, { bad: 'version ' + version })];
}
// The fields of a packet of `whole` bytes, of which `b` has the first.
export function decodePacket(b, whole, names) { return decodeIp({ b: b, names: names, depth: 0, layers: 0 }, 0, Math.max(whole, b.length), false); }

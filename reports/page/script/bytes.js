// Bytes, and the fields that they are: {name, value, at, len}; with `of`: what it consists of, `note`: a remark, `bad`: what is wrong with it.
const utf8 = new TextDecoder('utf-8');

export function byteField(name, value, at, len, more) { return Object.assign({ name: name, value: String(value), at: at, len: len }, more); }
// Numbers in network byte order; bytes that are not there are 0.
export function u8At(b, at) { return at < b.length ? b[at] : 0; }
export function u16At(b, at) { return u8At(b, at) * 256 + u8At(b, at + 1); }
export function u32At(b, at) { return u16At(b, at) * 65536 + u16At(b, at + 2); }
export function hexOf(b, at, len) { return Array.from(b.subarray(at, at + len), x => x.toString(16).padStart(2, '0')).join(''); }
export function hexNumber(n, digits) { return '0x' + n.toString(16).padStart(digits, '0'); }
// Text of a peer: what cannot be seen is written as a number.
export function textOf(b, at, len) {
  return utf8.decode(b.subarray(at, at + len)).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      c => '\\x' + c.charCodeAt(0).toString(16).padStart(2, '0'));
}
export function isText(b, at, end) {
  for (let i = at; i < end; i++) if (b[i] < 0x20 && b[i] !== 9 && b[i] !== 10 && b[i] !== 13 || b[i] === 0x7f) return false;
  return end > at;
}
export function bytesOfBase64(text) { return Uint8Array.from(atob(text), c => c.charCodeAt(0)); }

export function ipv4Text(b, at) { return [0, 1, 2, 3].map(i => u8At(b, at + i)).join('.'); }
// RFC 5952: the longest run of zeros, two at least, is "::".
export function ipv6Text(b, at) {
  const words = Array.from({ length: 8 }, (x, i) => u16At(b, at + 2 * i));
  let from = -1, run = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > run) { from = i; run = n; }
  }
  const join = list => list.map(w => w.toString(16)).join(':');
  return from < 0 ? join(words) : join(words.slice(0, from)) + '::' + join(words.slice(from + run));
}
export function endpointText(b, at, v6, port) { return (v6 ? '[' + ipv6Text(b, at) + ']' : ipv4Text(b, at)) + ':' + port; }

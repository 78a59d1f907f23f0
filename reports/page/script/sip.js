// SIP messages and the descriptions in them, line by line.
import { byteField, textOf } from './bytes.js';

// RFC 8445, 5.1.2.2: what is recommended for each type.
const TYPE_PREFERENCES = { 126: 'host', 110: 'peer-reflexive', 100: 'server-reflexive', 0: 'relayed' };
const ATTRIBUTE_NOTES = new Map(Object.entries({
  'ice-ufrag': 'names the agent in USERNAME of checks (RFC 8839, 5.4)', 'ice-pwd': 'signs the checks that this agent gets (RFC 8839, 5.4)',
  'ice-options': 'extensions that it knows (RFC 8839, 5.6)', 'ice-lite': 'it answers checks and sends none (RFC 8839, 5.3)',
  'ice-mismatch': 'the default destination is no candidate: no ICE (RFC 8839, 5.3)', 'end-of-candidates': 'no further ones come (RFC 8840, 8.2)',
  'remote-candidates': 'the pairs that the controlling agent selected (RFC 8839, 5.2)', 'ice-pacing': 'milliseconds between checks (RFC 8839, 5.5)',
}));

// RFC 8445, 5.1.2.1
export function priorityParts(priority) {
  return { type: Math.floor(priority / 2 ** 24), local: Math.floor(priority / 256) % 65536, component: 256 - priority % 256 };
}
export function typePreference(n) { return TYPE_PREFERENCES[n] ? n + ' (as recommended for ' + TYPE_PREFERENCES[n] + ')' : String(n); }
// RFC 8839, 5.1: what a candidate line says; null: it is none.
export function candidateNote(line) {
  const w = line.trim().split(/\s+/);
  if (w.length < 8 || w[6] !== 'typ') return null;
  const also = {};
  for (let i = 8; i + 1 < w.length; i += 2) also[w[i]] = w[i + 1];
  const p = priorityParts(Number(w[3]));
  return w[7] + ' candidate ' + w[4] + ' port ' + w[5] + ', ' + w[2].toLowerCase() + ', component ' + w[1] + ', foundation ' + w[0] +
      (also.raddr ? ', related to ' + also.raddr + ' port ' + also.rport : '') + '; priority: type preference ' + p.type +
      ', local preference ' + p.local + ', component ' + p.component;
}
function sdpField(line, at, len) {
  const attribute = /^a=([^:]+):?(.*)$/.exec(line);
  if (!attribute) return byteField(line.slice(0, 2), line.slice(2), at, len);
  const note = attribute[1] === 'candidate' ? candidateNote(attribute[2]) : ATTRIBUTE_NOTES.get(attribute[1]);
  return byteField('a=' + attribute[1], attribute[2], at, len, note ? { note: note } : attribute[1] === 'candidate' ?
      { bad: 'no candidate as RFC 8839, 5.1 has it' } : null);
}
export function looksLikeSip(b, at, end) {
  const line = textOf(b, at, Math.min(end - at, 256)).split('\\x0d')[0];
  return line.startsWith('SIP/2.0 ') || / SIP\/2\.0$/.test(line);
}
// Each line as a field; the body's are those of SDP.
export function decodeSip(b, at, end) {
  const head = [], body = [], last = Math.min(end, b.length);
  let inBody = false, first = '';
  for (let from = at; from < last;) {
    let next = b.indexOf(10, from);
    next = next < 0 || next >= last ? last : next + 1;
    const line = textOf(b, from, next - from).replace(/(\\x0d)?(\\x0a)?$/, ''), colon = line.indexOf(':');
    if (from === at) head.push(byteField(line.startsWith('SIP/') ? 'status' : 'request', first = line, from, next - from));
    else if (!inBody && line === '') inBody = true;
    else if (inBody) body.push(sdpField(line, from, next - from));
    else head.push(byteField(colon > 0 ? line.slice(0, colon) : 'line', line.slice(colon + 1).trim(), from, next - from));
    from = next;
  }
  const of = body.length ? head.concat([byteField('body', body.length + ' lines', body[0].at, last - body[0].at, { of: body })]) : head;
  return byteField('SIP', first, at, last - at, Object.assign({ of: of, rfc: 'RFC 3261' }, end > b.length ? { cut: end - b.length } : null));
}

// The rows of the ladder: when they are, of which kind, which way they took, and for which packets they stand.

const TURN_METHODS = /^(Allocate|Refresh|CreatePermission|ChannelBind|Send|Data|ChannelData) /;
export const ROW_KINDS = { check: 'checks', sip: 'signalling', turn: 'TURN', media: 'data', other: 'others', step: 'steps' };

export function rowKind(text) {
  if (text.startsWith('SIP')) return 'sip';
  if (/^data |^ChannelData 0x[0-9a-f]+ \d+ bytes|^(Send|Data) indication .*: data /.test(text)) return 'media';
  if (/^Binding |: Binding /.test(text)) return 'check';
  return TURN_METHODS.test(text) ? 'turn' : 'other';
}
// "A > B; nat: A becomes C; turn relays: D > E": the ends at its first hop, and what happened on its way.
export function rowWay(note) {
  const parts = note.split('; '), ends = parts[0].split(' > '), hops = [];
  for (const part of parts.slice(1)) {
    const translated = /^(.*): (\S+) becomes (\S+)$/.exec(part), relayed = /^(.*) relays: (\S+) > (\S+)$/.exec(part);
    if (translated) hops.push({ node: translated[1], before: translated[2], after: translated[3], isRelay: false });
    else if (relayed) hops.push({ node: relayed[1], before: relayed[2], after: relayed[3], isRelay: true });
  }
  return { from: ends[0] || '', to: ends[1] || '', hops: hops };
}
export function isVia(row, column) { return Math.floor(row.via / 2 ** column) % 2 === 1; }
export function touches(row, column) { return row.from === column || row.to === column || isVia(row, column); }
// The frames of a packet; they are told by their differences.
export function framesOf(r) {
  let frame = r.frame;
  return r.step ? [] : [frame].concat(r.frames.map(by => frame += by));
}
function readRow(r, us) {
  r.us = us;
  r.ms = (us / 1000).toFixed(3);
  r.kind = r.step ? 'step' : rowKind(r.text);
  r.way = rowWay(r.note);
  r.isRelayed = r.kind !== 'sip' && r.way.hops.some(h => h.isRelay); // the platform's way is that of all signalling
  r.isPassedOver = !r.dropped && r.fate.startsWith('passed over by ');
  r.searched = (r.text + ' ' + r.note + ' ' + r.fate + (r.isRelayed ? ' relayed' : '')).toLowerCase();
  return r;
}
// What is known of a row once, in the row. `members` of one that stands for several: a row each; they know it as `head`.
export function readRows(d) {
  let us = 0;
  for (const r of d.rows) {
    readRow(r, us += r.time);
    let at = us;
    r.members = r.folded.map(p => readRow(Object.assign({}, r, p, { repeats: 0, members: [], head: r }), at += p.time));
    if (r.members.length) r.bytes = r.members[0].bytes;
  }
  return d.rows;
}
// "× 7, each 50 ms"
export function repeatText(r) { return '× ' + (r.repeats + 1) + ', ' + (r.regular ? 'each ' : 'about each ') + r.every_us / 1000 + ' ms'; }
// The row of the packet with this frame: that of a row that stands for several, where it is among these; undefined: it is not drawn.
export function rowOf(rows, frame) {
  for (const r of rows) {
    const found = (r.members.length ? r.members : [r]).find(x => framesOf(x).includes(frame));
    if (found) return found;
  }
}
// f: {text, kinds: Set, dropped, over, node: column or -1}
export function rowMatches(r, f) {
  if (f.text && !r.searched.includes(f.text)) return false;
  if (f.node >= 0 && !touches(r, f.node)) return false;
  if (f.kinds.size && !f.kinds.has(r.kind)) return false;
  return !f.dropped && !f.over || f.dropped && Boolean(r.dropped) || f.over && r.isPassedOver;
}
// What stands beside the cross, which is at the node already.
export function fateText(r) { return r.fate.replace(/^(dropped|passed over) by [^,]*, /, (x, what) => what === 'dropped' ? '' : 'passed over: '); }
export function wayText(r, columns) {
  if (r.step) return 'at ' + columns[r.from];
  const via = columns.filter((c, k) => k !== r.from && k !== r.to && isVia(r, k));
  return columns[r.from] + ' to ' + columns[r.to] + (via.length ? ' through ' + via.join(', ') : '') + (r.isRelayed ? ', relayed' : '') +
      (r.fate ? '; ' + r.fate : '');
}

// The records of the page, unpacked. Texts that many records have are numbers; details are lines, read when their case is opened.
export let raw = null, cases = [], byId = new Map();
export let OUTCOMES = [];
let strings = [], lines = null, readElement = null;

// A record is a list; `names` tells what its members are and how they are read.
export function unpack(names, list) {
  const o = {};
  names.forEach((f, i) => {
    const v = list[i];
    if (f[1] === 'flags') f[0].split(' ').forEach((name, k) => { o[name] = v >> k & 1; });
    else o[f[0]] = f[1] === 'text' ? strings[v] : f[1] === 'texts' ? v.map(x => strings[x]) : f[1] === 'record' ?
      unpack(f[2], v) : f[1] === 'list' ? v.map(x => unpack(f[2], x)) : v;
  });
  return o;
}
// `line`: which one of the details is its own; cases that passed stand apart.
function unpackCase(list, i, counts) {
  const c = unpack(raw.names.overview, list);
  c.index = i;
  c.line = counts[c.outcome === 0 ? 1 : 0]++;
  c.expected = raw.paths.filter((p, k) => c.expected_path >> k & 1);
  return c;
}
function readDetails() {
  for (const s of JSON.parse(readElement('strings'))) strings.push(s);
  lines = [readElement('bad').split('\n'), readElement('good').split('\n')];
}
// The details of a case; null: they are left out.
export function detailsOf(c) {
  if (!lines) readDetails();
  const line = lines[c.outcome === 0 ? 1 : 0][c.line];
  if (!line) return null;
  const d = unpack(raw.names.details, JSON.parse(line)), text = i => i < d.event_texts.length ? d.event_texts[i].text : '';
  for (const e of d.events) for (const name of ['node', 'what', 'text', 'a', 'b']) e[name] = text(e[name]);
  return d;
}
// `read` gives the text of an element of data by its id.
export function load(read) {
  const counts = [0, 0];
  readElement = read;
  lines = null;
  raw = JSON.parse(read('data'));
  strings = raw.strings;
  OUTCOMES = raw.outcomes;
  cases = raw.cases.slice(0, -1).map((list, i) => unpackCase(list, i, counts));
  byId = new Map(cases.map(c => [c.id, c]));
}

// The records of the page, unpacked. `raw` is what the program wrote; texts that many records have are numbers in it.
export let raw = null, cases = [], byId = new Map();
export let OUTCOMES = [];
let strings = [];

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
function unpackCase(list, i) {
  const c = unpack(raw.names.overview, list);
  c.index = i;
  c.expected = raw.paths.filter((p, k) => c.expected_path >> k & 1);
  return c;
}
// The details of a case; null: they are left out.
export function detailsOf(c) {
  if (!c.details) return null;
  const d = unpack(raw.names.details, c.details), text = i => i < d.event_texts.length ? d.event_texts[i].text : '';
  for (const e of d.events) for (const name of ['node', 'what', 'text', 'a', 'b']) e[name] = text(e[name]);
  return d;
}
export function load(text) {
  raw = JSON.parse(text);
  strings = raw.strings;
  OUTCOMES = raw.outcomes;
  cases = raw.cases.slice(0, -1).map(unpackCase);
  byId = new Map(cases.map(c => [c.id, c]));
  let bad = 0, good = 0;
  for (const c of cases) c.details = c.outcome === 0 ? raw.good[good++] : raw.bad[bad++];
}

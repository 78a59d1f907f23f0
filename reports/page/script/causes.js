// Cases that did not pass, by their causes: those whose reasons say the same of different cells (as on the console: causes.c).
const CAUSES_MAX = 200; /* of one outcome */
const inWord = ch => ch !== undefined && /[A-Za-z0-9_-]/.test(ch);
function digits(s, at) {
  let n = 0;
  while (s[at + n] >= '0' && s[at + n] <= '9') n++;
  return n;
}

/* Steps over the values of one axis, of either cell: [in s, in t]. */
function skipLabels(a, b, i, k) {
  for (let n = 0; n < Math.min(a.params.length, b.params.length); n++) {
    const x = a.params[n].label, y = b.params[n].label;
    if (x && y && a.reason.startsWith(x, i) && !inWord(a.reason[i + x.length]) && b.reason.startsWith(y, k) &&
        !inWord(b.reason[k + y.length])) return [x.length, y.length];
  }
  return null;
}
/* Do two reasons say the same, but for the values of the cells and for numbers that are not in names? */
export function isSameCause(a, b) {
  const s = a.reason, t = b.reason;
  let i = 0, k = 0, starts = true, letters = false;
  if (s === t) return true;
  while (i < s.length && k < t.length) {
    const labels = starts ? skipLabels(a, b, i, k) : null;
    if (labels) { i += labels[0]; k += labels[1]; continue; }
    if (!letters) {
      const m = digits(s, i), n = digits(t, k);
      if (m && n) { i += m; k += n; continue; }
    }
    if (s[i] !== t[k]) return false;
    starts = !inWord(s[i]);
    letters = s[i] !== ' ' && (letters || /[A-Za-z]/.test(s[i]));
    i++; k++;
  }
  return i === s.length && k === t.length;
}
/* The causes of one outcome, in the order of their first cases, and the cases beyond the limit. Each case gets its `cause`: the id
   of the first one. */
export function causesOf(cases, outcome) {
  const causes = [], others = [];
  for (const c of cases) {
    if (c.outcome !== outcome) continue;
    const known = causes.find(x => isSameCause(x.cases[0], c));
    if (known) {
      known.alike = known.alike || known.cases[0].reason !== c.reason;
      known.cases.push(c);
    } else if (causes.length < CAUSES_MAX) causes.push({ cases: [c], alike: false });
    else others.push(c);
  }
  for (const x of causes) for (const c of x.cases) c.cause = x.cases[0].id;
  return { causes: causes, others: others };
}

// What the rules found in cases: violations, advice, and what could not be judged.
const FINDING_KINDS = ['violation', 'advice', 'not-judged'];
export const FINDING_MARKS = ['‼', '△', '?'], FINDING_WORDS = ['breaks rules', 'has advice', 'not judged'];
const readBefore = new Map(); /* many cases have the same text */

export const findingKind = word => FINDING_KINDS.indexOf(word);
export const findingWord = kind => FINDING_KINDS[kind];
/* Each line: kind, times, rule, agent. */
export function findingsOf(c) {
  let list = readBefore.get(c.findings);
  if (!list) {
    list = c.findings.split('\n').filter(x => x).map(line => {
      const [kind, times, rule, ...agent] = line.split(' ');
      return { kind: findingKind(kind), times: Number(times), rule: rule, agent: agent.join(' ') };
    });
    readBefore.set(c.findings, list);
  }
  return list;
}
/* Of violations and advice how often; of what is not judged how many. */
export function findingCounts(list) {
  const n = [0, 0, 0];
  for (const c of list) if (c.findings) for (const f of findingsOf(c)) n[f.kind] += f.times;
  return n;
}
/* `what`: a kind or a rule. */
export const hasFinding = (c, what) => c.findings !== '' && findingsOf(c).some(f => findingWord(f.kind) === what ||
    f.rule === what);
export function findingMarks(list) {
  return findingCounts(list).map((n, kind) => n ? FINDING_MARKS[kind] + n : '').filter(x => x).join(' ');
}
export function findingLabel(list) {
  const n = findingCounts(list), words = ['violation', 'piece of advice', 'not judged'];
  return words.map((w, kind) => n[kind] ? n[kind] + ' ' + (kind === 0 && n[0] > 1 ? 'violations' : kind === 1 && n[1] > 1 ?
      'pieces of advice' : w) : '').filter(x => x).join(', ');
}
/* A row for each rule and kind: violations first, what concerns most cases first. */
export function byRule(list) {
  const rows = new Map();
  for (const c of list) for (const f of c.findings ? findingsOf(c) : []) {
    const key = f.kind + f.rule;
    if (!rows.has(key)) rows.set(key, { kind: f.kind, rule: f.rule, agents: new Map(), times: 0, cases: new Set() });
    const row = rows.get(key);
    row.times += f.times;
    row.cases.add(c);
    row.agents.set(f.agent, (row.agents.get(f.agent) || 0) + f.times);
  }
  return Array.from(rows.values()).sort((a, b) => a.kind - b.kind || b.cases.size - a.cases.size || (a.rule < b.rule ? -1 : 1));
}

// What the rules of the RFCs found in the packets of a case.
import { el, grid, plural } from './dom.js';
import { packetLink } from './ladder.js';

export const RULE_KINDS = [['violations', 'broken', 'fail'], ['advice', 'advised', 'skip'], ['not_judged', 'not judged', 'none']];

// All findings as one list: kind, rule, what the rule says, agent, packet, count, what was found.
export function ruleFindings(d) {
  const texts = new Map(d.rule_texts.map(r => [r.id, r]));
  return RULE_KINDS.flatMap(kind => d.conformance[kind[0]].map(f => ({ kind: kind, rule: f.rule, says: texts.get(f.rule) || null, agent: f.agent || '–',
      packet: f.packet || 0, count: f.count || 1, what: f.detail || f.why || '' })));
}
// "RFC8445-7.1.1-priority": the RFC and its section.
export function sectionOf(rule) {
  const m = rule.match(/^RFC(\d+)-([\d.]+|[A-Z](?:\.\d+)*)-/);
  return m ? { text: 'RFC ' + m[1] + ', ' + m[2], href: 'https://www.rfc-editor.org/rfc/rfc' + m[1] + '#section-' + m[2] } : null;
}
export function ruleCell(f) {
  const at = sectionOf(f.rule);
  return el('span', {}, f.rule, el('span', { class: 'sentence' }, f.says ? f.says.level + ': ' + f.says.text + '. ' : null,
    at ? el('a', { href: at.href, rel: 'noreferrer' }, at.text) : null));
}
export function rulesTitle(c, d) {
  const broken = d.conformance.violations.length;
  return broken ? plural(broken, 'violation') : 'none broken';
}
export function findingRow(f, c) {
  return [el('span', { class: 'badge ' + f.kind[2] }, f.kind[1]), ruleCell(f), f.agent,
    f.packet ? packetLink(f.packet, c) : '–', f.count, f.what];
}
export function choice(label, list, change) {
  return el('label', {}, label + ' ', el('select', { onchange: e => change(e.target.value) }, el('option', { value: '' }, 'all'),
      Array.from(list, x => el('option', { value: x[0] }, x[0] + ' (' + x[1] + ')'))));
}
export function countsOf(list, what) {
  const counts = new Map();
  for (const x of list) counts.set(what(x), (counts.get(what(x)) || 0) + 1);
  return counts;
}
export function rulesPart(c, d) {
  const all = ruleFindings(d), want = { kind: '', rule: '', agent: '' }, box = el('div', {}), said = el('p', { class: 'dim', role: 'status' });
  const exercised = el('p', {}, plural(c.conformance.rules_exercised, 'rule') + ' had something to judge here; which ones they were is not in the record of a case. ',
      all.length ? '' : 'None was broken, none gives advice, and none was left unjudged.');
  const draw = () => {
    const list = all.filter(f => (!want.kind || f.kind[1] === want.kind) && (!want.rule || f.rule === want.rule) && (!want.agent || f.agent === want.agent));
    box.textContent = '';
    box.append(grid([['kind'], ['rule', 'text'], ['agent'], ['packet'], ['times', 'num'], ['what', 'text']], list.map(f => findingRow(f, c)), null, 'stacked'));
    said.textContent = list.length + ' of ' + plural(all.length, 'finding') + ' shown';
  };
  if (!all.length) return [exercised];
  const set = key => value => { want[key] = value; draw(); };
  draw();
  return [exercised, el('p', { class: 'filters' }, choice('kind', countsOf(all, f => f.kind[1]), set('kind')), choice('rule', countsOf(all, f => f.rule), set('rule')),
      choice('agent', countsOf(all, f => f.agent), set('agent'))), said, box];
}

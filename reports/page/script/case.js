// One case.
import { OUTCOMES, cases, detailsOf } from './data.js';
import { copy, el, fact, frameLink, grid, link, plural } from './dom.js';
import { go, state } from './address.js';
import { GLYPHS, WORDS, badge, expected, matches, tone, types } from './words.js';
import { agentCard } from './agents.js';
import { ladder } from './ladder.js';
import { endOf, makeCursor } from './cursor.js';
import { drawing } from './drawing.js';

export function whyLine(c) {
  if (c.outcome !== 0) return (c.reason || WORDS[c.outcome]) + (c.at.line ? ' (' + c.file + ':' + c.at.line + ')' : '');
  if (!c.path) return 'Every expectation held.';
  return 'The path is ' + c.path + (c.expected.length ? ', as expected' + (c.expected.length > 1 ? ' (' +
      expected(c) + ')' : '') : '') +
    (c.local ? ': ' + types(c) : '') + (c.connect_ms >= 0 ? ', selected on both sides ' + c.connect_ms + ' ms after the call' : '') +
        '.';
}
export function casePage(c) {
  const main = document.getElementById('main'), s = state(), list = cases.filter(x => matches(x, s)),
      at = list.indexOf(c);
  main.textContent = '';
  const step = d => el('button', { disabled: list[at + d] && at >= 0 ? null : '', onclick: () => go({ id: list[at +
      d].id }) }, d < 0 ? '‹ previous (k)' : 'next (j) ›');
  main.append(el('p', {}, el('button', { id: 'back', onclick: () => go({ id: '' }) }, '← all cases (Esc)'), ' ',
      step(-1), ' ', step(1)));
  main.append(el('h1', {}, badge(c), ' ', c.id), c.claim ? el('p', { class: 'dim' }, c.claim) : null || '', el('p',
      { class: 'why ' + tone(c) }, GLYPHS[c.outcome] + ' ' + whyLine(c)));
  main.append(el('div', { class: 'facts' }, fact('path', c.path || '–'), fact('expected', expected(c) ||
      'not judged'), fact('connected after', c.connect_ms >= 0 ? c.connect_ms + ' ms' : 'never'),
    fact('virtual time', c.virtual_ms + ' ms'), fact('packets, all taps', String(c.packets)), fact('data sent / lost',
        c.data.sent + ' / ' + c.data.lost), c.data.found ? fact('data', c.data.found) : null, fact('seed', c.seed), fact('rules exercised', String(c.conformance.rules_exercised)),
    c.carrier ? fact('carrier', c.carrier) : null,
    c.params.map(p => fact(p.name, p.label)), c.at.packet ? fact('at packet', frameLink(c.at.packet)) : null,
    c.capture ? fact('capture', el('a', { href: link(c.capture) }, c.capture)) : null));
  main.append(el('div', { class: 'command' }, el('code', {}, c.command), el('button',
      { onclick: () => copy(c.command) }, 'copy')));
  if (!c.details) { main.append(el('p', { class: 'dim' },
      'Details of this case are left out to keep the page small: run the command above, or see results.json.'));
      return; }
  const d = detailsOf(c), wrong = d.conformance.violations, cursor = makeCursor(endOf(c, d));
  if (d.why_not.length) main.append(el('h2', {}, c.path === 'direct' ? 'Why no better pair' : 'Why not direct'),
      grid([['agent'], ['pair'], ['packet'], ['where'], ['why', 'text']], d.why_not.map(y => [y.agent, y.local ? y.local + ' > ' +
      y.remote : '–', y.packet ? frameLink(y.packet) : '–', y.node || '–', y.text])));
  if (d.reasons.length > 1) main.append(el('h3', {}, 'All that was not as expected'), el('ul', {},
      d.reasons.map(r => el('li', {}, r.text))));
  main.append(el('h2', {}, 'Topology'), drawing(c, d, cursor));
  main.append(el('h2', {}, 'Who selected what, and why'), el('div', { class: 'agents' },
      d.agents.map(agentCard)));
  main.append(el('h2', {}, 'Conformance: ' + (wrong.length ? plural(wrong.length, 'violation') :
      'clean, ' + c.conformance.rules_exercised + ' rules exercised')));
  const findings = list => grid([['rule'], ['agent'], ['packet'], ['times'], ['what', 'text']], list.map(v => [v.rule, v.agent ||
      '–', frameLink(v.packet), v.count, v.detail]));
  const advice = d.conformance.advice, open = d.conformance.not_judged;
  if (wrong.length) main.append(findings(wrong));
  if (advice.length) main.append(el('h3', {}, 'Advice: what the RFCs recommend and was not done'), findings(advice));
  if (open.length) main.append(el('h3', {}, 'Not judged'), grid([['rule'], ['agent'], ['why', 'text']], open.map(n => [n.rule,
      n.agent, n.why])));
  let us = 0;
  for (const r of d.rows) { us += r.time; r.ms = (us / 1000).toFixed(3); }
  main.append(el('h2', {}, 'Ladder of packets'));
  if (d.rows.length) main.append(...ladder(c, d.columns, d.rows));
  else main.append(el('p', { class: 'dim' }, c.capture ? 'The capture was not beside the report when it was made.' :
      'No capture was kept: run with --capture all.'));
  if (d.missing) main.append(el('p', { class: 'dim' }, d.missing + ' further frames are not drawn: the capture has them.'));
}

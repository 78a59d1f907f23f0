// One case: its verdict, then its parts in the order in which a reader asks.
import { cases, detailsOf } from './data.js';
import { el, fact, grid, link } from './dom.js';
import { go, state } from './address.js';
import { GLYPHS, WORDS, badge, expected, matches, tone, types } from './words.js';
import { agentsPart } from './agents.js';
import { endOf, makeCursor } from './cursor.js';
import { drawing } from './drawing.js';
import { timeline } from './timeline.js';
import { tables } from './tables.js';
import { ladder, packetLink } from './ladder.js';
import { command, logsPart } from './logs.js';
import { rulesPart, rulesTitle } from './rules.js';
import { sourcePart, stepWhen } from './source.js';
import { firstWhy, verdict, whyPart, whyTitle } from './why.js';

export function verdictLine(c, d) {
  if (c.outcome !== 0) return verdict(c, firstWhy(d)) || WORDS[c.outcome];
  if (!c.path) return 'Every expectation held.';
  return 'The path is ' + c.path + (c.expected.length ? ', as expected' + (c.expected.length > 1 ? ' (' + expected(c) + ')' : '') : '') +
    (c.local ? ': ' + types(c) : '') + (c.connect_ms >= 0 ? ', selected on both sides ' + c.connect_ms + ' ms after the call' : '') + '.';
}
export function ladderPart(c, d, cursor) {
  const missing = d.missing ? el('p', { class: 'dim' }, d.missing + ' further frames are not drawn: the capture has them.') : null;
  if (d.rows.length) return [ladder(c, d, cursor), missing];
  return [el('p', { class: 'dim' }, c.capture ? 'The capture was not beside the report when it was made.' : 'No capture was kept: run with --capture all.')];
}
export function stepsPart(c, d) {
  if (!d.steps.length) return null;
  return [grid([['when', 'num'], ['what', 'text']], d.steps.map(s => [stepWhen(s), s.what]))];
}
export function factsPart(c, d) {
  return [el('div', { class: 'facts' }, fact('path', c.path || '–'), fact('expected', expected(c) || 'not judged'),
    fact('connected after', c.connect_ms >= 0 ? c.connect_ms + ' ms' : 'never'), fact('virtual time', c.virtual_ms + ' ms'),
    fact('packets, all taps', String(c.packets)), fact('data sent / lost', c.data.sent + ' / ' + c.data.lost), c.data.found ? fact('data', c.data.found) : null,
    d && d.data.gap_ms ? fact('longest gap of data', d.data.gap_ms + ' ms') : null,
    fact('seed', c.seed), c.carrier ? fact('carrier', c.carrier) : null, c.params.map(p => fact(p.name, p.label)),
    c.at.packet ? fact('at packet', packetLink(c.at.packet, c)) : null, c.capture ? fact('capture', el('a', { href: link(c.capture) }, c.capture)) : null),
    d && d.run === c.command ? null : command('see it in the terminal: its packets, its check lists, why', c.command),
    d ? command('run it again, and keep this report', d.run) : null];
}
// A record of another's log may be one of which a part cannot be made: the others are.
export function tried(make) {
  try { return make(); } catch (e) {
    console.error(e);
    return [el('p', { class: 'bad', role: 'alert' }, 'This part cannot be made of the record: ' + e.message)];
  }
}
// Name, title, and what it shows; null: there is nothing of this kind in the case.
export function partsOf(c, d) {
  if (!d) return [['source', 'Scenario', sourcePart(c, null)], ['facts', 'Facts and commands', factsPart(c, null)]];
  const cursor = makeCursor(endOf(c, d));
  return [
    ['why', whyTitle(c, d), tried(() => whyPart(c, d))],
    ['drawing', 'Topology', tried(() => [drawing(c, d, cursor)])],
    ['timeline', 'Time', tried(() => [timeline(c, d, cursor)])],
    ['ladder', 'Ladder of packets', tried(() => ladderPart(c, d, cursor))],
    ['tables', 'Check lists and tables of NATs', tried(() => [tables(c, d, cursor)])],
    ['agents', 'Who selected what, and why', tried(() => agentsPart(c, d))],
    ['rules', 'Rules of the RFCs: ' + rulesTitle(c, d), tried(() => rulesPart(c, d))],
    ['steps', 'Steps', tried(() => stepsPart(c, d))],
    ['source', 'Scenario', tried(() => sourcePart(c, d))],
    ['logs', 'Logs of programs', tried(() => logsPart(c, d))],
    ['facts', 'Facts and commands', tried(() => factsPart(c, d))],
  ];
}
export function partSection(part) {
  return el('section', { id: 'part-' + part[0], class: 'part-of-case', 'aria-labelledby': 'title-' + part[0] }, el('h2', { id: 'title-' + part[0], tabindex: '-1' }, part[1]), part[2]);
}
// The address of the view is in the hash: these buttons move the page and the focus instead.
export function contents(parts) {
  return el('nav', { class: 'contents', 'aria-label': 'parts of this case' }, el('ul', {}, parts.map(p => el('li', {}, el('button', { onclick: () => {
    const title = document.getElementById('title-' + p[0]);
    title.scrollIntoView({ block: 'start' });
    title.focus({ preventScroll: true });
  } }, p[1])))));
}
export function casePage(c) {
  const main = document.getElementById('main'), s = state(), list = cases.filter(x => matches(x, s)), at = list.indexOf(c), d = detailsOf(c);
  const step = by => el('button', { disabled: list[at + by] && at >= 0 ? null : '', onclick: () => go({ id: list[at + by].id }) }, by < 0 ? '‹ previous (k)' : 'next (j) ›');
  const parts = partsOf(c, d).filter(p => p[2] && p[2].length);
  main.textContent = '';
  main.append(el('p', { class: 'case-steps' }, el('button', { id: 'back', onclick: () => go({ id: '' }) }, '← all cases (Esc)'), ' ', step(-1), ' ', step(1)),
    el('h1', { class: 'case-title' }, badge(c), ' ', c.id), el('p', { class: 'dim' }, c.claim),
    el('p', { class: 'verdict ' + tone(c) }, GLYPHS[c.outcome] + ' ' + verdictLine(c, d) + (c.at.line && c.outcome !== 0 ? ' (' + c.file + ':' + c.at.line + ')' : '')));
  if (!d) main.append(el('p', { class: 'dim' }, 'Details of this case are left out to keep the page small: run the command below, or see results.json.'));
  main.append(el('div', { class: 'case-body' }, contents(parts), el('div', { class: 'parts' }, parts.map(partSection))));
  const failed = main.querySelector('.source .failed'), box = failed && failed.closest('.source');
  if (failed) box.scrollTop = failed.offsetTop - box.clientHeight / 2;
}

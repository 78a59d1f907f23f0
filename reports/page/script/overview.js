// All cases, file by file, below what they have in common.
import { cases } from './data.js';
import { el, grid, plural } from './dom.js';
import { changed, go, state } from './address.js';
import { FINDING_MARKS, FINDING_WORDS, byRule, findingWord } from './findings.js';
import { GLYPHS, WORDS, matches } from './words.js';
import { causesOf } from './causes.js';
import { cellsOf } from './cells.js';
import { isMatrix, matrices } from './matrix.js';
import { cellRow, table } from './list.js';

const CAUSES_OPEN = 10, CASES_NAMED = 3;
export let cells = [], cellById = new Map();
let sections = [], shownLine = null, noneLine = null, pressed = [];

function legend() {
  const marks = [['pass', '✓ direct'], ['relay took-relayed', '✓ relayed'], ['none took-none', '✓ none: no path, as expected'],
    ['fail took-relayed not-expected', '✗ relayed, not as expected'], ['fail took-none not-expected', '✗ none, not as expected'],
    ['fail', '✗ failed'], ['error', '! harness error'], ['skip', '– skipped']];
  return el('details', { class: 'legend' }, el('summary', {}, 'Marks and keys'),
    el('p', {}, marks.map(x => [el('span', { class: 'badge ' + x[0] }, x[1]), ' '])),
    el('p', { class: 'dim' }, 'In large tables: D direct, R relayed, N none. ' + FINDING_MARKS.map((m, i) => m + ' ' +
      FINDING_WORDS[i]).join(', ') + ', with how often. Types: local/remote of the first agent. Several seeds: how many with which outcome; the worst has the colour.'),
    el('p', { class: 'dim' }, 'Arrows, Home and End move in a table, with Ctrl to its corners; j and k go to the next and the previous case; Enter opens, Esc goes back; / filters.'));
}
/* A button that sets a filter, or unsets it. */
function filterButton(key, value, text, label) {
  const b = el('button', { class: 'filter', 'aria-label': label || null, onclick: () => go({ [key]: state()[key] === value ? '' : value }) }, text);
  pressed.push(s => b.setAttribute('aria-pressed', String(s[key] === value)));
  return b;
}
const caseLink = c => el('a', { href: changed(state(), { id: c.id, cell: '' }) }, c.id);
function causeItem(x) {
  const c = x.cases[0], n = x.cases.length;
  return el('li', {}, filterButton('cause', c.id, GLYPHS[c.outcome] + ' ' + n + ' ' + (c.outcome === 2 && n > 1 ? 'errors' :
      WORDS[c.outcome]), 'show the ' + n + ' with this cause'), ' ', el('span', {}, c.reason + (x.alike ? ', or alike' : '')),
    el('div', { class: 'dim' }, x.cases.slice(0, CASES_NAMED).map((y, i) => [i ? ' · ' : '', caseLink(y)]), n > CASES_NAMED ?
      ' and ' + (n - CASES_NAMED) + ' more' : ''));
}
function causesSummary() {
  const items = [];
  for (const outcome of [2, 1, 3]) {
    const found = causesOf(cases, outcome), more = found.causes.slice(CAUSES_OPEN);
    items.push(...found.causes.slice(0, CAUSES_OPEN).map(causeItem));
    if (more.length) items.push(el('li', {}, el('details', {}, el('summary', {}, plural(more.length, 'more cause') + ': ' +
        WORDS[outcome]), el('ul', {}, more.map(causeItem)))));
    if (found.others.length) items.push(el('li', {}, found.others.length + ' ' + WORDS[outcome] + ' for still other reasons'));
  }
  return items.length ? el('section', { class: 'causes' }, el('h2', {}, 'What did not pass, by cause'), el('ul', {}, items)) : null;
}
function rulesSummary() {
  const rows = byRule(cases);
  if (!rows.length) return null;
  const kinds = [0, 1, 2].filter(kind => rows.some(r => r.kind === kind));
  const count = kind => cases.filter(c => c.findings.includes(findingWord(kind) + ' ')).length;
  return el('section', { class: 'rules' }, el('h2', {}, 'Rules of the RFCs'),
    el('p', {}, kinds.map(kind => [filterButton('rule', findingWord(kind), FINDING_MARKS[kind] + ' ' + FINDING_WORDS[kind] + ': ' +
      plural(count(kind), 'case')), ' '])),
    kinds.map(kind => el('details', { open: kind === 0 ? '' : null }, el('summary', {}, FINDING_MARKS[kind] + ' ' + FINDING_WORDS[kind] + ': ' +
      plural(rows.filter(r => r.kind === kind).length, 'rule')), grid([['rule'], ['by'], ['cases', 'num'], ['times', 'num']],
      rows.filter(r => r.kind === kind).map(r => [filterButton('rule', r.rule, r.rule), Array.from(r.agents, x => x[0] + (x[1] > 1 ? ' ' +
        x[1] + '×' : '')).join(', '), r.cases.size, r.times])))));
}
/* A file's cells as matrices, or as a list. */
function fileSection(file, list) {
  const all = list.flatMap(x => x.cases), passed = all.filter(c => c.outcome === 0).length;
  const made = isMatrix(list) ? matrices(list) : null, box = made ? made.element : el('div', {});
  const element = el('section', { class: 'file' }, el('div', { class: 'title' }, el('h2', {}, file), el('span', { class: 'dim' },
      passed + ' of ' + all.length + ' passed')), all[0].claim ? el('p', { class: 'dim' }, all[0].claim) : null, box);
  return { element: element, update(whole) {
    const hits = list.filter(x => x.hits.length);
    element.hidden = !hits.length;
    if (element.hidden) return;
    if (made) made.update();
    else box.replaceChildren(table(hits.map(x => () => cellRow(x)), whole));
  } };
}
export function makeOverview(box) {
  cells = cellsOf(cases);
  cellById = new Map(cells.map(x => [x.id, x]));
  const files = new Map();
  for (const x of cells) files.set(x.file, (files.get(x.file) || []).concat([x]));
  sections = Array.from(files, ([file, list]) => fileSection(file, list));
  shownLine = el('p', { class: 'dim', role: 'status' });
  noneLine = el('p', {}, 'No case matches. ', el('a', { href: '#' }, 'Show all'));
  for (const part of [legend(), causesSummary(), rulesSummary(), shownLine, noneLine]) if (part) box.append(part);
  box.append(...sections.map(x => x.element));
}
function filtersInWords(s) {
  return [s.rule ? 'rule ' + s.rule : '', s.cause ? 'the cause of ' + s.cause : '', s.text ? '“' + s.text + '”' : '', s.status.join(', ')].filter(x =>
    x).join('; ');
}
/* Shows what matches; `whole`: lists, too, in full. */
export function updateOverview(s, whole) {
  let shown = 0;
  for (const x of cells) {
    x.hits = x.cases.filter(c => matches(c, s));
    shown += x.hits.length;
  }
  for (const x of sections) x.update(whole);
  for (const f of pressed) f(s);
  const filters = filtersInWords(s);
  shownLine.replaceChildren(shown + ' of ' + plural(cases.length, 'case') + ' shown' + (filters ? ': ' + filters + ' ' : ''),
      filters ? el('a', { href: '#' }, 'show all') : '');
  noneLine.hidden = shown > 0;
}

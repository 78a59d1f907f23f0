// A cell: the cases that differ in their seeds alone, mostly one. What it says of them.
import { findingLabel, findingMarks } from './findings.js';
import { GLYPHS, WORDS, cellId, expected, look, remark, runsOf, sentence, types, unexpected, unique } from './words.js';

const WORST = [2, 1, 3, 0]; /* error, failed, skipped, passed */
export function cellsOf(cases) {
  const cells = new Map();
  for (const c of cases) {
    const id = cellId(c.id);
    if (!cells.has(id)) cells.set(id, { id: id, file: c.file, params: c.params, cases: [] });
    cells.get(id).cases.push(c);
  }
  return Array.from(cells.values());
}
/* The first case with the worst outcome. */
export const worstOf = list => list.reduce((w, c) => WORST.indexOf(c.outcome) < WORST.indexOf(w.outcome) ? c : w);
/* [[outcome, how many]], those that passed first */
export const tally = list => [0, 1, 2, 3].map(o => [o, list.filter(c => c.outcome === o).length]).filter(x => x[1]);
export const tallyText = list => tally(list).map(x => x[1] + ' ' + GLYPHS[x[0]]).join(' ');
const cut = text => text.length > 34 ? text.slice(0, 33) + '…' : text;
const briefly = c => cut(remark(c).replace(/^connected; /, ''));
const letter = path => path ? path[0].toUpperCase() : '';

/* Of one case, in lines; dense: in a letter. */
function wordsOfCase(c, dense) {
  const third = c.outcome !== 0 && unexpected(c) ? 'expected ' + expected(c) : c.outcome === 0 && c.path && c.path !== 'direct' &&
      c.expected.length ? 'as expected' : briefly(c);
  return { look: look(c), label: sentence(c),
    head: GLYPHS[c.outcome] + (dense ? letter(c.path) : ' ' + (c.path || WORDS[c.outcome])),
    lines: dense ? [] : [[types(c), c.connect_ms >= 0 ? c.connect_ms + ' ms' : ''].filter(x => x).join(' · '), third, runsOf(c)] };
}
/* Of many: how many with which outcome, which paths, and why the worst is no better. */
function wordsOfMany(cell, list, dense) {
  const worst = worstOf(list), paths = unique(list.map(c => c.path).filter(x => x)), bad = list.filter(c => c.outcome === worst.outcome);
  return { look: look(worst),
    label: cell.id + ': ' + list.length + ' of ' + cell.cases.length + ' cases: ' + tally(list).map(x => x[1] + ' ' +
      WORDS[x[0]]).join(', ') + (paths.length ? '; path ' + paths.join(', ') : '') + (worst.outcome ? '; seed ' + worst.seed + ': ' +
      remark(worst) : '') + (findingLabel(list) ? '; ' + findingLabel(list) : ''),
    head: dense ? GLYPHS[worst.outcome] + (worst.outcome ? bad.length : paths.map(letter).join('')) : tallyText(list),
    lines: dense ? [] : [paths.join(', '), worst.outcome ? briefly(worst) : ''] };
}
export function wordsOf(cell, list, dense) {
  const words = list.length === 1 ? wordsOfCase(list[0], dense) : wordsOfMany(cell, list, dense), marks = findingMarks(list);
  words.lines = words.lines.filter((x, i) => i === 0 && !dense || x);
  if (marks) words.marks = marks;
  return words;
}

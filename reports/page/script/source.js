// The text of a scenario, with the line that failed, and when its steps ran.
import { cases } from './data.js';
import { el } from './dom.js';

const NEAR = 6, FOLD = 3; // lines shown around a marked one; fewer than these are not folded

export function sourceOf(c) { return (cases.find(x => x.file === c.file && x.source) || { source: '' }).source; }
export function stepWhen(s) { return !s.fired ? 'did not run' : s.at_ms >= 0 ? s.at_ms + ' ms' : 'ran'; }
// What is noted beside a line: when its steps ran. A step says its line at its end: "call (line 19)".
export function notesOf(d) {
  const notes = new Map();
  for (const s of d ? d.steps : []) {
    const line = s.what.match(/\(line (\d+)\)$/);
    if (line) notes.set(+line[1], (notes.get(+line[1]) || []).concat(stepWhen(s)));
  }
  return notes;
}
// Which lines are shown: all of a short text; of a long one those near to what is marked, and its beginning.
export function shownLines(count, marked) {
  const shown = new Array(count).fill(count <= 40 || !marked.length);
  for (const line of marked) for (let i = Math.max(0, line - 1 - NEAR); i < Math.min(count, line + NEAR); i++) shown[i] = true;
  for (let i = 0, from = 0; i <= count; i++) {
    if (i < count && !shown[i]) continue;
    if (i - from < FOLD) shown.fill(true, from, i);
    from = i + 1;
  }
  return shown;
}
export function sourceLine(text, number, failed, notes) {
  return el('li', { class: failed ? 'failed' : notes ? 'step' : null, value: number }, el('code', {}, text || ' '),
    failed ? el('span', { class: 'note' }, '◀ not as expected') : null, notes ? el('span', { class: 'note' }, '◷ ' + notes.join(', ')) : null);
}
export function folded(lines, from) {
  const list = el('ol', { class: 'folded' }, lines), label = 'lines ' + from + ' to ' + (from + lines.length - 1);
  const button = el('button', { 'aria-expanded': 'false', onclick: () => {
    const open = list.classList.toggle('open');
    button.setAttribute('aria-expanded', String(open));
    button.textContent = (open ? 'hide ' : 'show ') + label;
  } }, 'show ' + label);
  return [button, list];
}
export function sourcePart(c, d) {
  const text = sourceOf(c);
  if (!text) return [el('p', { class: 'dim' }, 'The text of ' + c.file + ' is not in this report: the file was gone when its first case ended, is longer than 256 KiB, or is not UTF-8.')];
  const lines = text.replace(/\n$/, '').split('\n'), notes = notesOf(d), marked = Array.from(notes.keys()).concat(c.at.line || []);
  const shown = shownLines(lines.length, marked), box = el('div', { class: 'source', tabindex: '0', role: 'region', 'aria-label': 'the scenario ' + c.file });
  const made = lines.map((l, i) => sourceLine(l, i + 1, i + 1 === c.at.line, notes.get(i + 1)));
  for (let i = 0, from = 0; i < lines.length; from = i) {
    while (i < lines.length && shown[i] === shown[from]) i++;
    if (shown[from]) box.append(el('ol', {}, made.slice(from, i))); else box.append(...folded(made.slice(from, i), from + 1));
  }
  return [el('p', { class: 'dim' }, c.file + (c.at.line ? ', line ' + c.at.line + ' is the one that was not as expected' : '')), box];
}

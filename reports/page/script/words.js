// Cases in words and marks, and which of them the filters let through.
import { OUTCOMES } from './data.js';
import { el } from './dom.js';
import { findingLabel, hasFinding } from './findings.js';

export const GLYPHS = ['✓', '✗', '!', '–'], WORDS = ['passed', 'failed', 'error', 'skipped'];
const haystacks = new WeakMap();
function haystack(c) {
  let text = haystacks.get(c);
  if (text === undefined) {
    text = [c.id, c.reason, c.path, c.local + '/' + c.remote, c.claim, c.why, c.findings].join('\n').toLowerCase();
    haystacks.set(c, text);
  }
  return text;
}
export const cellId = id => id.replace(/#seed=\d+$/, ''); /* of all seeds of a case */
/* A seed is meant whole: #seed=1 is not #seed=17. */
const hasText = (c, text) => /#seed=\d+$/.test(text) ? c.id.toLowerCase().endsWith(text) : haystack(c).includes(text);
export function matches(c, s) {
  return (!s.status.length || s.status.includes(OUTCOMES[c.outcome])) && (!s.rule || hasFinding(c, s.rule)) &&
    (!s.cause || c.cause === s.cause) && (!s.cell || cellId(c.id) === s.cell) && (!s.text || hasText(c, s.text.toLowerCase()));
}
export const tone = c => c.outcome !== 0 ? OUTCOMES[c.outcome] : c.path === 'relayed' ? 'relay' : c.path === 'none' ?
    'none' : 'pass';
export const types = c => c.local ? c.local + '/' + c.remote : '';
export const expected = c => c.expected.length ? c.expected.join(' or ') : '';
export const remark = c => c.reason || c.data.found || ''; /* a case that passed may have something to say, too */
export const unexpected = c => c.expected.length > 0 && Boolean(c.path) && !c.expected.includes(c.path);
/* The classes of its look: colour by outcome, pattern by path. */
export const look = c => tone(c) + (c.path ? ' took-' + c.path : '') + (unexpected(c) ? ' not-expected' : '');
export function runsOf(c) {
  return c.runs.pass + c.runs.fail ? [c.runs.pass ? c.runs.pass + ' ✓' : '', c.runs.fail ? c.runs.fail + ' ✗' : ''].filter(x =>
    x).join(' ') + ' in ' + (c.runs.pass + c.runs.fail) + ' runs' : '';
}
/* All that its cell says, as a sentence: the cell's name, and its tooltip. */
export function sentence(c) {
  return [c.id + ': ' + WORDS[c.outcome], c.path ? 'path ' + c.path + (c.expected.length ? unexpected(c) ? ', expected ' +
      expected(c) : ', as expected' : '') : '', types(c), c.connect_ms >= 0 ? c.connect_ms + ' ms' : '', runsOf(c), remark(c),
      c.path === 'direct' ? '' : c.why, findingLabel([c])].filter((x, i, all) => x && all.indexOf(x) === i).join('; ');
}
export function unique(list) { return Array.from(new Set(list)); }
export function badge(c) { return el('span', { class: 'badge ' + look(c) }, GLYPHS[c.outcome] + ' ' + (c.outcome === 0 ?
    c.path || 'passed' : WORDS[c.outcome])); }

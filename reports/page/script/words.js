// Cases in words and marks.
import { OUTCOMES } from './data.js';
import { el } from './dom.js';

export const GLYPHS = ['✓', '✗', '!', '–'], WORDS = ['passed', 'failed', 'error', 'skipped'];
export function matches(c, s) {
  const text = s.text.toLowerCase();
  return (!s.status.length || s.status.includes(OUTCOMES[c.outcome])) &&
    (!text || (c.id + ' ' + c.reason + ' ' + c.path + ' ' + c.local + '/' + c.remote + ' ' +
        c.claim).toLowerCase().includes(text));
}
export const tone = c => c.outcome !== 0 ? OUTCOMES[c.outcome] : c.path === 'relayed' ? 'relay' : c.path === 'none' ?
    'none' : 'pass';
export const types = c => c.local ? c.local + '/' + c.remote : '';
export const expected = c => c.expected.length ? c.expected.join(' or ') : '';
export const remark = c => c.reason || c.data.found || ''; /* a case that passed may have something to say, too */
export const unexpected = c => c.expected.length && c.path && !c.expected.includes(c.path);
export function unique(list) { return Array.from(new Set(list)); }
export function badge(c) { return el('span', { class: 'badge ' + tone(c) }, GLYPHS[c.outcome] + ' ' + (c.outcome === 0 ?
    c.path || 'passed' : WORDS[c.outcome])); }

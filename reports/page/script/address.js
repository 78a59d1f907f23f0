// The address of a view is its hash: status, text, case.
import { OUTCOMES } from './data.js';

export function state() {
  const s = { status: [], text: '', id: '' };
  for (const part of location.hash.slice(1).split('&')) {
    const at = part.indexOf('='), key = part.slice(0, at);
    let value = '';
    try { value = decodeURIComponent(part.slice(at + 1)); } catch (e) { continue; }
    if (key === 'status') s.status = value.split(',').filter(v => OUTCOMES.includes(v));
    if (key === 'text') s.text = value;
    if (key === 'case') s.id = value;
  }
  return s;
}
export function hash(s) {
  const parts = [];
  if (s.status.length) parts.push('status=' + s.status.join(','));
  if (s.text) parts.push('text=' + encodeURIComponent(s.text));
  if (s.id) parts.push('case=' + encodeURIComponent(s.id));
  return '#' + parts.join('&');
}
export function go(change) { location.hash = hash(Object.assign(state(), change)); }

// The address of a view is its hash: the filters, and the cell, the case or the packet that is open.
import { OUTCOMES } from './data.js';

const TEXTS = { text: 'text', rule: 'rule', cause: 'cause', cell: 'cell', case: 'id' };

export function readHash(text) {
  const s = { status: [], text: '', rule: '', cause: '', cell: '', id: '', packet: 0 };
  for (const part of text.replace(/^#/, '').split('&')) {
    const at = part.indexOf('='), key = part.slice(0, at);
    let value = '';
    try { value = decodeURIComponent(part.slice(at + 1)); } catch (e) { continue; }
    if (key === 'status') s.status = value.split(',').filter(v => OUTCOMES.includes(v));
    else if (key === 'packet') s.packet = /^\d{1,9}$/.test(value) ? Number(value) : 0;
    else if (Object.hasOwn(TEXTS, key)) s[TEXTS[key]] = value;
  }
  return s;
}
export const state = () => readHash(location.hash);
export function hash(s) {
  const parts = s.status.length ? ['status=' + s.status.join(',')] : [];
  for (const key in TEXTS) if (s[TEXTS[key]]) parts.push(key + '=' + encodeURIComponent(s[TEXTS[key]]));
  if (s.id && s.packet) parts.push('packet=' + s.packet);
  return '#' + parts.join('&');
}
// Another case, or none, is no place for the packet of the one before.
export function changed(s, change) {
  return hash(Object.assign({}, s, 'id' in change ? { packet: 0 } : {}, change));
}
export function go(change) { location.hash = changed(state(), change); }

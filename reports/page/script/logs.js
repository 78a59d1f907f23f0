// What real programs wrote, and the commands that show the case again.
import { copy, el, link } from './dom.js';

export function bytesText(n) { return n < 1024 ? n + ' bytes' : n < 1048576 ? (n / 1024).toFixed(1) + ' KiB' : (n / 1048576).toFixed(1) + ' MiB'; }
export function logNote(log) {
  const lines = log.tail ? log.tail.replace(/\n$/, '').split('\n').length : 0;
  if (log.bytes < 0) return 'was not beside the report when it was made';
  if (!log.bytes) return 'is empty';
  return bytesText(log.bytes) + (log.bytes > 16384 ? '; its last ' + lines + ' lines, the file has the others' : ', whole');
}
export function logsPart(c, d) {
  return d.logs.map(log => el('div', {}, el('h3', {}, el('a', { href: link(log.name) }, log.name)), el('p', { class: 'dim' }, logNote(log)),
    log.tail ? el('pre', { class: 'log', tabindex: '0', 'aria-label': 'end of ' + log.name, role: 'region' }, log.tail) : null));
}
export function command(what, line) {
  return el('div', { class: 'command' }, el('span', { class: 'dim' }, what), el('code', { tabindex: '0' }, line), el('button', { onclick: () => copy(line), 'aria-label': 'copy: ' + what }, 'copy'));
}

// The packets between the nodes.
import { copy, el, svg } from './dom.js';

export function kind(text) {
  if (text.startsWith('SIP')) return 'sip';
  if (/^(Allocate|Refresh|CreatePermission|ChannelBind|Send|Data|ChannelData) /.test(text)) return 'turn';
  return text.startsWith('data') ? 'media' : 'check';
}
// ", 10 times, every 20 ms" of a row that stands for several packets.
export function repeated(r) {
  return r.repeats ? ', ' + (r.repeats + 1) + ' times, ' + (r.regular ? '' : 'about ') + 'every ' + r.every_us / 1000 + ' ms' : '';
}
// Is it the packet with this frame? Frames of a packet are told by their differences.
export function isOf(r, frame) {
  let f = r.frame;
  return f === frame || r.frames.some(d => (f += d) === frame);
}
export const ROW = 20, LEFT = 128;
export let GAP = 132;
export function headSvg(columns, width) {
  const s = svg('svg', { class: 'head', width: width, height: 26 });
  s.append(svg('text', { x: 10, y: 17, class: 'n' }, 'time ms'), svg('text', { x: 82, y: 17, class: 'n' }, 'frame'));
  columns.forEach((c, i) => s.append(svg('text', { x: LEFT + i * GAP + GAP / 2, y: 17, 'text-anchor': 'middle' },
      c)));
  s.append(svg('text', { x: LEFT + columns.length * GAP + 12, y: 17, class: 'n' }, 'what'));
  return s;
}
export function rowSvg(r, i, columns, width, marked) {
  const y = i * ROW, mid = y + ROW / 2, x1 = LEFT + r.from * GAP + GAP / 2, x2 = LEFT + r.to * GAP + GAP / 2,
      way = x2 > x1 ? 1 : x2 < x1 ? -1 : 0;
  const g = svg('g', { class: 'row ' + kind(r.text) + (r.dropped ? ' dead' : '') + (marked && isOf(r, marked) ? ' mark' :
      '') });
  const tip = svg('title', {}, r.step ? 'step: ' + r.text : 'frame ' + r.frame + ': ' + r.text + ' | ' + r.note +
      (r.fate ? ' | ' + r.fate : '') + ' | click copies the tshark filter');
  g.append(tip, svg('rect', { x: 0, y: y, width: width, height: ROW }));
  g.append(svg('text', { x: 66, y: mid + 4, 'text-anchor': 'end', class: 'n' }, r.ms), svg('text', { x: 112, y: mid +
      4, 'text-anchor': 'end', class: 'n' }, r.step ? 'step' : r.frame));
  columns.forEach((c, k) => g.append(svg('line', { class: 'life', x1: LEFT + k * GAP + GAP / 2, x2: LEFT + k * GAP +
      GAP / 2, y1: y, y2: y + ROW })));
  if (way) g.append(svg('line', { class: 'a', x1: x1, y1: mid, x2: x2 - (r.dropped ? 0 : way * 6), y2: mid }));
  for (let k = Math.min(r.from, r.to) + 1; k < Math.max(r.from, r.to); k++) if (Math.floor(r.via / Math.pow(2,
      k)) % 2) g.append(svg('circle', { class: 'tip', cx: LEFT + k * GAP + GAP / 2, cy: mid, r: 2.6 }));
  if (r.dropped) g.append(svg('path', { class: 'x', d: 'M' + (x2 - 5) + ' ' + (mid - 5) + 'l10 10m0 -10l-10 10' }));
  else if (way) g.append(svg('path', { class: 'tip', d: 'M' + x2 + ' ' + mid + 'l' + -way * 9 + ' -4v8z' }));
  else g.append(svg('circle', { class: 'a', cx: x1, cy: mid, r: 4 }));
  const label = svg('text', { x: LEFT + columns.length * GAP + 12, y: mid + 4 });
  label.append(svg('tspan', {}, r.text + repeated(r)), svg('tspan', { class: 'fate', dx: r.fate ? 14 : 0 }, r.fate),
      svg('tspan', { class: 'n', dx: 14 }, r.note));
  g.append(label);
  if (!r.step) g.addEventListener('click', () => copy('frame.number == ' + r.frame));
  return g;
}
export function ladder(c, columns, rows) {
  const box = el('div', { class: 'ladder', tabindex: '0',
      'aria-label': 'ladder of packets; up and down move, Enter copies the tshark filter' });
  let at = -1, shown = [];
  GAP = Math.max(columns.length > 5 ? 84 : 120, columns.reduce((n, x) => Math.max(n, x.length), 0) * 7.4 + 14);
  function draw(text) {
    shown = rows.filter(r => !text || (r.text + ' ' + r.note + ' ' + r.fate + ' ' + (r.dropped ? 'dropped' :
        '')).toLowerCase().includes(text.toLowerCase()));
    const longest = shown.reduce((n, r) => Math.max(n, r.text.length + r.note.length + r.fate.length), 20);
    const width = LEFT + columns.length * GAP + 54 + longest * 7.4;
    const body = svg('svg', { width: width, height: Math.max(shown.length, 1) * ROW });
    shown.forEach((r, i) => body.append(rowSvg(r, i, columns, width, c.at.packet)));
    box.textContent = ''; at = -1;
    box.append(headSvg(columns, width), body);
  }
  box.addEventListener('keydown', e => {
    const list = box.querySelectorAll('g.row');
    if (e.key === 'Enter' && at >= 0) { copy('frame.number == ' + shown[at].frame); return; }
    if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return;
    e.preventDefault(); e.stopPropagation();
    if (at >= 0) list[at].classList.remove('on');
    at = Math.min(Math.max(at + (e.key === 'ArrowDown' ? 1 : -1), 0), list.length - 1);
    if (at >= 0) { list[at].classList.add('on'); list[at].scrollIntoView({ block: 'nearest' }); }
  });
  const input = el('input', { type: 'search', placeholder: 'filter packets: STUN, SIP, dropped, an address',
      'aria-label': 'filter packets', oninput: () => draw(input.value) });
  const quick = [['all', ''], ['checks', 'Binding'], ['dropped', 'dropped'], ['passed over', 'passed over'],
      ['signalling', 'SIP'], ['data', 'data ']].map(q => el('button', { onclick: () => { input.value = q[1]; draw(q[1]); } }, q[0]));
  draw('');
  return [el('p', { class: 'ladder-tools' }, input, quick.map(b => [' ', b]).flat()), box];
}

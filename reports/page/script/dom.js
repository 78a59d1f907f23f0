// Elements, tables, the clipboard.
const STATES = ['frozen', 'waiting', 'in-progress', 'succeeded', 'failed'];
const SVG = 'http://www.w3.org/2000/svg';

export function el(name, attributes) {
  const e = document.createElement(name);
  for (const k in attributes || {})
    if (k.startsWith('on')) e.addEventListener(k.slice(2), attributes[k]);
        else if (attributes[k] !== null) e.setAttribute(k, attributes[k]);
  for (let i = 2; i < arguments.length; i++)
    for (const child of [arguments[i]].flat(Infinity)) if (child !== null && child !== undefined) e.append(child);
  return e;
}
export function svg(name, attributes, text) {
  const e = document.createElementNS(SVG, name);
  for (const k in attributes) e.setAttribute(k, attributes[k]);
  if (text !== undefined) e.textContent = text;
  return e;
}
export let timer = 0;
export function say(text) {
  const box = document.getElementById('said');
  box.textContent = text; box.className = 'on';
  clearTimeout(timer); timer = setTimeout(() => { box.className = ''; }, 1600);
}
export function copy(text) {
  const area = el('textarea', {});
  area.value = text; document.body.append(area); area.select();
  let done = false;
  try { done = document.execCommand('copy'); } catch (e) { done = false; }
  area.remove();
  if (!done && navigator.clipboard) navigator.clipboard.writeText(text);
  say('copied: ' + text);
}

// `kind` stacked: on a narrow screen the cells of a row stand one below the other.
export function grid(columns, rows, chosen, kind) {
  return scroller(el('table', { class: 'data ' + (kind || '') }, el('thead', {}, el('tr', {}, columns.map(c => el('th', { class: c[1] || null,
      title: c[2] || null, scope: 'col' }, c[0])))),
    el('tbody', {}, rows.map((r, i) => el('tr', { class: chosen && chosen(i) ? 'chosen' : null }, r.map((v, k) =>
      el('td', { class: [columns[k][1] || '', STATES.includes(v) ? 'state-' + v : ''].join(' ').trim() || null, 'data-column': columns[k][0] },
          v instanceof Node ? v : String(v))))))));
}
// What is wider than the page scrolls by itself, and the keyboard reaches it then.
export function scroller(child) {
  const box = el('div', { class: 'scroll' }, child);
  new ResizeObserver(() => { if (box.scrollWidth > box.clientWidth) box.setAttribute('tabindex', '0'); else box.removeAttribute('tabindex'); }).observe(box);
  return box;
}
export const flag = v => v ? '✓' : '·';
export function plural(n, noun) { return n + ' ' + noun + (n === 1 ? '' : 's'); }
export function fact(name, value) { return el('div', {}, el('b', {}, name), value); }
export function link(path) { return path.split('/').map(encodeURIComponent).join('/'); }

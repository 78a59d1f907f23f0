// Cells of one file as tables: one over the last two axes for each combination of the others.
import { el } from './dom.js';
import { go } from './address.js';
import { unique } from './words.js';
import { wordsOf } from './cells.js';

const DENSE = 12; /* columns from which on a cell has one line */
const PLACES_PER_CELL = 20; /* of a table */
const sliceOf = cell => cell.params.slice(0, -2).map(p => p.name + ' = ' + p.label).join(', ');
const lastAxes = cell => cell.params.slice(-2);
/* A table that would be empty nearly everywhere is a list: 10,000 cells with values of their own have 100 million places. */
export function isMatrix(cells) {
  if (cells.length < 2 || cells.some(x => x.params.length < 2)) return false;
  const places = [0, 1].reduce((n, axis) => n * new Set(cells.map(x => lastAxes(x)[axis].label)).size, 1);
  return places <= PLACES_PER_CELL * Math.max(cells.length, DENSE * DENSE);
}

export const openCell = (cell, hits) => go(hits.length === 1 ? { id: hits[0].id, cell: '' } : { cell: cell.id, id: '' });

function fillCell(button, cell, list, dense) {
  const words = wordsOf(cell, list, dense), label = words.label;
  button.className = 'cell ' + words.look;
  button.title = label;
  button.setAttribute('aria-label', label);
  button.replaceChildren(el('b', {}, words.head), ...words.lines.map(x => el('span', {}, x || ' ')),
      words.marks ? el('i', { class: 'marks' }, words.marks) : '');
}
function cellButton(cell, dense) {
  const button = el('button', { 'data-id': cell.id, tabindex: '-1' });
  let shown = null; /* the number of cases that it speaks of */
  button.addEventListener('click', () => openCell(cell, cell.hits.length ? cell.hits : cell.cases));
  return { element: button, update() {
    const list = cell.hits.length ? cell.hits : cell.cases, faded = cell.hits.length === 0;
    if (shown === null || cell.cases.length > 1 && !(shown === list.length && shown === cell.cases.length))
      fillCell(button, cell, list, dense);
    shown = list.length;
    if (faded !== button.classList.contains('faded')) button.classList.toggle('faded', faded);
  } };
}
/* One cell of a matrix is reached by Tab; arrows move from there. */
function rove(table) {
  const first = table.querySelector('button');
  if (first) first.tabIndex = 0;
  table.addEventListener('focusin', e => {
    const old = table.querySelector('button[tabindex="0"]');
    if (!e.target.matches('button') || old === e.target) return;
    if (old) old.tabIndex = -1;
    e.target.tabIndex = 0;
  });
}
/* The button that a key goes to, from that in `td`. */
function neighbour(td, key, far) {
  const tr = td.parentNode, rows = tr.parentNode.rows, at = td.cellIndex, row = tr.sectionRowIndex;
  const walk = (r, k, dr, dk) => {
    for (r += dr, k += dk; rows[r] && rows[r].cells[k]; r += dr, k += dk) {
      const b = rows[r].cells[k].querySelector('button');
      if (b) return b;
    }
    return null;
  };
  if (key === 'ArrowLeft') return walk(row, at, 0, -1);
  if (key === 'ArrowRight') return walk(row, at, 0, 1);
  if (key === 'ArrowUp') return walk(row, at, -1, 0);
  if (key === 'ArrowDown') return walk(row, at, 1, 0);
  if (key === 'Home') return walk(far ? 0 : row, 0, 0, 1);
  if (key === 'End') return walk(far ? rows.length - 1 : row, tr.cells.length, 0, -1);
  return null;
}
export function moveInMatrix(e) {
  const td = e.target.closest('.matrix td'), next = td && neighbour(td, e.key, e.ctrlKey);
  if (next) { e.preventDefault(); next.focus(); }
}
function matrix(cells) {
  const rows = unique(cells.map(x => lastAxes(x)[0].label)), columns = unique(cells.map(x => lastAxes(x)[1].label)),
      at = new Map(), dense = columns.length >= DENSE, axes = lastAxes(cells[0]).map(p => p.name);
  for (const x of cells) {
    const key = JSON.stringify(lastAxes(x).map(p => p.label));
    at.set(key, (at.get(key) || []).concat([cellButton(x, dense)]));
  }
  const table = el('table', { class: 'matrix' + (dense ? ' dense' : ''), role: 'grid', 'aria-label': axes.join(' and ') +
      (sliceOf(cells[0]) ? ', ' + sliceOf(cells[0]) : '') },
    el('thead', {}, el('tr', {}, el('th', { class: 'corner' }, axes[0] + ' ↓ · ' + axes[1] + ' →'),
      columns.map(k => el('th', { scope: 'col' }, el('div', {}, k))))),
    el('tbody', {}, rows.map(r => el('tr', {}, el('th', { scope: 'row' }, r), columns.map(k => {
      const here = at.get(JSON.stringify([r, k]));
      return el('td', {}, here ? here.map(x => x.element) : el('span', { class: 'cell skip', title: 'not run' }, dense ? '·' : 'not run'));
    })))));
  rove(table);
  return { element: el('div', { class: 'scroll', tabindex: '-1' }, table), buttons: Array.from(at.values()).flat() };
}
/* {element, update}: update shows which cells have hits. */
export function matrices(cells) {
  const slices = new Map();
  for (const x of cells) slices.set(sliceOf(x), (slices.get(sliceOf(x)) || []).concat([x]));
  const parts = Array.from(slices, ([slice, list]) => {
    const made = matrix(list);
    return { cells: list, buttons: made.buttons, element: el('div', { class: 'slice' }, slice ? el('h3', {}, slice) : null, made.element) };
  });
  return { element: el('div', {}, parts.map(p => p.element)), update() {
    for (const p of parts) {
      p.element.hidden = !p.cells.some(x => x.hits.length);
      if (!p.element.hidden) for (const b of p.buttons) b.update();
    }
  } };
}

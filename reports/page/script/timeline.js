// Virtual time from left to right: steps, phases of agents, states of pairs, mappings, drops; its slider is the cursor.
import { el, plural, svg } from './dom.js';
import { isRoutine, notListed, ofPair, phaseOf } from './moment.js';
import { readRows } from './rows.js';
import { makeScale, ticksOf, timeText } from './scale.js';

const CHARACTER = 6.7, BAR = 18, MARKS = 12, LANE_GAP = 6, FLAG = 15, FLAG_ROWS = 5, THUMB = 16;
const PAIR_MARKS = { 'in-progress': 'M0 -2v4', 'succeeded': 'M-3 3l3 -6l3 6z', 'failed': 'M-3 -3l6 6m0 -6l-6 6', 'nominated': 'M0 -4l4 4l-4 4l-4 -4z' };

export function eventText(e) {
  if (e.what === 'step') return 'step: ' + e.text;
  const ends = e.a && e.b ? ' ' + e.a + ' → ' + e.b : e.a || e.b ? ' ' + (e.a || e.b) : '';
  return (e.node ? e.node + ': ' : '') + e.what + ends + (e.text ? ', ' + e.text : '');
}
const happened = d => notListed(d) ? d.events.slice(0, -1) : d.events;

/* Steps, and what changes a node of itself. */
export function stepsOf(d) {
  const steps = d.events.filter(e => e.what === 'step');
  return d.events.filter(e => e.what === 'step' || e.what === 'control' && !steps.some(s => s.at_us === e.at_us && s.node === e.node))
    .map(e => ({ at: e.at_us, text: e.what === 'control' ? e.node + ': ' + e.text : e.text }));
}
/* Which packets were lost where: the ladder knows of those on their way, events of those at agents and servers, and of the rest. */
export function dropsOf(d) {
  const gateways = d.nodes.filter(n => n.kind === 'gateway').map(n => n.name), drops = [];
  let at = 0;
  for (const r of readRows(d)) {
    at = r.us;
    for (const p of r.members.length ? r.members : [r]) if (p.dropped) drops.push({ at: p.us, text: p.text + ', ' + p.fate });
  }
  for (const e of d.events) if (e.what === 'dropped' && (!gateways.includes(e.node) || e.at_us > at)) drops.push({ at: e.at_us, text: eventText(e) });
  return drops;
}
/* The phases of an agent: {phase, from, to}. */
export function phasesOf(d, name, end) {
  const list = [];
  let now = '';
  for (const e of d.events) {
    const next = e.node === name ? phaseOf(e, now) : '';
    if (!next) continue;
    if (list.length) list[list.length - 1].to = e.at_us;
    list.push({ phase: now = next, from: e.at_us, to: end });
  }
  return list.filter(p => p.to > p.from);
}
/* Data that went on with the call, each way: {name, phases}, where a phase is data that arrive, or a silence. */
export function flowsOf(d) {
  return d.data.flows.map(f => {
    const others = d.data.flows.map(x => x.from).concat(d.agents.map(a => a.name)).filter(n => n !== f.from), phases = [];
    let at = f.began_ms;
    for (const s of f.silences) {
      phases.push({ phase: 'data', from: at * 1e3, to: s.at_ms * 1e3, text: 'data' });
      const texts = [timeText(s.ms * 1e3)].concat(s.lost + ' lost', s.unsent ? s.unsent + ' not sent' : []);
      phases.push({ phase: 'silence', from: s.at_ms * 1e3, to: (s.at_ms + s.ms) * 1e3, text: texts.join(', '), shorter: texts.slice(1).map((x, i) => texts.slice(0, -1 - i).join(', ')) });
      at = s.at_ms + s.ms;
    }
    phases.push({ phase: 'data', from: at * 1e3, to: f.ended_ms * 1e3, text: 'data' });
    return { name: f.from + ' → ' + others[0], from: f.from, to: others[0], more: f.more_silences, phases: phases.filter(p => p.to > p.from) };
  });
}
/* Who hears nothing at a moment, and since when. */
export function silencesAt(d, us) {
  return flowsOf(d).flatMap(f => f.phases.filter(p => p.phase === 'silence' && p.from <= us && us < p.to)
    .map(p => f.to + ' has received nothing from ' + f.from + ' since ' + timeText(p.from)));
}
export function timesOf(d) { return Array.from(new Set(happened(d).map(e => e.at_us))); }
export function nextTime(times, at, forward) {
  return forward ? times.find(t => t > at) : times.filter(t => t < at).pop();
}
/* What a reader looks for first: steps, then what becomes of the call, of NATs, of pairs. */
const RANKS = [/^(step|control)$/, /^(selected|failed|consent-lost|completed|nominated)$/, /^mapping /, /^(?!check |pruned|permission|channel)/];
function rankOf(e) { const i = RANKS.findIndex(r => r.test(e.what)); return ofPair(e) || i < 0 ? RANKS.length : i; }
/* What stands at a moment: the events of the last time that had any. */
export function happeningAt(d, us) {
  let last = -1;
  const list = happened(d);
  for (const e of list) { if (e.at_us > us) break; last = e.at_us; }
  return { at: last, events: list.filter(e => e.at_us === last).sort((a, b) => rankOf(a) - rankOf(b)) };
}
function lanesOf(d, end) {
  const lanes = d.agents.map(a => ({ name: a.name, phases: phasesOf(d, a.name, end), marks: d.events.filter(e => e.node === a.name && (ofPair(e) && PAIR_MARKS[e.what] || e.what === 'nominated'))
    .map(e => ({ at: e.at_us, kind: e.what, text: eventText(e) })) }));
  for (const n of d.nodes) {
    const marks = d.events.filter(e => e.node === n.name && /^mapping /.test(e.what)).map(e => ({ at: e.at_us, kind: e.what === 'mapping made' ? 'made' : 'expired', text: eventText(e) }));
    if (marks.length) lanes.push({ name: n.name, phases: [], marks: marks });
  }
  for (const f of flowsOf(d)) lanes.push({ name: f.name, phases: f.phases, marks: [] });
  const drops = dropsOf(d);
  if (drops.length) lanes.push({ name: 'drops', phases: [], marks: drops.map(x => ({ at: x.at, kind: 'drop', text: x.text })) });
  return lanes;
}
const SHAPES = Object.assign({ made: 'M-4 0h8m-4 -4v8', expired: 'M-4 0h8', drop: 'M-3 -3l6 6m0 -6l-6 6' }, PAIR_MARKS);

/* Rows for texts that begin at x, so that none overlaps; those without a row are left out, and counted. */
export function flagRows(flags, width) {
  const ends = [];
  let left = 0;
  const placed = [];
  for (const f of flags) {
    const wide = f.text.length * CHARACTER + 14, x = f.x + wide <= width ? f.x : Math.max(f.x - wide + 6, 0);
    let row = ends.findIndex(e => e <= x);
    if (row < 0) row = ends.length;
    if (row >= FLAG_ROWS) { left++; continue; }
    ends[row] = x + wide;
    placed.push({ at: f.x, x: x, row: row, text: f.text });
  }
  return { placed: placed, rows: ends.length, left: left };
}
function stepFlags(g, d, scale, top) {
  const flags = flagRows(stepsOf(d).map(s => ({ x: scale.x(s.at), text: s.text })), scale.width), bottom = top + flags.rows * FLAG;
  for (const f of flags.placed) {
    const y = top + f.row * FLAG;
    g.append(svg('path', { class: 'flag', d: 'M' + f.at + ' ' + bottom + 'V' + (y + 3) }), svg('text', { class: 'step', x: f.x + 4, y: y + 11 }, f.text));
  }
  return { bottom: bottom, left: flags.left };
}
/* What has room in bars of these widths: the name of a phase; of a silence as much as there is room for, if need be behind it. */
export function labelsOf(phases, wides) {
  const fits = (text, i) => wides[i] > text.length * CHARACTER + 6, texts = p => [p.text || p.phase].concat(p.shorter || []);
  return phases.map((p, i) => {
    const before = i > 0 && phases[i - 1].shorter && !texts(phases[i - 1]).some(t => fits(t, i - 1)) ? texts(phases[i - 1]).map(t => '← ' + t) : [];
    return before.concat(texts(p)).find(t => fits(t, i)) || '';
  });
}
function phaseBars(g, lane, scale, y) {
  const wides = lane.phases.map(p => Math.max(scale.x(p.to) - scale.x(p.from), 1)), labels = labelsOf(lane.phases, wides);
  lane.phases.forEach((p, i) => {
    const x = scale.x(p.from), bar = svg('rect', { class: 'phase ' + p.phase.replace(/ /g, '-'), x: x, y: y, width: wides[i], height: BAR });
    bar.append(svg('title', {}, lane.name + ': ' + (p.text || p.phase) + ' from ' + timeText(p.from)));
    g.append(bar);
    if (labels[i]) g.append(svg('text', { class: 'phase-name', x: x + 4, y: y + 13 }, labels[i]));
  });
}
function laneMarks(g, lane, scale, y) {
  const kinds = new Map();
  for (const m of lane.marks) {
    const x = scale.x(m.at).toFixed(1);
    if (!kinds.has(m.kind)) kinds.set(m.kind, new Set());
    kinds.get(m.kind).add('M' + x + ' ' + y + SHAPES[m.kind].replace('M', 'm'));
  }
  for (const [kind, paths] of kinds) g.append(svg('path', { class: 'mark ' + kind, d: Array.from(paths).join('') }));
}
function axis(g, scale, y, height) {
  const tick = (x, text, anchor) => g.append(svg('path', { class: 'tick', d: 'M' + x + ' ' + y + 'v5' }), svg('text', { class: 'time', x: x, y: y + 16, 'text-anchor': anchor }, text));
  for (const t of ticksOf(scale, 100)) if (t.x < scale.width - 160) tick(t.x, timeText(t.us), 'start');
  tick(scale.width, timeText(scale.end), 'end');
  for (const b of scale.breaks) {
    const text = '≈ ' + timeText(b.to - b.from), middle = (b.x0 + b.x1) / 2, stretch = svg('rect', { class: 'quiet', x: b.x0, y: 0, width: b.x1 - b.x0, height: height });
    stretch.append(svg('title', {}, 'drawn shorter: ' + timeText(b.to - b.from) + ' in which little happens'));
    g.prepend(stretch);
    g.append(svg('text', { class: 'quiet-text', x: middle, y: y - 4, 'text-anchor': 'middle' }, b.x1 - b.x0 > text.length * CHARACTER ? text : '≈'));
  }
}
const LEGEND = [['in-progress', 'check under way'], ['succeeded', 'pair succeeded'], ['failed', 'pair failed'], ['nominated', 'nominated'], ['made', 'mapping made'], ['expired', 'mapping expired'], ['drop', 'packet dropped']];
function legendOf(lanes) {
  const kinds = new Set(lanes.flatMap(l => l.marks.map(m => m.kind)));
  const silences = lanes.some(l => l.phases.some(p => p.phase === 'silence')) ? [el('span', {}, el('i', { class: 'silence' }), 'no data arrive')] : [];
  return silences.concat(LEGEND.filter(x => kinds.has(x[0])).map(([kind, text]) => {
    const s = svg('svg', { width: 14, height: 12, viewBox: '-7 -6 14 12', 'aria-hidden': 'true' });
    s.append(svg('path', { class: 'mark ' + kind, d: SHAPES[kind] }));
    return el('span', {}, s, text);
  }));
}
export function timeline(c, d, cursor) {
  const end = Math.max(cursor.end, 1), times = timesOf(d), lanes = lanesOf(d, end), landmarks = Array.from(new Set(stepsOf(d).map(s => s.at).concat(lanes.flatMap(l => l.phases.map(p => p.from))))).sort((a, b) => a - b);
  const label = Math.min(lanes.reduce((n, l) => Math.max(n, l.name.length), 5) * CHARACTER + 10, 110);
  const stage = el('div', { class: 'stage' }), slider = el('input', { type: 'range', min: '0', max: '10000', step: '1', 'aria-label': 'moment of virtual time; left and right go from event to event, page up and page down from step to phase' });
  const now = el('output', {}), note = el('p', { class: 'dim' });
  let scale = makeScale([], end, 100), line = null, left = 0;
  const turn = (list, forward) => cursor.set(nextTime(list, cursor.at, forward) === undefined ? (forward ? cursor.end : 0) : nextTime(list, cursor.at, forward));
  const KEYS = { ArrowLeft: [times, false], ArrowDown: [times, false], ArrowRight: [times, true], ArrowUp: [times, true], PageDown: [landmarks, false], PageUp: [landmarks, true] };
  slider.addEventListener('keydown', e => {
    if (KEYS[e.key]) turn(...KEYS[e.key]); else if (e.key === 'Home') cursor.set(0); else if (e.key === 'End') cursor.set(cursor.end); else return;
    e.preventDefault(); e.stopPropagation();
  });
  /* To a pixel belongs the event that is nearest, if one is near. */
  const choose = px => { const us = scale.us(px), near = times.filter(t => Math.abs(scale.x(t) - px) < 4).sort((a, b) => Math.abs(scale.x(a) - px) - Math.abs(scale.x(b) - px))[0];
    cursor.set(near === undefined ? us : near); };
  slider.addEventListener('input', () => choose(slider.value / 10000 * scale.width));
  stage.addEventListener('click', e => choose(e.clientX - stage.getBoundingClientRect().left - label));
  function build(wide) {
    scale = makeScale(happened(d).filter(e => !isRoutine(e)).map(e => e.at_us).concat(flowsOf(d).flatMap(f => f.phases.map(p => p.from))), end, Math.max(wide - label - THUMB, 60));
    const s = svg('svg', { 'aria-hidden': 'true' }), g = svg('g', { transform: 'translate(' + label + ' 0)' }), flags = stepFlags(g, d, scale, 2);
    let y = flags.bottom + LANE_GAP;
    for (const lane of lanes) {
      const tall = (lane.phases.length ? BAR : 0) + (lane.marks.length ? MARKS : 0) || MARKS;
      s.append(svg('text', { class: 'lane', x: 2, y: y + 12 }, lane.name));
      g.append(svg('path', { class: 'rule', d: 'M0 ' + (y + tall + LANE_GAP / 2) + 'H' + scale.width }));
      phaseBars(g, lane, scale, y);
      laneMarks(g, lane, scale, y + (lane.phases.length ? BAR : 0) + MARKS / 2);
      y += tall + LANE_GAP;
    }
    y += 14;
    axis(g, scale, y, y);
    line = svg('path', { class: 'cursor', d: '' });
    line.dataset.to = y;
    g.append(line);
    s.append(g);
    s.setAttribute('width', wide); s.setAttribute('height', y + 20);
    stage.textContent = ''; stage.append(s);
    slider.style.marginLeft = label - THUMB / 2 + 'px'; slider.style.width = scale.width + THUMB + 'px';
    left = flags.left;
    const more = flowsOf(d).reduce((n, f) => n + f.more, 0);
    note.textContent = [more ? plural(more, 'shorter silence') + ' of the data not drawn.' : '', scale.breaks.length ? 'Quiet stretches are drawn shorter: ≈ says how long they are.' : '', left ? plural(left, 'step') + ' without room for a name here: see the steps.' : '', notListed(d)].filter(x => x).join(' ');
    update(cursor.at);
  }
  function update(us) {
    const h = happeningAt(d, us), texts = h.events.map(eventText), silent = silencesAt(d, us);
    slider.value = Math.round(scale.x(us) / scale.width * 10000);
    now.textContent = timeText(us) + (h.at < 0 ? ': nothing has happened yet' : (h.at < us ? '; last, at ' + timeText(h.at) + ': ' : ': ') + texts.slice(0, 3).join('; ') + (texts.length > 3 ? '; and ' + (texts.length - 3) + ' more' : '')) + silent.map(s => '; ' + s).join('');
    slider.setAttribute('aria-valuetext', now.textContent);
    if (line) line.setAttribute('d', 'M' + scale.x(us).toFixed(1) + ' 0V' + line.dataset.to);
  }
  if (!d.events.length) return el('p', { class: 'dim' }, 'The record of this case has no events.');
  new ResizeObserver(list => requestAnimationFrame(() => build(list[0].contentRect.width))).observe(stage);
  cursor.on(update);
  return el('div', { class: 'timeline' }, el('p', { class: 'timeline-tools' }, el('button', { onclick: () => turn(times, false) }, '‹ event'), ' ', el('button', { onclick: () => turn(times, true) }, 'event ›'), ' ', now),
    stage, slider, el('p', { class: 'legend' }, legendOf(lanes)), note);
}

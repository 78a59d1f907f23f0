// Where the nodes and networks of a drawing stand: the two ends outermost, the internet in the middle, servers above it.
// Nothing here measures or draws: `sizeOf(id)` is the size of a box, and the answer is boxes and lines.

const ROW_GAP = 16, COLUMN_GAP = 22, MARGIN = 10, BUS = 20;
export const nodeId = name => 'node ' + name;
export const networkId = name => 'network ' + name;

function graphOf(d) {
  const g = { networks: new Map(), hosts: [], gateways: [] };
  const network = name => {
    if (!g.networks.has(name)) g.networks.set(name, { name: name, out: [], in: [], hosts: [] });
    return g.networks.get(name);
  };
  d.networks.forEach(w => network(w.name));
  for (const n of d.nodes) {
    const names = Array.from(new Set(n.interfaces.map(i => i.network)));
    if (n.kind === 'gateway' && names.length) {
      const outside = n.interfaces[n.interfaces.length - 1].network, gateway = { name: n.name, outside: outside, inside: names.filter(w => w !== outside) };
      g.gateways.push(gateway);
      network(outside).out.push(gateway);
      gateway.inside.forEach(w => network(w).in.push(gateway));
    } else {
      g.hosts.push({ name: n.name, kind: n.kind, networks: names });
      names.forEach(w => network(w).hosts.push(n));
    }
  }
  return g;
}
/* The internet: the network with the most outsides of gateways and servers, for want of both with the most hosts. */
export function internetOf(d) {
  let best = '', most = -1;
  for (const w of graphOf(d).networks.values()) {
    const n = w.out.length * 100 + w.hosts.filter(h => h.kind === 'server').length * 90 + w.hosts.length - w.in.length * 10;
    if (n > most) { most = n; best = w.name; }
  }
  return best;
}
/* Trees that grow from networks inwards. An agent with several interfaces is a leaf of each; other meetings are extra lines. */
function growTrees(d, ends) {
  const g = graphOf(d), seen = new Set(), leaves = new Set(), extra = [], trees = [];
  function grow(name) {
    const w = g.networks.get(name), t = { id: networkId(name), children: [] };
    seen.add(t.id);
    for (const gateway of w.out) {
      const id = nodeId(gateway.name);
      if (seen.has(id)) continue;
      seen.add(id);
      const branch = { id: id, children: [] };
      t.children.push(branch);
      for (const inside of gateway.inside)
        if (seen.has(networkId(inside))) extra.push([id, networkId(inside)]); else branch.children.push(grow(inside));
    }
    for (const h of w.hosts) {
      const id = nodeId(h.name);
      if (leaves.has(id) && !ends.includes(id)) { extra.push([id, t.id]); continue; }
      leaves.add(id);
      t.children.push({ id: id, children: [], server: h.kind === 'server' });
    }
    return t;
  }
  const first = internetOf(d);
  if (first) trees.push(grow(first));
  const open = () => Array.from(g.networks.values()).filter(w => !seen.has(networkId(w.name)));
  for (let left = open(); left.length; left = open())
    trees.push(grow((left.find(w => w.in.every(x => seen.has(networkId(x.outside)))) || left[0]).name));
  for (const h of g.hosts) if (!h.networks.length) trees.push({ id: nodeId(h.name), children: [], alone: true });
  return { trees: trees, extra: extra };
}
const holds = (t, id) => t.id === id || t.children.some(x => holds(x, id));
const depthOf = (t, ends) => ends.includes(t.id) ? 0 : 1 + t.children.reduce((n, x) => Math.max(n, depthOf(x, ends)), 0);
const leavesOf = t => t.children.length ? t.children.reduce((n, x) => n + leavesOf(x), 0) : 1;

/* The middle, from above: what both ends are behind or on; each with its branches to the left and to the right. */
function spineOf(trees, ends) {
  const spine = [], stray = { id: '', parent: '', left: [], right: [] };
  let servers = [];
  function climb(t, parent) {
    const s = { id: t.id, parent: parent, left: [], right: [] }, rest = [], middle = [];
    spine.push(s);
    for (const x of t.children) {
      const l = holds(x, ends[0]), r = holds(x, ends[1]);
      if (l && r) middle.push(x);
      else if (l) s.left.push(x);
      else if (r) s.right.push(x);
      else if (x.server && spine.length === 1) servers.push(x);
      else rest.push(x);
    }
    const rows = list => list.reduce((n, x) => n + leavesOf(x), 0);
    for (const x of rest) if (rows(s.left) < rows(s.right)) s.left.push(x); else s.right.push(x);
    for (const x of middle) climb(x, s.id);
  }
  trees.forEach((t, i) => {
    const l = holds(t, ends[0]), r = holds(t, ends[1]);
    if (i === 0 || l && r) climb(t, '');
    else (l ? stray.left : stray.right).push(t);
  });
  if (stray.left.length || stray.right.length) spine.push(stray);
  return { spine: spine, servers: servers };
}
const sum = (list, f) => list.reduce((n, x) => n + f(x), 0) + Math.max(list.length - 1, 0) * ROW_GAP;

/* Along `main` (columns) and `cross` (rows); layoutOf turns them into x and y. */
function place(d, ends, size) {
  const grown = growTrees(d, ends), { spine, servers } = spineOf(grown.trees, ends), boxes = new Map(), lines = [];
  const occurrences = new Map(), count = id => occurrences.get(id) || 0;
  (function visit(list) { for (const t of list) { if (ends.includes(t.id)) occurrences.set(t.id, count(t.id) + 1); visit(t.children); } })(grown.trees);
  const need = t => Math.max(ends.includes(t.id) ? size(t.id).cross / Math.max(count(t.id), 1) : size(t.id).cross, sum(t.children, need));
  const columns = { left: [], right: [] }, depth = { left: 0, right: 0 };
  for (const side of ['left', 'right']) for (const s of spine) for (const t of s[side]) depth[side] = Math.max(depth[side], depthOf(t, ends));

  function branch(t, side, column, from, parent) {
    const room = need(t), middle = from + room / 2, end = ends.includes(t.id), at = end ? depth[side] + 1 : column;
    columns[side][at] = Math.max(columns[side][at] || 0, size(t.id).main);
    const own = t.children.length > 1 ? room : size(t.id).cross, old = boxes.get(t.id);
    if (old) { old.from = Math.min(old.from, from); old.to = Math.max(old.to, from + room); }
    else if (count(t.id) > 1) boxes.set(t.id, { side: side, column: at, from: from, to: from + room });
    else boxes.set(t.id, { side: side, column: at, from: middle - own / 2, to: middle + own / 2 });
    if (parent) lines.push({ a: t.id, b: parent, cross: middle });
    let y = from + (room - sum(t.children, need)) / 2;
    for (const x of t.children) { branch(x, side, column + 1, y, t.id); y += need(x) + ROW_GAP; }
  }
  let y = 0, middleSize = 0;
  for (const s of spine) {
    const own = s.id ? size(s.id).cross : 0, room = Math.max(own, sum(s.left, need), sum(s.right, need));
    if (s.id) { middleSize = Math.max(middleSize, size(s.id).main); boxes.set(s.id, { side: 'middle', column: 0, from: y, to: y + room }); }
    for (const side of ['left', 'right']) {
      let at = y + (room - sum(s[side], need)) / 2;
      for (const t of s[side]) { branch(t, side, 1, at, s.id); at += need(t) + ROW_GAP; }
    }
    y += room + ROW_GAP * 2;
  }
  return { boxes: boxes, lines: lines, spine: spine, servers: servers, columns: columns, middle: middleSize, extra: grown.extra, height: y - ROW_GAP * 2 };
}
/* Where each column begins, along main. */
function columnStarts(p) {
  const starts = { left: [], right: [], middle: [0] };
  let at = 0;
  for (let i = p.columns.left.length - 1; i >= 1; i--) { starts.left[i] = at; at += (p.columns.left[i] || 0) + COLUMN_GAP; }
  starts.middle[0] = at; at += p.middle + COLUMN_GAP;
  for (let i = 1; i < p.columns.right.length; i++) { starts.right[i] = at; at += (p.columns.right[i] || 0) + COLUMN_GAP; }
  return { starts: starts, total: at - COLUMN_GAP };
}
/* Boxes, and lines from box to box, of a case: {width, height, boxes: id -> {x, y, w, h}, lines: [{a, b, points}]}. */
export function layoutOf(d, callerAndCallee, sizeOf, vertical) {
  const size = id => { const s = sizeOf(id); return vertical ? { main: s.h, cross: s.w } : { main: s.w, cross: s.h }; };
  const p = place(d, callerAndCallee.map(nodeId), size), { starts, total } = columnStarts(p), boxes = new Map(), lines = [];
  for (const [id, b] of p.boxes) {
    const wide = b.side === 'middle' ? p.middle : p.columns[b.side][b.column], own = b.side === 'middle' ? wide : size(id).main;
    boxes.set(id, { m: starts[b.side][b.column] + (wide - own) / 2, c: b.from, ms: own, cs: b.to - b.from });
  }
  const shift = placeServers(p, boxes, lines, size, total);
  for (const l of p.lines) {
    const a = boxes.get(l.a), b = boxes.get(l.b), first = a.m < b.m ? a : b, second = first === a ? b : a, c = l.cross;
    const points = [[first.m + first.ms, c], [second.m, c]];
    lines.push({ a: l.a, b: l.b, points: first === a ? points : points.reverse() });
  }
  let bottom = joinSpine(p, boxes, lines);
  bottom = joinExtra(p, boxes, lines, bottom);
  return turn(boxes, lines, Math.max(total, shift.right) - shift.left, bottom - shift.above, shift, vertical);
}
/* Servers stand in rows above the internet; a line goes down beside the rows below to the line that leads to it. */
function placeServers(p, boxes, lines, size, total) {
  const root = boxes.get(p.spine[0].id), n = p.servers.length;
  if (!n) return { left: 0, right: total, above: 0 };
  const cell = Math.max(...p.servers.map(s => size(s.id).main)) + COLUMN_GAP, tall = Math.max(...p.servers.map(s => size(s.id).cross));
  const perRow = Math.max(1, Math.min(n, Math.floor((total + COLUMN_GAP) / cell))), rows = Math.ceil(n / perRow), middle = root.m + root.ms / 2;
  const wide = perRow * cell - COLUMN_GAP, begin = Math.max(Math.min(middle - wide / 2, total - wide), Math.min(0, middle - wide / 2));
  p.servers.forEach((s, i) => {
    const row = rows - 1 - Math.floor(i / perRow);
    const b = { m: begin + (i % perRow) * cell + (cell - COLUMN_GAP - size(s.id).main) / 2, c: -BUS - (row + 1) * tall - row * BUS, ms: size(s.id).main, cs: tall };
    boxes.set(s.id, b);
    const x = b.m + b.ms / 2, gap = begin + (i % perRow + 1) * cell - COLUMN_GAP / 2, bus = -BUS / 2, under = b.c + tall + BUS / 2;
    const points = [[x, b.c + tall]];
    if (row > 0) points.push([x, under], [gap, under], [gap, bus]); else points.push([x, bus]);
    points.push([middle, bus], [middle, 0]);
    lines.push({ a: s.id, b: p.spine[0].id, points: points });
  });
  return { left: Math.min(0, begin), right: begin + wide + COLUMN_GAP / 2, above: -rows * (tall + BUS) };
}
function joinSpine(p, boxes, lines) {
  const parts = p.spine.filter(s => s.id);
  parts.forEach((s, i) => {
    if (!s.parent) return;
    const a = boxes.get(s.id), b = boxes.get(s.parent), middle = a.m + a.ms / 2, aside = Math.max(a.m + a.ms, b.m + b.ms) + COLUMN_GAP / 2;
    const points = parts[i - 1].id === s.parent ? [[middle, a.c], [middle, b.c + b.cs]] :
      [[a.m + a.ms, a.c + 8], [aside, a.c + 8], [aside, b.c + b.cs - 8], [b.m + b.ms, b.c + b.cs - 8]];
    lines.push({ a: s.id, b: s.parent, points: points });
  });
  let bottom = p.height;
  for (const b of boxes.values()) bottom = Math.max(bottom, b.c + b.cs);
  return bottom;
}
/* What meets a second time: beside its column if the columns touch, else around below. */
function joinExtra(p, boxes, lines, bottom) {
  p.extra.forEach((x, i) => {
    const a = boxes.get(x[0]), b = boxes.get(x[1]), first = a.m <= b.m ? a : b, second = first === a ? b : a;
    const one = first.m + first.ms + 6 + i % 3 * 6, two = second.m - 6 - i % 3 * 6, y1 = first.c + first.cs - 6, y2 = second.c + second.cs - 6;
    bottom += two - one < COLUMN_GAP * 2 ? 0 : BUS;
    const points = two - one < COLUMN_GAP * 2 && two >= first.m + first.ms ? [[first.m + first.ms, y1], [one, y1], [one, y2], [second.m, y2]] :
      [[first.m + first.ms, y1], [one, y1], [one, bottom - 6], [two, bottom - 6], [two, y2], [second.m, y2]];
    lines.push({ a: x[0], b: x[1], points: first === a ? points : points.reverse() });
  });
  return bottom;
}
function turn(boxes, lines, main, cross, shift, vertical) {
  const point = ([m, c]) => vertical ? [c - shift.above + MARGIN, m - shift.left + MARGIN] : [m - shift.left + MARGIN, c - shift.above + MARGIN];
  const out = new Map();
  for (const [id, b] of boxes) {
    const [x, y] = point([b.m, b.c]);
    out.set(id, { x: x, y: y, w: vertical ? b.cs : b.ms, h: vertical ? b.ms : b.cs });
  }
  const size = [main + MARGIN * 2, cross + MARGIN * 2];
  return { width: vertical ? size[1] : size[0], height: vertical ? size[0] : size[1], boxes: out,
    lines: lines.map(l => ({ a: l.a, b: l.b, points: l.points.map(point) })) };
}

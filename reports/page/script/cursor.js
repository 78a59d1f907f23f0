// The moment that a page of a case shows: one for drawing, timeline, ladder and tables.

export function makeCursor(endUs) {
  const listeners = [];
  const cursor = {
    at: endUs, end: endUs,
    set(us) {
      const at = Math.min(Math.max(us, 0), endUs);
      if (at === cursor.at) return;
      cursor.at = at;
      for (const f of listeners) f(at);
    },
    on(f) { listeners.push(f); f(cursor.at); }
  };
  return cursor;
}
export function endOf(c, d) {
  const last = d.events.length ? d.events[d.events.length - 1].at_us : 0;
  return Math.max(c.virtual_ms * 1000, last);
}

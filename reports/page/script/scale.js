// Virtual time along an axis: quiet stretches are drawn shorter, as their logarithm.

const UNIT = 250000, SAID = 4 * UNIT; /* us: what is drawn in full; from where on the axis says so */

export function timeText(us) {
  if (us < 1e6) return +(us / 1000).toFixed(3) + ' ms';
  if (us < 120e6) return +(us / 1e6).toFixed(3) + ' s';
  const minutes = Math.floor(us / 60e6);
  return minutes + ' min ' + +((us - minutes * 60e6) / 1e6).toFixed(3) + ' s';
}
const drawn = gap => gap <= UNIT ? gap : UNIT * (1 + Math.log(gap / UNIT));
const undrawn = length => length <= UNIT ? length : UNIT * Math.exp(length / UNIT - 1);

/* `times` are those between which nothing happens; x goes from 0 to `width`. */
export function makeScale(times, end, width) {
  const at = Array.from(new Set([0].concat(times, [end]))).filter(t => t >= 0 && t <= end).sort((a, b) => a - b), length = [0];
  for (let i = 1; i < at.length; i++) length.push(length[i - 1] + drawn(at[i] - at[i - 1]));
  const total = length[length.length - 1] || 1, factor = width / total;
  /* The last of `list` that is not above v. */
  function below(list, v) {
    let from = 0, to = list.length - 1;
    while (from < to) { const mid = from + to + 1 >> 1; if (list[mid] <= v) from = mid; else to = mid - 1; }
    return from;
  }
  const x = us => { const i = below(at, us), next = at[i + 1], gap = next - at[i];
    return (length[i] + (next === undefined ? 0 : drawn(gap) * drawn(us - at[i]) / drawn(gap))) * factor; };
  const us = px => { const v = Math.min(Math.max(px / factor, 0), total), i = below(length, v); return Math.min(Math.round(at[i] + undrawn(v - length[i])), at[i + 1] || end); };
  const breaks = at.slice(1).map((t, i) => ({ from: at[i], to: t, x0: length[i] * factor, x1: length[i + 1] * factor })).filter(b => b.to - b.from > SAID);
  return { x: x, us: us, width: width, end: end, breaks: breaks };
}
/* Where the axis has a number: about one in `apart` pixels, as round as they can be. */
export function ticksOf(scale, apart) {
  const ticks = [];
  for (let px = 0; px <= scale.width - apart / 2; px += apart) {
    const low = scale.us(px), high = scale.us(Math.min(px + apart / 2, scale.width));
    let step = Math.pow(10, Math.floor(Math.log10(Math.max(high - low, 1))));
    while (step > 1 && Math.ceil(low / step) * step > high) step /= 10;
    const us = Math.ceil(low / step) * step, x = scale.x(us);
    if (!ticks.length || x - ticks[ticks.length - 1].x >= apart * 0.7) ticks.push({ us: us, x: x });
  }
  return ticks;
}

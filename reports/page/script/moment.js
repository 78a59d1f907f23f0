// What the events up to a moment add up to: phases and check lists of agents, mapping tables of NATs.

const PAIR_STATES = ['frozen', 'waiting', 'in-progress', 'succeeded', 'failed'];
const PHASES = new Map(Object.entries({ 'call': 'gathering', 'offer-received': 'gathering', 'gathered': 'gathered', 'selected': 'selected',
  'consent-lost': 'consent lost', 'disconnected': 'disconnected', 'failed': 'failed', 'goes on without ICE': 'without ICE', 'closed': 'closed' }));

export const ofPair = e => e.number > 0 && PAIR_STATES.includes(e.what);
/* Checks and permissions that repeat while a call goes on change nothing by themselves. */
export const isRoutine = e => /^check |^permission$|^channel$|^dropped$|^passed over$|^not sent$|^told that/.test(e.what);
export const notListed = d => d.events.length && / not listed$/.test(d.events[d.events.length - 1].what) ?
  d.events[d.events.length - 1].what : '';

/* The phase that an event begins at its agent, or ''. */
export function phaseOf(e, before) {
  if (ofPair(e)) return ['gathering', 'gathered', 'disconnected', ''].includes(before) ? 'checking' : '';
  const next = PHASES.get(e.what) || '';
  /* Candidates that come later, or for a restart, end neither checks nor data. */
  if (before === 'selected' && e.what === 'offer-received' || before !== 'gathering' && e.what === 'gathered') return '';
  return next === before || e.number > 0 ? '' : next;
}
function notePair(agent, e) {
  let p = agent.pairs.get(e.number);
  if (p && (p.local !== e.a || p.remote !== e.b)) { agent.earlier++; p = null; }
  if (!p) agent.pairs.set(e.number, p = { number: e.number, local: e.a, remote: e.b, state: '', text: '', gone: '', at: 0 });
  if (e.what === 'pruned') p.gone = e.text || 'pruned';
  else p.state = e.what;
  p.text = e.text;
  p.at = e.at_us;
}
const newAgent = () => ({ phase: '', pairs: new Map(), earlier: 0, found: new Map(), gathered: false, selected: null });

function noteAgent(agent, e) {
  const phase = phaseOf(e, agent.phase);
  if (phase) agent.phase = phase;
  if (ofPair(e) || e.what === 'pruned') notePair(agent, e);
  if (e.what === 'gathered') agent.gathered = true;
  if (e.what === 'local peer-reflexive candidate') agent.found.set(e.a, e.at_us);
  if (e.what === 'selected') agent.selected = { local: e.a, remote: e.b, at: e.at_us };
  if (e.what === 'consent-lost' || e.what === 'interface of the selected pair went') agent.selected = null;
}
function noteMapping(table, e) {
  if (e.what === 'mapping made') table.set(e.number, { number: e.number, inside: e.a, outside: e.b, at: e.at_us, made: e.at_us, expired: false });
  const m = table.get(e.number);
  if (m && e.what === 'mapping expired') { m.expired = true; m.at = e.at_us; }
}
/* What is known at `us`, which is included. */
export function momentOf(d, us) {
  const m = { agents: new Map(d.agents.map(a => [a.name, newAgent()])), nats: new Map(), relays: new Map(), last: -1 };
  for (const n of d.nodes) if (n.kind === 'gateway') m.nats.set(n.name, new Map());
  for (const e of d.events) {
    if (e.at_us > us) break;
    m.last = e.at_us;
    if (m.agents.has(e.node)) noteAgent(m.agents.get(e.node), e);
    if (m.nats.has(e.node)) noteMapping(m.nats.get(e.node), e);
    if (e.what === 'allocated') m.relays.set(e.b, e.at_us);
  }
  return m;
}
/* The candidates of an agent that are known at a moment: its hosts' own from its first event on. */
export function candidatesAt(a, m) {
  const agent = m.agents.get(a.name);
  return a.candidates.filter(k => agent.found.has(k.address) || agent.gathered && k.type !== 'prflx' && (k.type !== 'relay' ||
      !m.relays.size || m.relays.has(k.address)) || agent.phase && (k.type === 'host' || m.relays.has(k.address)));
}
/* Who calls, and whom: the two ends of the drawing. */
export function endsOf(d) {
  const names = d.nodes.filter(n => n.kind === 'agent').map(n => n.name), of = what => (d.events.find(e => e.what === what && names.includes(e.node)) ||
      {}).node;
  const caller = of('call') || names[0] || '', others = names.filter(n => n !== caller), parties = d.agents.map(a => a.name).filter(n => others.includes(n));
  return [caller, of('offer-received') && of('offer-received') !== caller ? of('offer-received') : parties[0] || others[0] || ''];
}

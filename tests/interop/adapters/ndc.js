// libjuice as adapter, through libdatachannel and its npm package node-datachannel.
'use strict';
const { say, unsupported, need, versionOf, serve, probes } = require('./lines.js');
const ndc = need('node-datachannel');

let pc = null, data = null, timer = null, ended = false, told = '';

// One URL of STUN or TURN in libdatachannel's form.
function server(url, entry) {
    const [, scheme, host, port, query] = /^(\w+):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?(.*))?$/.exec(url);
    if (scheme === 'stun') return `stun:${host}:${port || 3478}`;
    if (scheme !== 'turn' || (query && query !== 'transport=udp')) unsupported(`libjuice has TURN over UDP only, not ${url}`);
    const hostname = host.replace(/^\[|\]$/g, '');
    return { hostname, port: Number(port || 3478), username: entry.username, password: entry.credential, relayType: 'TurnUdp' };
}

function selected() {
    const pair = pc.getSelectedCandidatePair();
    if (!pair || !pair.local || !pair.remote) return;
    const end = c => ({ type: c.type.toLowerCase(), addr: c.address, port: c.port, proto: c.transportType.toLowerCase() });
    const line = { t: 'selected', local: end(pair.local), remote: end(pair.remote) };
    if (JSON.stringify(line) !== told) say(line);
    told = JSON.stringify(line);
}

// A ClientHello that comes while ICE connects can make libdatachannel's threads wait for each other forever (its pull request 1630, later
// than 0.33.4): as DTLS client it gets none.
const dtlsClient = sdp => sdp.replace('a=setup:actpass', 'a=setup:active');

// Polling for the pair before there is one was seen together with hangs.
function iceState(state) {
    say({ t: 'state', ice: state });
    if (!timer && /^(connected|completed)$/.test(state)) timer = setInterval(selected, 250);
}

function use(channel) {
    data = probes(bytes => {
        if (channel.isOpen() && channel.bufferedAmount() < 65536) channel.sendMessageBinary(bytes);
    }, say);
    channel.onMessage(message => typeof message !== 'string' && data.got(message));
    channel.onOpen(() => data.open());
    if (channel.isOpen()) data.open();
}

function gathering(state) {
    if (state !== 'complete' || ended) return;
    ended = true;
    say({ t: 'signal', cand: { end: true } });
}

serve({
    hello: () => ({ stack: 'libjuice', version: versionOf('node-datachannel'), kind: 'webrtc', trickle: true, local_type: 'candidate' }),
    start(m) {
        const iceServers = (m.ice || []).flatMap(entry => [].concat(entry.urls).map(url => server(url, entry)));
        pc = new ndc.PeerConnection('natsim', { iceServers, iceTransportPolicy: m.policy || 'all' });
        pc.onLocalDescription((sdp, type) => say({ t: 'signal', desc: { type, sdp: dtlsClient(sdp) } }));
        pc.onLocalCandidate((c, mid) => say({ t: 'signal', cand: { candidate: c.replace(/^a=/, ''), sdpMid: mid } }));
        pc.onGatheringStateChange(gathering);
        pc.onIceStateChange(iceState);
        pc.onDataChannel(use);
        if (m.offerer) use(pc.createDataChannel('natsim'));
    },
    describe: desc => pc.setRemoteDescription(desc.sdp, desc.type),
    candidate: c => pc.addRemoteCandidate(c.candidate, c.sdpMid || '0'),
    end: () => {}, // libdatachannel has no call for it
    close() {
        clearInterval(timer);
        if (data) data.close();
        if (pc) pc.close();
    },
});

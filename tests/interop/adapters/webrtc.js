/* An RTCPeerConnection as adapter: `webrtc.js wrtc` (libwebrtc, npm @roamhq/wrtc) or `webrtc.js werift`. browser.js runs the same
   peer() in a page. */
'use strict';

// The agent for lines.js over any RTCPeerConnection. It runs in a browser's page, too: nothing but the language and the API in here.
// not_ice: a word of iceConnectionState that is none of ICE's in this stack.
function peer(RTCPeerConnection, say, probes, not_ice) {
    let pc = null, data = null, channel = null, timer = null, asked = null, ended = false, ice = 'new';
    const told = { state: JSON.stringify({ t: 'state', ice, conn: 'new' }) };

    // Says a line of a kind only when it is a change.
    function change(line) {
        const text = JSON.stringify(line);
        if (told[line.t] !== text) say(line);
        told[line.t] = text;
    }
    function state() {
        if (pc.iceConnectionState !== not_ice) ice = pc.iceConnectionState;
        change({ t: 'state', ice, conn: pc.connectionState });
    }
    // Events alone will not do: libwebrtc's npm package fires some before the state they tell of is there.
    function look() {
        state();
        if (/^(connected|completed|disconnected)$/.test(ice)) asked = selected().catch(() => {});
    }
    const end = stat => ({
        type: stat.candidateType,
        addr: stat.address || stat.ip || null,
        port: stat.port,
        proto: String(stat.protocol).toLowerCase(),
    });
    async function selected() {
        const stats = await pc.getStats();
        let pair = null;
        stats.forEach(s => {
            if (s.type === 'candidate-pair' && (s.selected || (s.nominated && s.state === 'succeeded'))) pair = s;
        });
        stats.forEach(s => {
            if (s.type === 'transport' && s.selectedCandidatePairId) pair = stats.get(s.selectedCandidatePairId);
        });
        const local = pair && stats.get(pair.localCandidateId), remote = pair && stats.get(pair.remoteCandidateId);
        if (local && remote) change({ t: 'selected', local: end(local), remote: end(remote) });
    }
    const ufragOf = c => c.usernameFragment || (/ ufrag (\S+)/.exec(c.candidate) || [])[1];
    function local(event) {
        const c = event.candidate;
        const ufrag = c && c.candidate && ufragOf(c);
        if (c && c.candidate) say({ t: 'signal', cand: { candidate: c.candidate, sdpMid: c.sdpMid || '0', ...(ufrag && { ufrag }) } });
        if (c || ended) return;
        ended = true;
        say({ t: 'signal', cand: { end: true } });
    }
    function use(its) {
        channel = its;
        channel.binaryType = 'arraybuffer';
        // libwebrtc's npm package may refuse to send over a channel that is about to say that it is closed: what is lost is lost.
        data = probes(bytes => {
            try {
                if (channel.readyState === 'open' && !(channel.bufferedAmount > 65536)) channel.send(bytes);
            } catch (e) {
                if (e.name !== 'InvalidStateError') throw e;
            }
        }, say);
        channel.onmessage = event => data.got(event.data);
        channel.onopen = () => data.open();
        if (channel.readyState === 'open') data.open();
    }
    // The description goes out first: no candidate can overtake it. werift's setLocalDescription lasts as long as its gathering.
    function describeSelf(desc) {
        ended = false;
        say({ t: 'signal', desc: { type: desc.type, sdp: desc.sdp } });
        pc.setLocalDescription(desc);
    }
    return {
        async start(m) {
            pc = new RTCPeerConnection({ iceServers: m.ice, iceTransportPolicy: m.policy || 'all' });
            pc.onicecandidate = local;
            pc.oniceconnectionstatechange = pc.onconnectionstatechange = state;
            timer = setInterval(look, 200);
            pc.ondatachannel = event => use(event.channel);
            if (!m.offerer) return;
            use(pc.createDataChannel('natsim'));
            describeSelf(await pc.createOffer());
        },
        async describe(desc) {
            await pc.setRemoteDescription(desc);
            if (desc.type === 'offer') describeSelf(await pc.createAnswer());
        },
        // The offer of a restart (RFC 8829, 5.2.2): iceRestart is older than restartIce(), and does the same.
        restart: async () => describeSelf(await pc.createOffer({ iceRestart: true })),
        candidate: c =>
            pc.addIceCandidate({ candidate: c.candidate, sdpMid: c.sdpMid || '0', sdpMLineIndex: 0, ...(c.ufrag && { usernameFragment: c.ufrag }) })
                .catch(e => say({ t: 'log', msg: `${c.candidate}: ${e.message}` })),
        // Older libwebrtc knows no end of candidates.
        end: () => pc.addIceCandidate({ candidate: '', sdpMid: '0', sdpMLineIndex: 0 }).catch(() => {}),
        // Nothing is under way when it closes: libwebrtc's npm package crashes now and then.
        async close() {
            clearInterval(timer);
            if (data) data.close();
            if (channel) channel.onmessage = null;
            await asked;
            return pc && pc.close();
        },
    };
}

function main(name) {
    const { say, need, versionOf, serve, probes } = require('./lines.js');
    const stacks = {
        wrtc: ['libwebrtc', '@roamhq/wrtc', 'candidate', ['restart']],
        werift: ['werift', 'werift', 'base', [], 'completed'], // its 'completed' is the end of gathering; it makes an offer, and no checks
    };
    const [stack, npm, local_type, caps, not_ice] = stacks[name];
    const { RTCPeerConnection } = need(npm);
    const hello = () => ({ stack, version: versionOf(npm), kind: 'webrtc', trickle: true, local_type, caps });
    serve({ hello, ...peer(RTCPeerConnection, say, probes, not_ice) });
}

if (typeof module === 'object') {
    module.exports = { peer };
    if (require.main === module) main(process.argv[2]);
}

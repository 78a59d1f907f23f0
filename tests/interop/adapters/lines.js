// What the adapters in JavaScript share: the JSON lines of ../README.md, in their order, and the data probes.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');

let greeted = false;

function say(line) {
    greeted = greeted || line.t === 'hello';
    process.stdout.write(JSON.stringify(line) + '\n');
}

// Ends the process: the stack cannot do what was asked. Only who has said hello is believed.
function unsupported(why) {
    if (!greeted) fs.writeSync(1, `{"t":"hello","stack":"${path.basename(process.argv[1], '.js')}","kind":"webrtc"}\n`);
    console.error(why);
    process.exit(127);
}

// The npm package of that name, or the end.
function need(name) {
    try {
        return require(name);
    } catch (e) {
        return unsupported(`${name} is not installed (${String(e.message).split('\n')[0]}): bash tests/interop/setup.sh`);
    }
}

function versionOf(name) {
    return JSON.parse(fs.readFileSync(path.join(__dirname, 'node_modules', name, 'package.json'))).version;
}

// WebRTC ties the roles to who offers: the offerer controls, unless it is lite.
function needRole(role, controls) {
    if (role && role !== (controls ? 'controlling' : 'controlled'))
        unsupported(`WebRTC cannot be ${role} here: the offerer controls`);
}

/* Runs an agent until `stop`. It has hello() -> object, start(m), describe(desc), candidate(cand), end(), close() and, when its caps say
   so, restart(); each may be a promise, and they are called one after another. */
function serve(agent) {
    let started = {}, early = [], described = false, stopping = false;
    let work = Promise.resolve().then(() => agent.hello()).then(hello => say({ t: 'hello', ...hello }));

    const candidate = c => (c.end ? agent.end() : agent.candidate(c));
    async function describe(desc) {
        if (desc.type === 'offer' && !described) needRole(started.role, /^a=ice-lite/m.test(desc.sdp)); // a restart leaves the roles
        await agent.describe(desc);
        described = true;
        for (const c of early.splice(0)) await candidate(c);
    }
    function hear(m) {
        if (m.t === 'start') {
            started = m;
            if (m.offerer) needRole(m.role, true);
            return agent.start(m);
        }
        if (m.t === 'restart') return agent.restart();
        if (m.t !== 'signal') return undefined;
        if (m.desc) return describe(m.desc);
        return described ? candidate(m.cand) : early.push(m.cand);
    }
    async function stop() {
        if (stopping) return;
        stopping = true;
        const late = new Promise(resolve => setTimeout(resolve, 1500));
        await Promise.race([Promise.resolve().then(() => agent.close()).catch(e => console.error(e)), late]);
        process.stdout.write('{"t":"bye"}\n', () => process.exit(0));
    }

    const input = readline.createInterface({ input: process.stdin });
    input.on('line', text => {
        const m = JSON.parse(text);
        if (m.t === 'stop') stop();
        else work = work.then(() => (stopping ? undefined : hear(m)));
    });
    input.on('close', stop);
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, stop);
    process.stdout.on('error', () => process.exit(1));
    process.on('unhandledRejection', e => {
        if (stopping) return;
        console.error(e);
        process.exit(1);
    });
}

// The data probes over one channel. It runs in a browser's page, too: nothing but the language in here.
function probes(send, tell) {
    const wanted = 20, size = 64;
    const tag = Array.from({ length: 8 }, () => Math.floor(Math.random() * 256));
    const back = new Set();
    let sent = 0, timer = null;

    function probe() {
        const bytes = new Uint8Array(size);
        bytes.set([128, 0, ...tag]);
        new DataView(bytes.buffer).setUint32(10, sent++);
        send(bytes);
    }
    function every(ms) {
        clearInterval(timer);
        timer = setInterval(probe, ms);
    }
    function answered(bytes) {
        if (back.size >= wanted || !tag.every((byte, i) => bytes[2 + i] === byte)) return;
        back.add(new DataView(bytes.buffer).getUint32(10));
        if (back.size < wanted) return;
        tell({ t: 'data', ok: true, n: wanted });
        every(100);
    }
    return {
        open() {
            if (timer) return;
            tell({ t: 'open' });
            every(10);
        },
        // data: an ArrayBuffer or a view, of any message
        got(data) {
            const bytes = new Uint8Array(data);
            if (bytes.length < 32 || bytes.length > 1200) return;
            if (bytes[0] === 129) answered(bytes);
            if (bytes[0] !== 128) return;
            bytes[0] = 129;
            send(bytes);
        },
        close: () => clearInterval(timer),
    };
}

module.exports = { say, unsupported, need, versionOf, serve, probes };

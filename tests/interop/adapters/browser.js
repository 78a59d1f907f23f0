/* A browser as adapter: `browser.js chromium` (DevTools over a pipe) or `browser.js firefox` (Marionette), headless, with the peer of
   webrtc.js in an empty page. Needs no npm package. */
'use strict';
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { say, unsupported, serve, probes } = require('./lines.js');
const { peer } = require('./webrtc.js');

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'natsim-browser-'));
let browser = null, ending = false;

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

function remove() {
    try {
        fs.rmSync(profile, { recursive: true, force: true });
        return true;
    } catch {
        return false; // a process that dies has just made another file in there
    }
}

function kill() {
    ending = true;
    try {
        if (browser) process.kill(-browser.pid, 'SIGKILL');
    } catch {} // is gone already
}

async function end() {
    kill();
    for (let tries = 0; !remove() && tries < 10; tries++) await sleep(50);
}

process.on('exit', () => {
    kill();
    remove();
});

// A process group of its own: what the browser forks dies with it.
function launch(file, args, stdio) {
    const env = { ...process.env, HOME: profile, TMPDIR: profile, MOZ_CRASHREPORTER_DISABLE: '1' };
    browser = spawn(file, args, { stdio, detached: true, env });
    browser.on('error', e => unsupported(`${file} does not start (${e.code}): bash tests/interop/setup.sh --browsers`));
    browser.on('exit', (code, signal) => {
        if (ending) return;
        console.error(`the browser ended by itself: ${signal || code}`);
        process.exit(1);
    });
}

// Calls by number, and their answers.
function calls() {
    const waiting = new Map();
    let last = 0;
    return {
        make(send) {
            const id = ++last;
            send(id);
            return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
        },
        answer(id, error, result) {
            const call = waiting.get(id);
            waiting.delete(id);
            if (!call) return;
            if (error) call.reject(new Error(error.message || JSON.stringify(error)));
            else call.resolve(result);
        },
    };
}

async function chromium(file) {
    const off = 'WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,Translate,DialMediaRouteProvider';
    const flags = ['headless=new', 'no-sandbox', 'remote-debugging-pipe', `user-data-dir=${profile}`, `disable-features=${off}`,
        'disable-background-networking', 'disable-component-update', 'disable-sync', 'disable-default-apps', 'disable-extensions',
        'disable-domain-reliability', 'disable-client-side-phishing-detection', 'disable-breakpad', 'disable-gpu',
        'disable-dev-shm-usage', 'disable-quic', 'disable-background-timer-throttling', 'disable-renderer-backgrounding',
        'no-first-run', 'no-default-browser-check', 'no-proxy-server', 'metrics-recording-only', 'mute-audio', 'log-level=3'];
    launch(file, [...flags.map(f => `--${f}`), 'about:blank'], ['ignore', 'ignore', 'inherit', 'pipe', 'pipe']);
    const [, , , to, from] = browser.stdio;
    const { make, answer } = calls();
    let rest = '';
    for (const pipe of [to, from]) pipe.on('error', () => {}); // reset when the browser is killed
    from.setEncoding('utf8').on('data', text => {
        const messages = (rest + text).split('\0');
        rest = messages.pop();
        for (const m of messages.map(JSON.parse)) if (m.id) answer(m.id, m.error, m.result);
    });
    const call = (method, params = {}, sessionId) => make(id => to.write(JSON.stringify({ id, method, params, sessionId }) + '\0'));

    // Without leave to use a camera WebRTC gathers on the interface of the default route only.
    await call('Browser.grantPermissions', { permissions: ['videoCapture', 'audioCapture'] });
    const { product } = await call('Browser.getVersion');
    let page;
    while (!page) page = (await call('Target.getTargets')).targetInfos.find(t => t.type === 'page') || void (await sleep(20));
    const { sessionId } = await call('Target.attachToTarget', { targetId: page.targetId, flatten: true });
    return {
        version: product.split('/')[1],
        async run(expression) {
            const r = await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId);
            if (r.exceptionDetails) throw new Error((r.exceptionDetails.exception || r.exceptionDetails).description);
            return r.result.value;
        },
    };
}

const firefoxPrefs = {
    'marionette.port': 0,
    'media.peerconnection.ice.obfuscate_host_addresses': false,
    'app.normandy.enabled': false,
    'app.update.enabled': false,
    'browser.region.network.url': '',
    'browser.safebrowsing.malware.enabled': false,
    'browser.safebrowsing.phishing.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.homepage_override.mstone': 'ignore',
    'datareporting.policy.dataSubmissionEnabled': false,
    'dom.push.connection.enabled': false,
    'extensions.update.enabled': false,
    'media.gmp-manager.updateEnabled': false,
    'permissions.default.camera': 1, // without leave to use one WebRTC gathers on the interface of the default route only
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'network.proxy.type': 0,
    'services.settings.server': 'data:,#remote-settings-dummy/v1',
    'toolkit.telemetry.server': '',
};

// Connects to the port that Marionette writes into the profile.
async function marionette() {
    const file = path.join(profile, 'MarionetteActivePort');
    for (;;) {
        await sleep(30);
        const port = fs.existsSync(file) && Number(fs.readFileSync(file, 'utf8'));
        if (!port) continue;
        const socket = net.connect(port, '127.0.0.1');
        await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
        return socket.on('error', () => {}); // reset when the browser is killed
    }
}

async function firefox(file) {
    const prefs = Object.entries(firefoxPrefs).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});\n`);
    fs.writeFileSync(path.join(profile, 'user.js'), prefs.join(''));
    say({ t: 'lo' }); // Marionette listens at 127.0.0.1
    while (!os.networkInterfaces().lo) await sleep(10);
    launch(file, ['--headless', '--marionette', '--no-remote', '--profile', profile], ['ignore', 'ignore', 'inherit']);
    const socket = await marionette();
    const { make, answer } = calls();
    let rest = Buffer.alloc(0);
    socket.on('data', bytes => { // packets: length:JSON
        rest = Buffer.concat([rest, bytes]);
        for (;;) {
            const colon = rest.indexOf(':'), end = colon + 1 + parseInt(rest, 10);
            if (colon < 0 || rest.length < end) return;
            const m = JSON.parse(rest.subarray(colon + 1, end));
            rest = rest.subarray(end);
            if (Array.isArray(m)) answer(m[1], m[2], m[3]);
        }
    });
    const call = (name, params = {}) => make(id => {
        const text = JSON.stringify([0, id, name, params]);
        socket.write(`${Buffer.byteLength(text)}:${text}`);
    });

    const { capabilities } = await call('WebDriver:NewSession');
    await call('WebDriver:SetTimeouts', { script: 86400000 }); // a day: hear() lasts as long as nothing is said
    await call('WebDriver:Navigate', { url: 'about:blank' }); // the page of the start may not run foreign code
    return {
        version: capabilities.browserVersion,
        run: async expression =>
            (await call('WebDriver:ExecuteScript', { script: 'return window.eval(arguments[0])', args: [expression] })).value,
    };
}

// What the page runs before anything else: agent, hear() and the code of webrtc.js.
const setup = `
    ${probes}
    ${peer}
    var said = [], wake = () => {};
    function tell(line) { said.push(line); wake(); }
    var agent = peer(RTCPeerConnection, tell, probes);
    addEventListener('unhandledrejection', event => tell({ t: 'failed', why: String(event.reason) }));
    async function hear() {
        while (!said.length) await new Promise(resolve => { wake = resolve; });
        return JSON.stringify(said.splice(0));
    }
    async function ask(name, what) { await agent[name](what); }
    0`;

let page = null;
const ask = (name, what) => page.run(`ask(${JSON.stringify(name)}, ${JSON.stringify(what)})`);

async function hear() {
    while (!ending) {
        for (const line of JSON.parse(await page.run('hear()'))) {
            if (line.t === 'failed') throw new Error(line.why);
            say(line);
        }
    }
}

const stack = process.argv[2];
const open = { chromium, firefox }[stack];
if (!open) unsupported('usage: browser.js chromium|firefox');
serve({
    async hello() {
        page = await open(process.env.NATSIM_BROWSER || { chromium: 'chromium', firefox: 'firefox-esr' }[stack]);
        await page.run(setup);
        hear();
        return { stack, version: page.version, kind: 'webrtc', trickle: true, local_type: 'candidate', caps: ['restart'] };
    },
    start: m => ask('start', m),
    describe: desc => ask('describe', desc),
    candidate: c => ask('candidate', c),
    end: () => ask('end'),
    restart: () => ask('restart'),
    async close() {
        if (page) await Promise.race([ask('close').catch(() => {}), sleep(500)]);
        await end();
    },
});

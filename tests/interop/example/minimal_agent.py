#!/usr/bin/python3
"""The smallest adapter of ../README.md, to be copied: put your agent in aioice's place. It leaves out TURN and policy."""
import asyncio, json, os, sys
import aioice

def say(t, **fields):
    print(json.dumps({"t": t, **fields}), flush=True)

async def hear(lines):
    line = json.loads(await lines.readline() or '{"t":"stop"}')
    if line["t"] == "stop":
        say("bye")
        os._exit(0)
    return line

async def probe(ice, magic, back):
    for number in range(10**9):
        await ice.send(b"\x80\x00" + magic + number.to_bytes(20, "big"))
        await asyncio.sleep(0.01 if len(back) < 20 else 0.1)

async def connect(ice, magic, back):
    say("state", ice="checking")
    await ice.connect()
    pair = ice._nominated[1]  # a host candidate for what goes through a NAT: local_type is "base"
    sides = {"local": pair.local_candidate, "remote": pair.remote_candidate}
    say("selected", **{side: {"type": c.type, "addr": c.host, "port": c.port, "proto": "udp"} for side, c in sides.items()})
    say("state", ice="completed")
    say("open")
    prober = asyncio.create_task(probe(ice, magic, back))
    while data := await ice.recv():
        if data[0] == 128:
            await ice.send(b"\x81" + data[1:])
        elif data.startswith(b"\x81\x00" + magic) and len(back) < 20:
            back.add(data)
            if len(back) == 20:
                say("data", ok=True, n=20)

async def main():
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    say("hello", stack="minimal", version="1", kind="ice", trickle=False, local_type="base")
    start = await hear(lines)
    stun = [url.split(":")[1:] for server in start["ice"] for url in server["urls"] if url.startswith("stun:")]
    ice = aioice.Connection(start["role"] == "controlling", stun_server=(stun[0][0], int(stun[0][1])) if stun else None)
    await ice.gather_candidates()
    say("signal", desc={"type": "offer" if start["offerer"] else "answer", "ufrag": ice.local_username, "pwd": ice.local_password})
    for candidate in ice.local_candidates:
        say("signal", cand={"candidate": "candidate:" + candidate.to_sdp(), "sdpMid": "0"})
    say("signal", cand={"end": True})
    while not (ice.remote_username and ice._remote_candidates_end):
        line = await hear(lines)
        if "desc" in line:
            ice.remote_username, ice.remote_password = line["desc"]["ufrag"], line["desc"]["pwd"]
        else:
            text = line["cand"].get("candidate")  # none: it is their end
            await ice.add_remote_candidate(aioice.Candidate.from_sdp(text.removeprefix("candidate:")) if text else None)
    connection = asyncio.create_task(connect(ice, os.urandom(11), set()))
    while True:
        await hear(lines)

asyncio.run(main())

/* Every kind of error in a scenario: its place, what it says, and the mend, to the letter. A row is a change to a good scenario. */
#include "scenarios/language/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

static const char base[] =
    "natsim: 1\n"
    "claim: Two agents behind NATs.\n"
    "tags: [ci]\n"
    "seed: 7\n"
    "matrix:\n"
    "  left: [full-cone, symmetric]\n"
    "networks:\n"
    "  internet: {ipv4: 203.0.113.0/24, delay: 20ms}\n"
    "  home: {ipv4: 10.1.0.0/24, delay: 1ms, loss: 0%, rate: 10Mbit}\n"
    "  office: {ipv4: 10.2.0.0/24}\n"
    "gateways:\n"
    "  nat-left: {inside: home, outside: internet, nat: \"${left}\"}\n"
    "  nat-right: {inside: office, outside: internet, nat: symmetric}\n"
    "servers:\n"
    "  stun: {on: internet, kind: stun}\n"
    "  turn: {on: internet, kind: turn, users: {alice: secret}}\n"
    "  platform: {on: internet, kind: platform}\n"
    "agents:\n"
    "  L: {on: home, role: controlling, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}\n"
    "  R: {on: office, stun: [stun]}\n"
    "steps:\n"
    "  - {at: 0s, call: {from: L, to: R}}\n"
    "expect:\n"
    "  path: oracle\n"
    "  L: {state: completed}\n"
    "expect-where:\n"
    "  - when: {left: symmetric}\n"
    "    path: direct\n";

struct row {
    const char *find, *replace, *expect;
};

static const struct row rows[] = {
    {"natsim: 1\n", "natsim: 2\n", "1:9: 'natsim: 2' is not in this version: write natsim: 1\n"},
    {"natsim: 1\n", "", "1:1: 'natsim' is missing: a scenario needs it\n"},
    {"claim: Two agents behind NATs.\n", "", "1:1: 'claim' is missing: a scenario needs it\n"},
    {"claim: Two agents behind NATs.", "claim: ''", "2:8: 'claim' is empty: write at least one character\n"},
    {"seed: 7", "seed: -1", "4:7: '-1' is not a whole number: write a number from 0 to 9223372036854775807\n"},
    {"seed: 7", "seed: 18446744073709551616",
     "4:7: 18446744073709551616 is out of range for 'seed': write a number from 0 to 9223372036854775807\n"},
    {"seed: 7", "seed: 7\nseeds: 3", "5:1: unknown key 'seeds': did you mean 'seed'?\n"},
    {"seed: 7", "seed: 7\nseed: 8", "5:1: duplicate key 'seed': it is already in line 4\n"},
    {"tags: [ci]", "tags: [[ci]]", "3:8: a tag must be a word, not a list\n"},
    {"delay: 20ms", "dealy: 20ms", "8:36: unknown key 'dealy': did you mean 'delay'?\n"},
    {"delay: 20ms", "delay: 20", "8:43: '20' has no unit: write 20ms\n"},
    {"delay: 20ms", "delay: 0", "8:43: '0' has no unit: write 0s\n"},
    {"delay: 20ms", "delay: soon",
     "8:43: 'soon' is not a time: a time is a number and ns, us, ms, s, m or h, as in 20ms, up to 100000h\n"},
    {"delay: 20ms", "delay: [20ms]", "8:43: 'delay' must be a time, not a list\n"},
    {"delay: 20ms", "delay: 200000h",
     "8:43: '200000h' is too large: a time is a number and ns, us, ms, s, m or h, as in 20ms, up to 100000h\n"},
    {"delay: 20ms", "delay: 0.5ns",
     "8:43: '0.5ns' has too many digits: a time is a number and ns, us, ms, s, m or h, as in 20ms, up to 100000h\n"},
    {"delay: 20ms", "delay:", "8:36: 'delay' must be a time, not nothing\n"},
    {"loss: 0%", "loss: 1", "9:47: '1' has no unit: write 1%\n"},
    {"loss: 0%", "loss: 101%", "9:47: '101%' is too large: write 0% to 100%, as in 1% or 0.5%\n"},
    {"loss: 0%", "loss: one", "9:47: 'one' is not a percentage: write 0% to 100%, as in 1% or 0.5%\n"},
    {"rate: 10Mbit", "rate: 10", "9:57: '10' has no unit: write 10Mbit\n"},
    {"rate: 10Mbit", "rate: 10Mbps",
     "9:57: '10Mbps' is not a rate: a rate is a number and bit, kbit, Mbit or Gbit, as in 10Mbit, up to 1000Gbit\n"},
    {"rate: 10Mbit", "queue: 0", "9:58: 0 is out of range for 'queue': write a number from 1 to 1000000\n"},
    {"rate: 10Mbit", "mtu: 99999", "9:56: 99999 is out of range for 'mtu': write a number from 68 to 65535\n"},
    {"rate: 10Mbit", "ipv6: 2001:db8::/64, mtu: 1000", "9:77: an MTU of 1000 is too small for IPv6: write 1280 or more\n"},
    {"10.1.0.0/24", "10.1.0.1/24",
     "9:16: '10.1.0.1/24' is not an IPv4 prefix: write it as in 203.0.113.0/24, with zeros behind the prefix\n"},
    {"10.1.0.0/24", "10.1.0.0",
     "9:16: '10.1.0.0' is not an IPv4 prefix: write it as in 203.0.113.0/24, with zeros behind the prefix\n"},
    {"10.1.0.0/24", "0.0.0.0/8",
     "9:16: no network can have the prefix 0.0.0.0/8: 0.0.0.0/8 is \"this network\" (RFC 1122, 3.2.1.3): write another one, as in 203.0.113.0/24 or 10.1.0.0/24\n"},
    {"10.1.0.0/24", "0.0.0.0/0",
     "9:16: no network can have the prefix 0.0.0.0/0: 0.0.0.0/8 is \"this network\" (RFC 1122, 3.2.1.3): write another one, as in 203.0.113.0/24 or 10.1.0.0/24\n"},
    {"10.1.0.0/24", "127.0.0.0/24",
     "9:16: no network can have the prefix 127.0.0.0/24: 127.0.0.0/8 is loopback (RFC 1122, 3.2.1.3): write another one, as in 203.0.113.0/24 or 10.1.0.0/24\n"},
    {"10.1.0.0/24", "64.0.0.0/2",
     "9:16: no network can have the prefix 64.0.0.0/2: 127.0.0.0/8 is loopback (RFC 1122, 3.2.1.3): write another one, as in 203.0.113.0/24 or 10.1.0.0/24\n"},
    {"10.1.0.0/24", "239.1.2.0/24",
     "9:16: no network can have the prefix 239.1.2.0/24: 224.0.0.0/4 is multicast (RFC 1112, 4): write another one, as in 203.0.113.0/24 or 10.1.0.0/24\n"},
    {"10.1.0.0/24", "255.255.255.0/24",
     "9:16: no network can have the prefix 255.255.255.0/24: 240.0.0.0/4 is reserved (RFC 1112, 4): write another one, as in 203.0.113.0/24 or 10.1.0.0/24\n"},
    {"10.1.0.0/24", "10.1.0.0/24, ipv6: '::/0'",
     "9:35: no network can have the prefix ::/0: ::/96 is the unspecified address, loopback and IPv4-compatible (RFC 4291, 2.5): write another one, as in 2001:db8:1::/64\n"},
    {"10.1.0.0/24", "10.1.0.0/24, ipv6: '::/128'",
     "9:35: no network can have the prefix ::/128: ::/96 is the unspecified address, loopback and IPv4-compatible (RFC 4291, 2.5): write another one, as in 2001:db8:1::/64\n"},
    {"10.1.0.0/24", "10.1.0.0/24, ipv6: '::ffff:10.1.0.0/112'",
     "9:35: no network can have the prefix ::ffff:10.1.0.0/112: ::ffff:0:0/96 is IPv4-mapped (RFC 4291, 2.5.5.2): write another one, as in 2001:db8:1::/64\n"},
    {"10.1.0.0/24", "10.1.0.0/24, ipv6: 'ff02::/64'",
     "9:35: no network can have the prefix ff02::/64: ff00::/8 is multicast (RFC 4291, 2.7): write another one, as in 2001:db8:1::/64\n"},
    {"{ipv4: 10.2.0.0/24}", "{delay: 1ms}", "10:11: network 'office' has no prefix: write ipv4: 203.0.113.0/24, or ipv6\n"},
    {"{ipv4: 10.2.0.0/24}", "10.2.0.0/24", "10:11: a network must be a mapping, not a value: write {ipv4: ...}\n"},
    {"networks:\n  internet: {ipv4: 203.0.113.0/24, delay: 20ms}", "networks:\n  internet: {ipv4: 203.0.113.0/30, delay: 20ms}",
     "13:3: no address left for 'nat-right' in 203.0.113.0/30, the prefix of 'internet': make the prefix larger\n"
     "15:3: no address left for 'stun' in 203.0.113.0/30, the prefix of 'internet': make the prefix larger\n"
     "16:3: no address left for 'turn' in 203.0.113.0/30, the prefix of 'internet': make the prefix larger\n"
     "17:3: no address left for 'platform' in 203.0.113.0/30, the prefix of 'internet': make the prefix larger\n"},
    {"outside: internet, nat: symmetric", "outside: internt, nat: symmetric",
     "13:40: unknown network 'internt': did you mean 'internet'?\n"},
    {"inside: office, ", "", "13:14: 'inside' is missing: a gateway needs it\n"},
    {"inside: office, outside", "inside: [], outside", "13:23: no network: name 1 to 64\n"},
    {"inside: office, outside: internet", "inside: office, outside: office",
     "13:3: the outside of gateway 'nat-right' leads back to its inside 'office': choose an outside network nearer to the "
     "internet\n"},
    {"inside: office", "inside: home",
     "13:3: network 'home' is already the inside of gateway 'nat-left': a network has one gateway: put the second behind a network "
     "of its own\n"},
    {"nat: symmetric", "nat: symetric", "13:55: unknown preset 'symetric': did you mean 'symmetric'?\n"},
    {"nat: symmetric", "nat: {mapping: endpoint-independent}",
     "13:55: 'filtering' is missing: a policy without a preset needs it\n"},
    {"nat: symmetric", "nat: {mapping: endpoint-independent, filterin: address-dependent}",
     "13:87: unknown key 'filterin': did you mean 'filtering'?\n"
     "13:55: 'filtering' is missing: a policy without a preset needs it\n"},
    {"nat: symmetric", "nat: {preset: symmetric, hairpin: yes}",
     "13:84: unknown value 'yes' of 'hairpin': write one of none, internal-source, external-source\n"},
    {"nat: symmetric", "nat: {preset: symmetric, ports: overload}",
     "13:55: 'ports: overload' shares the port of an endpoint-independent mapping: it contradicts an endpoint-dependent one: the keys of preset 'symmetric' count, too: set them otherwise\n"},
    {"nat: symmetric", "nat: {preset: symmetric, port-control: [pcp]}", "13:75: 'port-control' is not in this version\n"},
    {"nat: symmetric", "nat: {preset: symmetric, lifetime: 30}", "13:85: '30' has no unit: write 30ms\n"},
    {"nat: symmetric", "nat: {preset: symmetric, lifetime: 0s}",
     "13:85: '0s' is out of range for 'lifetime': it must be above 0\n"},
    {"nat: symmetric", "nat: {preset: symmetric, lifetime: 30s, lifetimes: {new: 1s}}",
     "13:101: 'lifetime' and 'lifetimes' exclude each other: leave one out\n"},
    {"nat: symmetric", "nat: {preset: symmetric, range: 5000}",
     "13:82: '5000' is not a range of ports: write A..B with 1 <= A <= B <= 65535, as in 1024..65535\n"},
    {"nat: symmetric", "nat: {preset: symmetric, refresh: [sideways]}",
     "13:85: unknown value 'sideways' of 'refresh': write one of outbound, inbound\n"},
    {"nat: symmetric", "nat: {preset: symmetric, refresh: []}",
     "13:84: 'refresh' is empty: write one or more of outbound, inbound\n"},
    {"nat: symmetric", "nat: {preset: symmetric, lifetime-by-port: {0: 15s}}",
     "13:94: 0 is out of range for 'lifetime-by-port': write a number from 1 to 65535\n"},
    {"nat: symmetric", "nat: {preset: none, hairpin: none}",
     "13:70: 'hairpin' has no effect with preset 'none', which does not translate: leave it out\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: [tcp/0]}",
     "13:83: 'tcp/0' is no destination of 'allow': write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: [udp/65536]}",
     "13:83: 'udp/65536' is no destination of 'allow': write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: [tcp/ 443]}",
     "13:83: 'tcp/ 443' is no destination of 'allow': write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: [icmp]}",
     "13:83: 'icmp' is no destination of 'allow': write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: [udp, sctp/5]}",
     "13:88: 'sctp/5' is no destination of 'allow': write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: [tcp443]}",
     "13:83: 'tcp443' is no destination of 'allow': write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: [tcp/]}",
     "13:83: 'tcp/' is no destination of 'allow': write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: [[udp]]}",
     "13:83: 'a list' is no destination of 'allow': write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: []}",
     "13:82: 'allow' must be a list of 1 to 32 destinations: write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: udp}",
     "13:82: 'allow' must be a list of 1 to 32 destinations: write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: symmetric, allow: {udp: 1}}",
     "13:82: 'allow' must be a list of 1 to 32 destinations: write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]\n"},
    {"nat: symmetric", "nat: {preset: none, allow: [udp]}",
     "13:70: 'allow' has no effect with preset 'none', which does not translate: leave it out\n"},
    {"nat: symmetric", "nat: {preset: symmetric, tcp: {ports: overload}}",
     "13:55: 'ports: overload' of 'tcp' contradicts an endpoint-dependent mapping: the keys of preset 'symmetric' count, too: set them "
     "otherwise\n"},
    {"nat: symmetric", "nat: {preset: symmetric, tcp: {lifetimes: {time-wait: 5s}}}",
     "13:93: 'time-wait' has no effect without 'tracking: linux': write established, opening, closing or transitory\n"},
    {"nat: symmetric", "nat: {preset: none, ipv6: open}",
     "13:70: 'ipv6' has no effect: the networks of gateway 'nat-right' have no IPv6 on both sides: give them an 'ipv6' prefix, or "
     "leave it out\n"},
    {"nat: symmetric", "nat: {preset: none, ipv6: firewall}",
     "13:70: 'ipv6' has no effect with preset 'none', which does not translate: leave it out\n"},
    {"nat: symmetric", "nat: {preset: blocked, icmp: drop}",
     "13:73: 'icmp' has no effect with preset 'blocked', which passes nothing: leave it out\n"},
    {"nat: symmetric", "nat: {preset: none, answers: [ttl, limit]}",
     "13:79: 'limit' has no effect with preset 'none', which makes no flows: leave it out\n"},
    {"nat: symmetric", "nat: {preset: none, answers: [limit-host]}",
     "13:79: 'limit-host' has no effect with preset 'none', which makes no flows: leave it out\n"},
    {"nat: symmetric", "nat: {preset: none, icmp: drop, answers: [ttl]}",
     "13:82: 'answers' has no effect with 'icmp: drop', which neither passes nor sends ICMP: leave it out\n"},
    {"nat: symmetric", "nat: {preset: symmetric, icmp: drop, unsolicited: reject}",
     "13:87: 'unsolicited' has no effect with 'icmp: drop', which neither passes nor sends ICMP: leave it out\n"},
    {"nat: symmetric", "nat: {preset: symmetric, icmp: drop-too-big, answers: [too-big, ttl]}",
     "13:104: 'too-big' has no effect with 'icmp: drop-too-big': leave it out\n"},
    {"nat: symmetric", "nat: {preset: none, answers: [too-big, echo], icmp-rate: {burst: 6, interval: 1s}}",
     "13:107: 'icmp-rate' has no effect: none of the errors that it limits is sent: leave it out, or name ttl, port, route or host in "
     "'answers'\n"},
    {"nat: symmetric", "nat: {preset: linux-masq, range: 5000..5999, low-ports: linux}",
     "13:106: 'low-ports: linux' has no effect with a 'range' or 'block': leave one out\n"},
    {"nat: symmetric", "nat: {preset: symmetric, addresses: 65}",
     "13:86: 65 is out of range for 'addresses': write a number from 1 to 64\n"},
    {"nat: symmetric", "nat: {preset: symmetric, deny: [tcp]}", "13:82: 'tcp' is not in this version\n"},
    {"nat: symmetric", "address: [203.0.113.9, 203.0.113.10], nat: symmetric",
     "13:59: 2 addresses are given, and the policy has 1: write 'addresses: 2' in the policy\n"},
    {"nat: symmetric", "address: 203.0.112.9, nat: symmetric",
     "13:59: 203.0.112.9 is not an address of a host in 203.0.113.0/24, the prefix of 'internet'\n"},
    {"nat: symmetric", "address: 2001:db8::1, nat: symmetric", "13:59: 2001:db8::1: network 'internet' has no IPv6 prefix\n"},
    {"nat: symmetric", "address: 203.0.113.9:80, nat: symmetric",
     "13:59: '203.0.113.9:80' is not an address: write it as in 203.0.113.2 or 2001:db8::2\n"},
    {"kind: stun}", "kind: stunn}", "15:30: unknown value 'stunn' of 'kind': did you mean 'stun'?\n"},
    {"kind: stun}", "kind: stun, transports: [udp, tcp]}", "15:54: 'tcp' is not in this version\n"},
    {"users: {alice: secret}}", "users: {alice: secret}, ports: 9..1}",
     "16:67: '9..1' is not a range of ports: write A..B with 1 <= A <= B <= 65535, as in 1024..65535\n"},
    {"kind: stun}", "kind: stun, relay-address: 203.0.113.200}",
     "15:36: 'relay-address' has no effect on a STUN server: write kind: turn, or coturn\n"},
    {"kind: stun}", "kind: stun, address: 203.0.113.77}\n  stun2: {on: internet, kind: platform, address: 203.0.113.77}",
     "16:50: address 203.0.113.77 is given twice on network 'internet': it is already in line 15\n"},
    {"kind: stun}", "kind: stun}\n  spare: {on: internet, kind: stun}",
     "16:3: no agent names server 'spare': name it in an agent's 'stun' or 'turn', or leave it out\n"},
    {"  turn: {on: internet", "  nat-left: {on: internet",
     "16:3: the name 'nat-left' is taken by a gateway: give each gateway, server and agent a name of its own\n"
     "19:66: unknown server 'turn': did you mean 'stun'?\n"},
    {"users: {alice: secret}", "users: alice", "16:43: 'users' must be a mapping, not a value: write {name: password}\n"},
    {"users: {alice: secret}", "lifetime: 1.5s", "16:46: 'lifetime' must be whole seconds: write 600s\n"},
    {"users: {alice: secret}", "auth: [sha1]", "16:43: unknown value 'sha1' of 'auth': write one of md5, sha256\n"},
    {"role: controlling", "role: controling", "19:23: unknown value 'controling' of 'role': did you mean 'controlling'?\n"},
    {"role: controlling", "mode: lite", "19:23: 'lite' is not in this version\n"},
    {"role: controlling", "nomination: aggressive", "19:29: 'aggressive' is not in this version\n"},
    {"role: controlling", "trickle: quarter", "19:26: unknown value 'quarter' of 'trickle': write one of off, half, full\n"},
    {"role: controlling", "streams: 2", "19:26: 'streams: 2' is not in this version\n"},
    {"role: controlling", "components: 0", "19:29: 0 is out of range for 'components': write 1\n"},
    {"role: controlling", "interfaces: [{kind: rsip, gateway: nat-left}]", "19:17: 'interfaces' is not in this version\n"},
    {"role: controlling", "tcp: [active]", "19:17: 'tcp' is not in this version\n"},
    {"role: controlling", "exec: ''", "19:23: 'exec' is empty: write at least one character\n"},
    {"role: controlling", "exec: [agent]", "19:23: 'exec' must be a text, not a list\n"},
    {"role: controlling", "consent: maybe", "19:26: unknown value 'maybe' of 'consent': write one of on, off, true, false\n"},
    {"role: controlling", "ta: 50", "19:21: '50' has no unit: write 50ms\n"},
    {"role: controlling", "max-pairs: many", "19:28: 'many' is not a whole number: write a number from 1 to 10000\n"},
    {"role: controlling", "prefer: ipv6",
     "19:25: 'prefer' has no effect: agent 'L' has IPv4 alone: write 'ipv6: on', too, or leave it out\n"},
    {"role: controlling", "ipv6: on, prefer: ipv5", "19:35: unknown value 'ipv5' of 'prefer': did you mean 'ipv6'?\n"},
    {"role: controlling", "tie-breaker: 0",
     "19:30: 0 is out of range for 'tie-breaker': write a number from 1 to 18446744073709551615\n"},
    {"role: controlling", "rto: formla",
     "19:22: 'formla' is not a time: a time is a number and ns, us, ms, s, m or h, as in 20ms, up to 100000h\n"},
    {"L: {on: home,", "L: {on: home, address: 10.1.0.1,",
     "19:26: 10.1.0.1 is the address of gateway 'nat-left' on 'home': give another address\n"},
    {"L: {on: home,", "L: {on: home, address: 10.1.0.255,",
     "19:26: 10.1.0.255 is not an address of a host in 10.1.0.0/24, the prefix of 'home'\n"},
    {"L: {on: home,", "L: {on: [home, internet], address: 10.1.0.9,",
     "19:38: 'address' must have one entry for each of the 2 networks: write [A, B], or 'on: [{on: NET, address: A}, NET]'\n"},
    {"stun: [stun], turn", "stun: [stn], turn", "19:43: unknown server 'stn': did you mean 'stun'?\n"},
    {"stun: [stun], turn", "stun: [platform], turn",
     "19:43: server 'platform' is not a STUN server: write 'kind: stun' in line 17\n"},
    {"stun: [stun], turn", "stun: [nat-left], turn", "19:43: 'nat-left' is a gateway, not a server: name a server\n"},
    {"{server: turn, user: alice, password: secret}", "{server: stun, user: alice, password: secret}",
     "19:66: server 'stun' is not a TURN server: write 'kind: turn' in line 15\n"},
    {"{server: turn, user: alice, password: secret}", "{server: turn, user: alice}",
     "19:57: 'password' is missing: a TURN entry needs it\n"},
    {"password: secret", "password: secret, transport: tls", "19:114: 'tls' is not in this version\n"},
    {"  R: {on: office", "  path: {on: office",
     "20:3: an agent cannot be called 'path': it is a key of 'expect'\n"
     "22:34: unknown agent 'R': there is no such name in this scenario\n"},
    {"stun: [stun]}", "stun: [stun]}\n  X: {on: office}",
     "21:3: no step or expectation names agent 'X': name it in the call, or leave it out\n"},
    {"at: 0s, call", "call", "22:5: a step needs 'at' or 'after': write at: 0s, or after: L.gathered\n"},
    {"at: 0s, call", "at: 0, call", "22:10: '0' has no unit: write 0s\n"},
    {"at: 0s, call", "at: 0s, after: L.gathered, call", "22:5: 'at' and 'after' exclude each other: leave one out\n"},
    {"at: 0s, call", "at: 0s, delay: 5ms, call", "22:21: 'delay' goes with 'after', not with 'at': add it to 'at'\n"},
    {"at: 0s, call", "after: L.gathred, call", "22:13: unknown event 'gathred' of an agent: did you mean 'L.gathered'?\n"},
    {"at: 0s, call", "after: M.gathered, call",
     "22:13: unknown node 'M' in 'M.gathered': write the name of a gateway, a server or an agent\n"},
    {"at: 0s, call", "after: nat-left.gathered, call",
     "22:13: unknown event 'gathered' of a gateway: a gateway has mapped, expired, drop\n"},
    {"at: 0s, call", "after: {event: L.gathred, nth: 2}, call",
     "22:21: unknown event 'gathred' of an agent: did you mean 'L.gathered'?\n"},
    {"at: 0s, call", "after: {event: L.gathered, nth: 0}, call",
     "22:38: 0 is out of range for 'nth': write a number from 1 to 1000000\n"},
    {"at: 0s, call", "after: {nth: 2}, call", "22:13: 'event' is missing: 'after' needs it\n"},
    {"at: 0s, call", "after: L, call", "22:13: 'L' is a node, not an event: write 'L.gathered'\n"},
    {"call: {from: L, to: R}", "cal: {from: L, to: R}", "22:14: unknown key 'cal': did you mean 'call'?\n"},
    {"call: {from: L, to: R}", "call: {from: L, to: L}", "22:34: 'from' and 'to' are the same agent: name two agents\n"},
    {"call: {from: L, to: R}", "call: {from: L, to: stun}", "22:34: 'stun' is a server, not an agent: name an agent\n"},
    {"call: {from: L, to: R}", "call: {from: L}", "22:20: 'to' is missing: 'call' needs it\n"},
    {"call: {from: L, to: R}", "move: {at: nat-left, to: office}",
     "22:25: gateway 'nat-left' cannot move: move an agent, or a server\n"
     "24:9: 'oracle' cannot predict a case with the step 'move': write path: direct, relayed or none\n"},
    {"call: {from: L, to: R}", "partition: {between: L, and: R, direction: form}",
     "22:57: unknown value 'form' of 'direction': did you mean 'from'?\n"
     "24:9: 'oracle' cannot predict a case with the step 'partition': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, restart: {agent: L, stream: 2}}\n",
     "23:42: 'stream: 2' is not in this version\n"
     "25:9: 'oracle' cannot predict a case with the step 'restart': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, hangup: {agent: X}}\n",
     "23:30: unknown agent 'X': there is no such name in this scenario\n"
     "25:9: 'oracle' cannot predict a case with the step 'hangup': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, signalling: {from: R, message: offer, reject: true}}\n",
     "23:26: 'reject' is an answer: write message: answer, too\n"
     "25:9: 'oracle' cannot predict a case with the step 'signalling': write path: direct, relayed or none\n"},
    {"  - {at: 0s, call: {from: L, to: R}}\nexpect:\n  path: oracle\n",
     "  - {at: 1s, restart: {agent: L}}\n  - {at: 1s, reoffer: {from: L}}\n  - {at: 1s, hangup: {agent: R}}\n"
     "  - {at: 1s, renominate: {agent: R, remote: relay}}\n  - {at: 1s, signalling: {from: R, message: offer, drop: true}}\n"
     "expect:\n",
     "22:5: 'restart' has no effect: there is no call: add a step call: {from: L, to: R}, or leave it out\n"
     "23:5: 'reoffer' has no effect: there is no call: add a step call: {from: L, to: R}, or leave it out\n"
     "24:5: 'hangup' has no effect: there is no call: add a step call: {from: L, to: R}, or leave it out\n"
     "25:5: 'renominate' has no effect: there is no call: add a step call: {from: L, to: R}, or leave it out\n"
     "26:5: 'signalling' has no effect: there is no call: add a step call: {from: L, to: R}, or leave it out\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, move: {at: L, to: office, address: []}}\n",
     "23:49: an empty list of addresses: name one, or leave 'address' out\n"
     "25:9: 'oracle' cannot predict a case with the step 'move': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, move: {at: L, to: office, address: [10.2.0.9, 10.2.0.9]}}\n",
     "23:60: the address '10.2.0.9' is given twice: leave one out\n"
     "25:9: 'oracle' cannot predict a case with the step 'move': write path: direct, relayed or none\n"},
    {"{on: office, stun: [stun]}", "{on: {on: office, address: []}, stun: [stun]}",
     "20:33: an empty list of addresses: name one, or leave 'address' out\n"},
    /* the oracle: what no agent recovers from */
    {"role: controlling, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}\n  R: {on: office, stun: [stun]}\nsteps:\n  - {at: 0s, call: {from: L, to: R}}\n",
     "recover: restart}\n  R: {on: office, stun: [stun], recover: restart}\nsteps:\n  - {at: 0s, call: {from: L, to: R}}\n  - {at: 1s, hangup: {agent: L}}\n",
     "25:9: 'oracle' cannot predict a case with the step 'hangup': write path: direct, relayed or none\n"},
    {"role: controlling, stun: [stun], turn: [{server: turn, user: alice, password: secret}]}\n  R: {on: office, stun: [stun]}\nsteps:\n  - {at: 0s, call: {from: L, to: R}}\n",
     "recover: restart}\n  R: {on: office, stun: [stun], recover: restart}\nsteps:\n  - {at: 0s, call: {from: L, to: R}}\n  - {at: 1s, partition: {between: L, and: platform, for: 1s}}\n",
     "25:9: 'oracle' cannot predict a case with the step 'partition': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, renominate: {agent: L, remote: relay}}\n",
     "23:5: 'renominate' has no effect: agent 'L' has not that option: write renomination: on in line 19\n"
     "23:5: 'renominate' has no effect: agent 'R' has not that option: write renomination: on in line 20\n"
     "25:9: 'oracle' cannot predict a case with the step 'renominate': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, renominate: {agent: L, remote: [host, relay]}}\n",
     "23:45: 'remote' is one type or one address: write remote: relay, or an address\n"
     "25:9: 'oracle' cannot predict a case with the step 'renominate': write path: direct, relayed or none\n"},
    {"  - {at: 0s, call: {from: L, to: R}}\n", "  []\n",
     "22:3: no step is a call: write steps: [{at: 0s, call: {from: L, to: R}}]\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, call: {from: R, to: L}}\n",
     "23:20: a second call: one call per scenario: leave one out\n"},
    {"to: R}}\n", "to: R}, send: {from: L, to: R}}\n", "22:38: a second action, 'send', in one step: write a step of its own\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s}\n", "23:5: a step without an action: write call: {from: L, to: R}, or another one\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, drop: {where: nat-left}}\n",
     "25:9: 'oracle' cannot predict a case with the step 'drop': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, delay: {where: L}}\n",
     "23:21: 'by' is missing: 'delay' needs it\n"
     "25:9: 'oracle' cannot predict a case with the step 'delay': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, drop: {where: L, filter: ether broadcast}}\n",
     "23:39: filter 'ether broadcast': 'ether' means nothing here: packets begin with their IP header: write it as for tcpdump, as "
     "in 'udp port 3478'\n"
     "25:9: 'oracle' cannot predict a case with the step 'drop': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, drop: {where: L, nth: [0]}}\n",
     "23:37: 0 is out of range for 'nth': write a number from 1 to 4294967295\n"
     "25:9: 'oracle' cannot predict a case with the step 'drop': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, signalling: {from: R, message: candidates, drop: true}}\n",
     "23:45: unknown value 'candidates' of 'message': did you mean 'candidate'?\n"
     "25:9: 'oracle' cannot predict a case with the step 'signalling': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, signalling: {from: R}}\n",
     "23:26: 'signalling' needs exactly one of 'delay', 'drop', 'duplicate' and 'reject': write delay: 200ms, drop: true, "
     "duplicate: true or reject: true\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, link: {at: L.7, set: down}}\n",
     "23:25: unknown attachment '7' of an agent: an agent has 0\n"
     "25:9: 'oracle' cannot predict a case with the step 'link': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, nat: {at: turn, do: reboot}}\n",
     "23:24: 'turn' is a server, not a gateway: name a gateway\n"
     "25:9: 'oracle' cannot predict a case with the step 'nat': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: reboot}}\n",
     "23:37: unknown value 'reboot' of 'do': write one of stop, start, reset, refuse, slow, revoke\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}", "to: R}}\n  - {at: 1s, server: {at: turn, do: revoke, user: bob}}\n",
     "23:51: server 'turn' has no user 'bob': name one of its users\n"
     "26:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: reset, by: 5s}}\n",
     "23:44: 'by' means nothing to 'reset': leave it out\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, by: 5s}}\n",
     "23:45: 'by' means nothing to 'refuse': leave it out\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: slow}}\n",
     "23:22: 'slow' needs 'by': write by: 200ms\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: slow, by: 1s, nth: 2}}\n",
     "23:51: 'nth' means nothing to 'slow': leave it out\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: stop, for: 1s}}\n",
     "23:43: 'for' means nothing to 'stop': leave it out\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, code: 200}}\n",
     "23:51: '200' is not an error code: write a number from 300 to 699, or none\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, code: never}}\n",
     "23:51: 'never' is not an error code: write a number from 300 to 699, or none\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, code: 300}}\n",
     "23:22: 300 (Try Alternate) without 'alternate': write alternate: 203.0.113.9:3478\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, code: 486, alternate: 203.0.113.9:3478}}\n",
     "23:67: 'alternate' goes with code 300: write code: 300, or leave it out\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, code: 300, alternate: \"[2001:db8::1]:3478\"}}\n",
     "23:67: server 'turn' has no clients of this address family: name an IPv4 address\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, code: 300, alternate: 127.0.0.1:3478}}\n",
     "23:67: no server can be at 'alternate': it is a loopback address: name the address of a server\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, code: 300, alternate: 203.0.113.9}}\n",
     "23:67: '203.0.113.9' is not an address with a port: write it as in 203.0.113.2:5000 or [2001:db8::2]:5000\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, nth: 65537}}\n",
     "23:50: 65537 is out of range for 'nth': write a number from 1 to 65536\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, method: connect}}\n",
     "23:53: 'connect' is not in this version\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: turn, do: refuse, method: [any, allocate]}}\n",
     "23:59: 'allocate' adds nothing to 'method': leave it out\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: stun, do: refuse, method: [allocate, refresh]}}\n",
     "23:53: server 'stun' serves Binding alone: write method: binding\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: platform, do: reset}}\n",
     "23:27: 'reset' cannot be done at server 'platform', which answers no STUN requests: name a server of kind stun or turn\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, server: {at: L, do: reset}}\n",
     "23:27: 'L' is an agent, not a server: name a server\n"
     "25:9: 'oracle' cannot predict a case with the step 'server': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, inject: {at: L, as: 1.2.3.4:5, to: 1.2.3.4}}\n",
     "23:49: '1.2.3.4' is not an address with a port: write it as in 203.0.113.2:5000 or [2001:db8::2]:5000\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, inject: {at: L, as: 1.2.3.4:5, to: 1.2.3.4:6}}\n",
     "23:22: 'inject' needs exactly one of 'stun', 'hex' and 'packet': write stun: {class: request, method: Binding}\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, inject: {at: L, as: 1.2.3.4:5, to: 1.2.3.4:6, hex: 0g}}\n",
     "23:65: not hexadecimal bytes: write pairs of digits, as in \"0001 0000 2112a442\"\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, inject: {at: L, as: 1.2.3.4:5, to: 1.2.3.4:6, stun: {class: request, method: Bind}}}\n",
     "23:91: unknown method 'Bind': write Binding, Allocate, Refresh, Send, Data, CreatePermission or ChannelBind, or a number as "
     "in 0x7f\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"to: R}}\n",
     "to: R}}\n  - {at: 1s, inject: {at: L, as: 1.2.3.4:5, to: 1.2.3.4:6, stun: {class: request, method: Binding, attributes: "
     "{PRIORTY: 1}}}}\n",
     "23:113: unknown attribute 'PRIORTY': did you mean 'PRIORITY'?\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, inject: {at: L, to: 1.2.3.4:6, hex: ff}}\n",
     "23:22: 'as' is missing: a datagram needs 'as' and 'to'\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, inject: {at: L, to: 1.2.3.4:6, packet: ff}}\n",
     "23:30: 'to' has no effect: 'packet' has its own addresses: leave it out\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, inject: {at: L, packet: 4500001c 00000000 4001}}\n",
     "23:38: 'packet' is no whole IP packet: it ends too early: write it from the IP header on, with the lengths that it has\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"to: R}}\n",
     "to: R}}\n  - {at: 1s, inject: {at: L, packet: 4500001c00000000 40010000c0000201 0a000003 0800fffe00010000 00}}\n",
     "23:38: 'packet' is no whole IP packet: bytes follow its end: write it from the IP header on, with the lengths that it has\n"
     "25:9: 'oracle' cannot predict a case with the step 'inject': write path: direct, relayed or none\n"},
    {"nat: symmetric", "nat: {preset: symmetric, mapping-rate: {burst: 6}}",
     "13:89: 'mapping-rate' needs both 'burst' and 'interval': write {burst: 6, interval: 1s}\n"},
    {"nat: symmetric", "nat: {preset: symmetric, pooling: arbitrary}",
     "13:75: 'pooling: arbitrary' has no effect with one external address: leave it out, or write addresses: 2\n"},
    {"nat: symmetric", "nat: {preset: symmetric, when-full: steal, hold-down: 5s}",
     "13:55: 'when-full: steal' uses the port of an ended mapping at once: 'hold-down' contradicts it: the keys of preset 'symmetric' count, too: set them otherwise\n"},
    {"path: oracle", "path: orcale", "24:9: unknown value 'orcale' of 'path': did you mean 'oracle'?\n"},
    {"path: oracle", "path: [oracle, direct]", "24:9: 'oracle' cannot be combined with other paths: write path: oracle\n"},
    {"loss: 0%", "loss: 50%",
     "24:9: 'oracle' cannot predict a case with loss of 50% or more: write path: direct, relayed or none\n"},
    {"path: oracle", "explore: {first: 6}", "24:12: 'window' is missing: 'explore' needs it\n"},
    {"path: oracle", "outcomes: [direct]", "24:13: 'outcomes' needs 'explore': add explore: {first: 6, window: 5ms}\n"},
    {"L: {state: completed}", "L: {state: complete}", "25:14: unknown value 'complete' of 'state': did you mean 'completed'?\n"},
    {"L: {state: completed}", "M: {state: completed}",
     "25:3: 'M' is neither an expectation nor an agent: 'expect' has path, data, packets, conformance, within, never, until, limit, explore, "
     "outcomes, and the names of agents\n"},
    {"L: {state: completed}", "L: {checks: \">= 0\"}",
     "25:15: '>= 0' is always true: write another number, or leave 'checks' out\n"},
    {"L: {state: completed}", "L: {restarts: \"< 0\"}",
     "25:17: '< 0' is never true: write another number, or leave 'restarts' out\n"},
    {"L: {state: completed}", "data: {during: call, lost: \">= 0\", gap: \">= 0s\"}",
     "25:43: '>= 0s' is always true: write another number, or leave 'gap' out\n"},
    {"L: {state: completed}", "data: {lost: \"< 0\"}", "25:16: '< 0' is never true: write another number, or leave 'lost' out\n"},
    {"L: {state: completed}", "L: {checks: about 3}",
     "25:15: 'about 3' is not a count: write a number, or one with <, <=, >, >=, != as in \">= 1\"\n"},
    {"L: {state: completed}", "L: {selected: {local: srlfx}}",
     "25:25: 'srlfx' is neither a type nor an address: did you mean 'srflx'?\n"},
    {"L: {state: completed}", "L: {candidates: {prflx: 1}}",
     "25:20: peer-reflexive candidates are not counted here: write peer-reflexive: {local: N, remote: N}\n"},
    {"L: {state: completed}", "L: {pairs: [{valid: 3}]}",
     "25:23: unknown value '3' of 'valid': write one of on, off, true, false\n"},
    {"L: {state: completed}", "never: [L.faild]", "25:11: unknown event 'faild' of an agent: did you mean 'L.failed'?\n"},
    {"L: {state: completed}", "within: 3", "25:11: '3' has no unit: write 3ms\n"},
    {"L: {state: completed}", "until: 20m", "25:10: 'until' is beyond 'limit': write a larger 'limit': it is 10m by default\n"},
    {"L: {state: completed}", "data: {}", "25:9: 'lost' is missing: 'data' needs it\n"},
    {"L: {state: completed}", "data: {lost: 0, gap: \"<= 1s\"}", "25:24: 'gap' has no effect without 'during': add during: call\n"},
    {"L: {state: completed}", "data: {lost: 0, interval: 20ms}",
     "25:29: 'interval' has no effect without 'during': add during: call\n"},
    {"L: {state: completed}", "data: {during: call}",
     "25:9: 'during' expects nothing by itself: add gap: \"<= 800ms\", or lost: 0\n"},
    {"L: {state: completed}", "data: {during: cal, gap: 1s}", "25:18: unknown value 'cal' of 'during': did you mean 'call'?\n"},
    {"L: {state: completed}", "data: {during: call, gap: \"<= 800\"}", "25:29: '<= 800' has no unit: write <= 800ms\n"},
    {"L: {state: completed}", "data: {during: call, gap: \"about 1s\"}",
     "25:29: 'about 1s' is not a time: write a number and ns, us, ms, s, m or h, with <, <=, >, >= or != before it, as in \"<= 800ms\"\n"},
    {"L: {state: completed}", "data: {during: call, gap: [1s]}", "25:29: 'gap' must be a time, not a list\n"},
    {"L: {state: completed}", "data: {during: call, gap: 1s, interval: 500us}",
     "25:43: '500us' is out of range for 'interval': write 1ms or more\n"},
    {"L: {state: completed}", "data: {during: call, gap: 1s, interval: 11s}",
     "25:43: '11s' is out of range for 'interval': write 10000ms or less\n"},
    {"L: {state: completed}", "data: {during: call, gap: 1s, interval: 1ms}\n  limit: 3h",
     "25:9: until 'limit' this makes more than 10000000 datagrams of one agent: write a longer 'interval', or a lower 'limit'\n"},
    {"L: {state: completed}", "conformance: dirty", "25:16: unknown value 'dirty' of 'conformance': write clean\n"},
    {"L: {state: completed}", "conformance: [RFC8445-10-ice2, RFC8445-10-ice2]",
     "25:34: rule 'RFC8445-10-ice2' is named twice: leave it out\n"},
    {"L: {state: completed}", "conformance: [RFC0000-0-nothing-of-the-kind]",
     "25:17: unknown rule 'RFC0000-0-nothing-of-the-kind': 'natsim rules' lists them\n"},
    {"L: {state: completed}", "packets: [{at: nat-left.outsid, count: 1}]",
     "25:18: unknown attachment 'outsid' of a gateway: did you mean 'nat-left.outside'?\n"},
    {"L: {state: completed}", "packets: [{at: nat-lft, count: 1}]",
     "25:18: unknown node 'nat-lft' in 'nat-lft': did you mean 'nat-left'?\n"},
    {"L: {state: completed}", "packets: [{at: L.0, count: 1, filter: udp and and}]",
     "25:41: filter 'udp and and': can't parse filter expression: syntax error: write it as for tcpdump, as in 'udp port 3478'\n"},
    {"L: {state: completed}", "packets: [{at: L.0}]", "25:13: 'count' is missing: an entry of 'packets' needs it\n"},
    {"left: symmetric}", "left: symetric}",
     "27:18: axis 'left' has no value 'symetric': this entry matches no cell: did you mean 'symmetric'?\n"},
    {"left: symmetric}", "lft: symmetric}", "27:12: unknown axis 'lft': did you mean 'left'?\n"},
    {"left: symmetric}", "left: []}", "27:18: an empty list: this entry matches no cell: name values of axis 'left'\n"},
    {"- when: {left: symmetric}\n    path", "- path",
     "27:5: 'when' is missing: an entry of 'expect-where' needs it: when: {axis: value}\n"},
    {"  left: [full-cone, symmetric]", "  left: []", "6:9: axis 'left' must be a list of 1 to 100000 values: write left: [a, b]\n"},
    {"  left: [full-cone, symmetric]", "  left: [symmetric, symmetric]",
     "6:21: axis 'left' has the value 'symmetric' twice: leave one out, or give them labels\n"},
    {"  left: [full-cone, symmetric]", "  left: [full-cone, symmetric]\n  right: [1]",
     "7:3: axis 'right' is not used: write \"${right}\" where its value belongs, or leave it out\n"},
    {"  left: [full-cone, symmetric]", "  left: [full-cone, symmetric, {a: 1, b: 2}]",
     "6:32: a mapping as value of axis 'left' needs a label: write {NAME: ...}, with a name of your own: it stands in the case's id\n"},
    {"  left: [full-cone, symmetric]", "  left: [full-cone, symmetric, [a]]",
     "6:32: a list as value of axis 'left' needs a label: write {NAME: ...}, with a name of your own: it stands in the case's id\n"},
    {"  left: [full-cone, symmetric]", "  left: [full-cone, symetric, symmetric]",
     "6:21: unknown preset 'symetric': did you mean 'symmetric'?\n"},
    {"\"${left}\"", "\"${lft}\"", "12:52: unknown axis 'lft': did you mean '${left}'?\n"},
    {"\"${left}\"", "\"${left\"", "12:52: '${' without an axis's name and '}': write '${axis}', or '$${' for a literal '${'\n"},
    {"claim: Two", "claim: ${left} ${left",
     "2:8: '${' without an axis's name and '}': write '${axis}', or '$${' for a literal '${'\n"},
    {"tags: [ci]", "tags: !!seq [ci]", "3:13: YAML tags ('!...') are not supported: leave it out\n"},
    {"tags: [ci]", "tags: [*ci]", "3:8: there is no anchor 'ci' before this alias: write '&ci' before the value it names\n"},
    {"tags: [ci]", "tags: [ci", "5:7: not YAML: missing comma in flow sequence\n"},
    {"tags: [ci]", "tags: [c\001i]", "3:9: byte 0x01: not a text file: a scenario is YAML in UTF-8\n"},
    {"    path: direct\n", "    path: direct\n---\nnatsim: 1\n",
     "29:1: a second document: one scenario per file: leave out what follows '---'\n"},
    /* real programs */
    {"to: R}}\n", "to: R}}\n  - {at: 1s, run: {at: L, command: ls}}\n",
     "23:5: 'run' at agent 'L': real programs cannot run beside natsim's agent, which is in the call: give the agent an 'exec', or run the program at "
     "another one\n"
     "25:9: 'oracle' cannot predict a case with the step 'run': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, run: {at: turn, command: ls}}\n",
     "23:5: 'run' at server 'turn': real programs cannot run beside natsim's server: run the program at an agent, or at a server "
     "of kind coturn\n"
     "25:9: 'oracle' cannot predict a case with the step 'run': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, run: {at: L}}\n",
     "23:19: 'command' is missing: 'run' needs it\n"
     "25:9: 'oracle' cannot predict a case with the step 'run': write path: direct, relayed or none\n"},
    {"to: R}}\n", "to: R}}\n  - {at: 1s, run: {at: nat-left, command: ls}}\n",
     "23:24: 'nat-left' is a gateway, not an agent or a server: name an agent or a server\n"
     "25:9: 'oracle' cannot predict a case with the step 'run': write path: direct, relayed or none\n"},
    {"  L: {on: home, role: controlling,", "  R2: {on: home}\n  L: {on: home, exec: ./agent,",
     "19:3: no step or expectation names agent 'R2': name it in the call, or leave it out\n"},
};

static char *change(const char *find, const char *replace)
{
    const char *at = strstr(base, find);
    assert_non_null(at);
    size_t len = sizeof base + strlen(replace);
    char *text = malloc(len);
    assert_non_null(text);
    snprintf(text, len, "%.*s%s%s", (int)(at - base), base, replace, at + strlen(find));
    return text;
}

static char *said(const struct nt_diags *d)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    for (size_t i = 0; i < d->count; i++) {
        fprintf(out, "%d:%d: %s", d->items[i].line, d->items[i].column, d->items[i].what);
        fprintf(out, d->items[i].mend != NULL ? ": %s\n" : "\n", d->items[i].mend);
    }
    fclose(out);
    return text;
}

TEST(test_rows)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nt_diags diags = {0};
        char *text = change(rows[i].find, rows[i].replace);
        struct nt_scn_file *f = nt_scn_load_text(text, strlen(text), "t", "t.yaml", &diags);
        char *got = said(&diags);
        if (f != NULL || strcmp(got, rows[i].expect) != 0)
            print_message("row %zu: %s\n", i, rows[i].replace);
        assert_null(f);
        assert_string_equal(got, rows[i].expect);
        free(got);
        free(text);
        nt_diags_clear(&diags);
    }
}

TEST(test_base_is_good)
{
    struct nt_diags diags = {0};
    struct nt_scn_file *f = nt_scn_load_text(base, strlen(base), "t", "t.yaml", &diags);
    assert_non_null(f);
    assert_int_equal(diags.count, 0);
    assert_int_equal(nt_scn_file_cases(f), 2);
    nt_scn_file_del(f);
}

/* The whole of a message as people see it: place, sentence, mend, the line and a caret under the column. */
TEST(test_shown)
{
    struct nt_diags diags = {0};
    char *text = change("delay: 20ms", "dealy: 20ms");
    assert_null(nt_scn_load_text(text, strlen(text), "t", "suite/t.yaml", &diags));
    char *shown = nt_diags_format(&diags);
    assert_string_equal(shown, "suite/t.yaml:8:36: unknown key 'dealy': did you mean 'delay'?\n"
                               "      internet: {ipv4: 203.0.113.0/24, dealy: 20ms}\n"
                               "                                       ^\n");
    free(shown);
    free(text);
    nt_diags_clear(&diags);
}

/* Several errors are said at once, and those of many cells once. */
TEST(test_all_at_once)
{
    struct nt_diags diags = {0};
    char *text = change("delay: 20ms", "dealy: 20ms, loss: 3");
    assert_null(nt_scn_load_text(text, strlen(text), "t", "t.yaml", &diags));
    assert_int_equal(diags.count, 2);
    free(text);
    nt_diags_clear(&diags);
}

static void expect_error(const char *text, size_t len, const char *expect)
{
    struct nt_diags diags = {0};
    assert_null(nt_scn_load_text(text, len, "t", "t.yaml", &diags));
    char *got = said(&diags);
    assert_string_equal(got, expect);
    free(got);
    nt_diags_clear(&diags);
}

TEST(test_not_a_scenario)
{
    expect_error("", 0, "1:1: the file is empty: a scenario begins with 'natsim: 1'\n");
    expect_error("# nothing\n", 10, "1:1: the file is empty: a scenario begins with 'natsim: 1'\n");
    expect_error("- a\n", 4, "1:1: a scenario must be a mapping, not a list: write {natsim: ...}\n");
    expect_error("\x7f"
                 "ELF",
                 4, "1:1: byte 0x7f: not a text file: a scenario is YAML in UTF-8\n");
    expect_error("a: \xc0\x80\n", 6, "1:4: byte 0xc0: not a text file: a scenario is YAML in UTF-8\n");
}

TEST(test_too_much)
{
    size_t len = (size_t)10 << 20;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'a', len);
    expect_error(text, len, "1:1: the file has more than 4 MiB: a scenario is small: use a matrix, or several files\n");
    memcpy(text, "a: ", 3);
    memset(text + 3, '[', 100000);
    expect_error(text, 100003, "1:67: nested deeper than 64 levels\n");
    free(text);
    static const char bomb[] =
        "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
        "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
        "g: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    expect_error(bomb, strlen(bomb), "7:8: more than 2000000 values, with aliases expanded\n");
}

TEST(test_no_such_file)
{
    struct nt_diags diags = {0};
    assert_null(nt_scn_load(TEST_SOURCE_DIR "/no/such.yaml", "t", "no/such.yaml", NT_CARRIER_ANY, &diags));
    assert_int_equal(diags.count, 1);
    assert_string_equal(diags.items[0].what, "cannot be read (No such file or directory)");
    nt_diags_clear(&diags);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base_is_good), cmocka_unit_test(test_rows),           cmocka_unit_test(test_shown),
        cmocka_unit_test(test_all_at_once),  cmocka_unit_test(test_not_a_scenario), cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_no_such_file),
    };
    return RUN_TESTS(tests);
}

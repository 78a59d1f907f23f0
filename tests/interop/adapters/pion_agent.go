// pion/ice as an adapter of ../README.md: one component, trickle, UDP. setup.sh builds it with Debian's Go and its packages of pion.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pion/ice/v2"
)

const (
	wanted   = 20 // echoes
	probeMin = 32
	probeMax = 1200
	probeLen = 200
	quick    = 10 * time.Millisecond // between two probes before the last echo, and after it
	slow     = 100 * time.Millisecond
	closing  = 1500 * time.Millisecond // for the allocations' release: "it exits with 0 within 3 s"
)

type object map[string]interface{}

type message struct {
	T       string
	Role    string
	Offerer bool
	Policy  string
	Ice     []struct {
		Urls                 []string
		Username, Credential string
	}
	Desc *struct{ Type, Ufrag, Pwd string }
	Cand *struct {
		Candidate, Ufrag string
		End              bool
	}
}

var output sync.Mutex

func say(line object) {
	output.Lock()
	defer output.Unlock()
	text, _ := json.Marshal(line)
	os.Stdout.Write(append(text, '\n'))
}

func log(what ...interface{}) { fmt.Fprintln(os.Stderr, what...) }

func must(err error) {
	if err != nil {
		log(err)
		os.Exit(1)
	}
}

// --- the agent ---

type adapter struct {
	agent     *ice.Agent
	offers    bool // the latest offer is its own
	controls  bool
	described bool   // by the peer
	ufrag     string // its own
	remote    string // the peer's
	early     []message
	magic     [16]byte
	lock      sync.Mutex // of the rest
	sent      uint32
	back      map[uint32]bool
}

var states = map[ice.ConnectionState]string{
	ice.ConnectionStateNew: "new", ice.ConnectionStateChecking: "checking", ice.ConnectionStateConnected: "connected",
	ice.ConnectionStateCompleted: "completed", ice.ConnectionStateDisconnected: "disconnected",
	ice.ConnectionStateFailed: "failed", ice.ConnectionStateClosed: "closed",
}

func end(c ice.Candidate) object {
	return object{"type": c.Type().String(), "addr": c.Address(), "port": c.Port(), "proto": "udp"}
}

func (a *adapter) start(m message) {
	config := &ice.AgentConfig{NetworkTypes: []ice.NetworkType{ice.NetworkTypeUDP4, ice.NetworkTypeUDP6},
		MulticastDNSMode: ice.MulticastDNSModeDisabled}
	for _, server := range m.Ice {
		for _, text := range server.Urls {
			url, err := ice.ParseURL(text)
			must(err)
			url.Username, url.Password = server.Username, server.Credential
			config.Urls = append(config.Urls, url)
		}
	}
	if m.Policy == "relay" {
		config.CandidateTypes = []ice.CandidateType{ice.CandidateTypeRelay}
	}
	agent, err := ice.NewAgent(config)
	must(err)
	a.agent, a.offers, a.controls = agent, m.Offerer, m.Role == "controlling"
	must(agent.OnCandidate(a.tell))
	must(agent.OnConnectionStateChange(func(s ice.ConnectionState) { say(object{"t": "state", "ice": states[s]}) }))
	must(agent.OnSelectedCandidatePairChange(func(local, remote ice.Candidate) {
		say(object{"t": "selected", "local": end(local), "remote": end(remote)})
	}))
	if a.offers {
		a.gather()
	}
}

// The description goes first: gathering tells candidates at once.
func (a *adapter) gather() {
	ufrag, pwd, err := a.agent.GetLocalUserCredentials()
	must(err)
	kind := map[bool]string{true: "offer", false: "answer"}[a.offers]
	a.lock.Lock()
	a.ufrag = ufrag
	a.lock.Unlock()
	say(object{"t": "signal", "desc": object{"type": kind, "ufrag": ufrag, "pwd": pwd}})
	must(a.agent.GatherCandidates())
}

func (a *adapter) tell(c ice.Candidate) {
	a.lock.Lock()
	ufrag := a.ufrag
	a.lock.Unlock()
	if c == nil {
		say(object{"t": "signal", "cand": object{"end": true, "ufrag": ufrag}})
	} else {
		say(object{"t": "signal", "cand": object{"candidate": "candidate:" + c.Marshal(), "sdpMid": "0", "ufrag": ufrag}})
	}
}

func (a *adapter) restart(offers bool) {
	a.offers, a.described = offers, false
	must(a.agent.Restart("", ""))
	a.gather()
}

func (a *adapter) describe(m message) {
	if again := a.remote != ""; again && m.Desc.Type == "offer" {
		a.restart(false)
	} else if m.Desc.Type == "offer" {
		a.gather()
	}
	if a.remote == "" {
		go a.connect(m.Desc.Ufrag, m.Desc.Pwd)
	} else {
		must(a.agent.SetRemoteCredentials(m.Desc.Ufrag, m.Desc.Pwd))
	}
	a.remote, a.described = m.Desc.Ufrag, true
	early := a.early
	a.early = nil
	for _, one := range early {
		a.candidate(one)
	}
}

// pion has no word for the generation of a candidate: one that is late is passed over here (RFC 8838, 15).
func (a *adapter) candidate(m message) {
	if !a.described {
		a.early = append(a.early, m)
		return
	}
	if m.Cand.End || (m.Cand.Ufrag != "" && m.Cand.Ufrag != a.remote) {
		return
	}
	c, err := ice.UnmarshalCandidate(strings.TrimPrefix(m.Cand.Candidate, "candidate:"))
	if err == nil {
		err = a.agent.AddRemoteCandidate(c)
	}
	if err != nil {
		log("not taken:", m.Cand.Candidate, err)
	}
}

// --- data ---

func (a *adapter) connect(ufrag, pwd string) {
	connect := a.agent.Accept
	if a.controls {
		connect = a.agent.Dial
	}
	conn, err := connect(context.Background(), ufrag, pwd)
	must(err)
	say(object{"t": "open"})
	go a.probe(conn)
	for bytes := make([]byte, probeMax+1); ; {
		n, err := conn.Read(bytes)
		if err != nil {
			return
		}
		a.take(conn, bytes[:n])
	}
}

func (a *adapter) probe(conn *ice.Conn) {
	for interval := quick; ; time.Sleep(interval) {
		bytes := make([]byte, probeLen)
		bytes[0] = 128
		copy(bytes[2:], a.magic[:])
		a.lock.Lock()
		binary.BigEndian.PutUint32(bytes[18:], a.sent)
		a.sent++
		if len(a.back) >= wanted {
			interval = slow
		}
		a.lock.Unlock()
		conn.Write(bytes) // what is lost is lost
	}
}

func (a *adapter) take(conn *ice.Conn, bytes []byte) {
	if len(bytes) < probeMin || len(bytes) > probeMax || bytes[1] != 0 {
		return
	}
	if bytes[0] == 128 {
		bytes[0] = 129
		conn.Write(bytes)
		return
	}
	a.lock.Lock()
	defer a.lock.Unlock()
	if bytes[0] != 129 || len(bytes) != probeLen || string(bytes[2:18]) != string(a.magic[:]) || len(a.back) >= wanted {
		return
	}
	a.back[binary.BigEndian.Uint32(bytes[18:])] = true
	if len(a.back) == wanted {
		say(object{"t": "data", "ok": true, "n": wanted})
	}
}

// --- lines ---

func (a *adapter) hear(m message) {
	switch {
	case m.T == "start" && a.agent == nil:
		a.start(m)
	case m.T == "restart" && a.agent != nil:
		a.restart(true)
	case m.T == "signal" && a.agent != nil && m.Desc != nil:
		a.describe(m)
	case m.T == "signal" && a.agent != nil && m.Cand != nil:
		a.candidate(m)
	default:
		log("a line of an unknown kind, or not at its time:", m.T)
	}
}

var version = "2" // of pion/ice: setup.sh knows it

func main() {
	a := &adapter{back: map[uint32]bool{}}
	rand.Read(a.magic[:])
	say(object{"t": "hello", "stack": "pion", "version": version, "kind": "ice", "trickle": true, "local_type": "base",
		"caps": []string{"restart"}})
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<16)
	for in.Scan() {
		var m message
		if err := json.Unmarshal(in.Bytes(), &m); err != nil {
			log("a line is no JSON:", err)
		} else if m.T == "stop" {
			break
		} else {
			a.hear(m)
		}
	}
	if a.agent != nil {
		done := make(chan error)
		go func() { done <- a.agent.Close() }()
		select {
		case <-done:
		case <-time.After(closing):
		}
	}
	say(object{"t": "bye"})
}

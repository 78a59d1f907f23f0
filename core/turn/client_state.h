/* What the files of the TURN client share: the allocation, what it keeps alive on the server, and the requests under way. */
#ifndef NT_TURN_CLIENT_STATE_H
#define NT_TURN_CLIENT_STATE_H

#include "core/base/map.h"
#include "core/turn/channel_data.h"
#include "core/turn/client.h"

#define NT_TURN_BATCH_MAX 8      /* peers of one CreatePermission */
#define NT_TURN_REQUEST_MAX 4096 /* of the client's requests */
#define NT_TURN_TXNS_MAX (1 + 2 * NT_TURN_PEERS_MAX)

/* RFC 8656, 9: a permission lives 300 s; 12: a channel 600 s. Each is asked for again this long before its end. */
#define NT_TURN_PERMISSION_SECONDS 300
#define NT_TURN_CHANNEL_SECONDS 600
#define NT_TURN_KEEP_MARGIN 60

enum nt_turn_txn_kind { NT_TXN_ALLOCATE, NT_TXN_REFRESH, NT_TXN_RELEASE, NT_TXN_PERMIT, NT_TXN_CHANNEL };

/* A request under way: its bytes stay the same for every retransmission. */
struct nt_turn_txn {
    struct nt_stun_txn clock;
    uint8_t kind, count;
    bool send;          /* due to be sent again */
    bool signed_;       /* the response must be, too */
    uint32_t challenge; /* the challenge it was signed after */
    uint32_t keys;      /* of the login, then */
    uint16_t items[NT_TURN_BATCH_MAX];
    size_t len;
    uint8_t bytes[];
};

/* A permission (port 0) or a channel that is asked for and kept. */
struct nt_turn_kept {
    struct nt_addr peer;
    nt_time refresh; /* NT_TIME_NEVER: not while a request is under way */
    nt_time expires; /* while granted */
    nt_time asked_at; /* the last request for it was made then */
    bool wanted;     /* a request for it is to be made */
    bool asked;      /* one is under way */
    bool granted, refused;
    bool alone;     /* it shares no request: one with several peers was refused */
    uint8_t notice; /* enum nt_turn_event_kind to tell, or 0 */
    int code;
    uint16_t number; /* of a channel */
};

struct nt_turn_keep {
    struct nt_turn_kept *items;
    size_t count, cap;
    struct nt_map by_peer;
};

struct nt_turn_client {
    struct nt_turn_client_config config; /* software is our own copy; user and password are in login */
    struct nt_stun_login login;
    bool has_user;
    uint32_t challenges; /* taken so far */
    enum nt_turn_client_state state;
    bool wants_allocation_request; /* Allocate, Refresh or the releasing Refresh, by state */
    bool release_asked;            /* while still allocating */
    nt_time ready;                 /* when what is wanted may go out */
    nt_time refresh, expires;
    struct nt_addr relayed, mapped;
    struct nt_turn_keep permissions, channels;
    struct nt_map by_number;   /* channels */
    struct nt_turn_txn **txns; /* in the order they were made */
    size_t txn_count, txn_cap;
    bool tell_allocated, tell_failed, tell_released, tell_data;
    int failed_code;
    struct nt_turn_event data; /* EV_DATA or EV_ICMP of the last input */
    uint8_t *payload;
    size_t payload_cap;
};

/* client.c */
void nt_turn_client_fail(struct nt_turn_client *c, int code);
void nt_turn_client_want(struct nt_turn_client *c, nt_time now);
/* An answer to Allocate or Refresh; code 0: success. */
void nt_turn_client_answered(struct nt_turn_client *c, const struct nt_turn_txn *t, const struct nt_stun_msg *m, int code,
                             nt_time now);

/* client_peers.c */
void nt_turn_keep_init(struct nt_turn_keep *k);
void nt_turn_keep_free(struct nt_turn_keep *k);
struct nt_turn_kept *nt_turn_keep_find(const struct nt_turn_keep *k, const struct nt_addr *peer);
void nt_turn_keep_stop(struct nt_turn_keep *k); /* nothing is granted or wanted any more */
bool nt_turn_keep_wants(const struct nt_turn_keep *k);
nt_time nt_turn_keep_deadline(const struct nt_turn_keep *k);
void nt_turn_peers_timer(struct nt_turn_client *c, nt_time now);
/* The items of the next request; their number, 0 for none. */
uint8_t nt_turn_peers_next(struct nt_turn_client *c, enum nt_turn_txn_kind *kind, uint16_t items[NT_TURN_BATCH_MAX], nt_time now);
/* Does the client believe that the server has a permission for the peer: granted, or asked for? */
bool nt_turn_peers_believed(const struct nt_turn_client *c, const struct nt_addr *peer);
/* The server has relayed something from the peer, so it has the permission that was asked for. */
void nt_turn_peers_prove(struct nt_turn_client *c, const struct nt_addr *peer);
void nt_turn_peers_answered(struct nt_turn_client *c, const struct nt_turn_txn *t, int code, nt_time now);
void nt_turn_peers_timed_out(struct nt_turn_client *c, const struct nt_turn_txn *t, nt_time now);
void nt_turn_peers_again(struct nt_turn_client *c, const struct nt_turn_txn *t); /* the request is to be made once more */
bool nt_turn_peers_event(struct nt_turn_client *c, struct nt_turn_event *ev);

/* client_requests.c */
void nt_turn_requests_drop(struct nt_turn_client *c); /* all of them */
/* The next datagram: a retransmission that is due, or a new request. */
size_t nt_turn_requests_output(struct nt_turn_client *c, uint8_t *buf, size_t cap, nt_time now);
void nt_turn_requests_timer(struct nt_turn_client *c, nt_time now);
nt_time nt_turn_requests_deadline(const struct nt_turn_client *c);
/* True when it answers one of ours. */
bool nt_turn_requests_response(struct nt_turn_client *c, const struct nt_stun_msg *m, nt_time now);

#endif

/* The channels and stations of the ns-3 carrier: which ns-3 devices stand for the fabric's attachments. */
#ifndef NT_NS3_AIR_H
#define NT_NS3_AIR_H

#include "core/base/map.h"
#include "natsim/fabric/fabric.h"
#include "natsim/ns3/ns3c.h"

struct nt_air_network {
    struct nt_network_config config; /* without its name */
    int channel;                     /* of ns3c: the bus or the cell; -1: lines are made for each pair */
    uint64_t label;                  /* a hash of its name, for streams */
};

struct nt_air_station {
    uint32_t network, device; /* device: on a bus or in a cell */
    uint64_t label;           /* a hash, for streams */
    struct ns3c_waypoint *points;
    size_t point_count;
};

struct nt_air {
    struct ns3c *ns3;
    uint64_t seed;
    struct nt_air_network *networks;
    size_t network_count, network_cap;
    struct nt_air_station *stations; /* by the fabric's attachment */
    size_t station_count, station_cap;
    struct nt_map lines; /* pairs of attachments, lower first -> its line */
    struct nt_air_line {
        uint32_t device[2], ends[2]; /* the devices, and the attachments that send by them */
    } * line;
    size_t line_count, line_cap;
    bool begun; /* the stations of cells have been made */
};

/* Functions that fail say 0, NT_ENOMEM, or NT_EINVAL: ns-3 refused. */
int nt_air_add_network(struct nt_air *a, uint32_t network, const struct nt_network_config *config);
int nt_air_add_station(struct nt_air *a, uint32_t attachment, uint32_t network, const char *label);
int nt_air_place(struct nt_air *a, uint32_t attachment, const struct nt_waypoint *points, size_t count);
/* Before anything is sent or run: cells get their stations, which may have been placed until now. */
int nt_air_begin(struct nt_air *a);
/* The devices between two attachments of a network. */
int nt_air_devices(struct nt_air *a, uint32_t network, uint32_t from, uint32_t to, uint32_t *out, uint32_t *in);
/* What waits in the attachment's queue is not sent. */
void nt_air_flush(struct nt_air *a, uint32_t from);
void nt_air_free(struct nt_air *a);

#endif

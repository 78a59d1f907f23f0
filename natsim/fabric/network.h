/* Networks and attachments: who answers for an address, and how a packet crosses. */
#ifndef NT_FABRIC_NETWORK_H
#define NT_FABRIC_NETWORK_H

#include "natsim/fabric/medium.h"
#include "natsim/fabric/packets.h"

uint32_t nt_fabric_add_network(struct nt_fabric *f, const struct nt_network_config *config); /* its number, or NT_FABRIC_NONE */
uint32_t nt_fabric_network_mtu(const struct nt_fabric *f, uint32_t network);

/* Attaches a node; its port number, or NT_FABRIC_NONE. `tap` names the capture interface ("L.0", "nat-left.inside"); the taps
 * are numbered in order of attachment, from 0. */
uint32_t nt_fabric_attach(struct nt_fabric *f, uint32_t node, uint32_t network, const char *tap);
/* The attachment, which has left its network and has no addresses, is on this one; it settles there (nt_fabric_settle). The tap
 * keeps its number and name. 0, NT_EUNSUPPORTED (the carrier cannot), NT_EINVAL, NT_ELIMIT (65,535 moves of one attachment),
 * NT_ENOMEM. */
int nt_fabric_join(struct nt_fabric *f, uint32_t node, uint32_t port, uint32_t network);
/* Where the attachment is on its network, or how it moves; before the first packet, and copied. 0, NT_EUNSUPPORTED (the carrier
 * knows no places), NT_EINVAL, NT_ENOMEM. */
int nt_fabric_place(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_waypoint *points, size_t count);
/* The addresses that the attachment answers for on its network. NT_EEXIST: another has it. */
int nt_fabric_add_address(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a);
int nt_fabric_remove_address(struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a);
/* Whether anybody answers for the address on the attachment's network. */
bool nt_fabric_has_neighbor(const struct nt_fabric *f, uint32_t node, uint32_t port, const struct nt_addr *a);
uint32_t nt_fabric_port_network(const struct nt_fabric *f, uint32_t node, uint32_t port);
const char *nt_fabric_port_tap(const struct nt_fabric *f, uint32_t node, uint32_t port); /* its name */
const char *nt_fabric_network_name(const struct nt_fabric *f, uint32_t network);
uint32_t nt_fabric_tap_count(const struct nt_fabric *f);
const char *nt_fabric_tap_name(const struct nt_fabric *f, uint32_t tap);
uint32_t nt_fabric_tap_node(const struct nt_fabric *f, uint32_t tap);

struct nt_attachment *nt_network_attachment(const struct nt_fabric *f, uint32_t node, uint32_t port); /* NULL: none */
/* A packet leaves by the attachment `from` towards the one that answers for `next_hop`, in fragments if need be. Takes the packet.
 */
void nt_network_cross(struct nt_fabric *f, uint32_t from, const struct nt_addr *next_hop, struct nt_packet *p, nt_time now);
/* What waits at the attachment, its link being up, has departed when its time has come. */
void nt_network_depart(struct nt_fabric *f, uint32_t from, nt_time now);
/* The link of the attachment has gone down: what waits there, and what is being sent, is dropped. */
void nt_network_purge(struct nt_fabric *f, uint32_t from, nt_time now);
/* What is on the way to the attachment will not arrive: it has left the network. */
void nt_network_lose_arrivals(struct nt_fabric *f, uint32_t tap);
/* Why the packet cannot leave, or cannot arrive: the link there is down, or a partition lies before it. */
enum nt_drop nt_network_departure(struct nt_fabric *f, uint32_t to, const struct nt_packet *p, nt_time now);
enum nt_drop nt_network_arrival(struct nt_fabric *f, uint32_t at, const struct nt_packet *p, nt_time now);
/* Drops a packet that was seen last where it left. */
void nt_network_lost(struct nt_fabric *f, struct nt_packet *p, enum nt_drop reason, nt_time now);
void nt_network_free(struct nt_fabric *f);

#endif

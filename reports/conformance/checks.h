/* Inside of the room: which items are ICE connectivity checks, and which of them must be accepted. */
#ifndef NT_CONFORMANCE_CHECKS_H
#define NT_CONFORMANCE_CHECKS_H

#include "reports/conformance/view.h"

/* Sets m->check: a Binding request between ICE agents, as opposed to one to a STUN server, or of a program that does no ICE. */
void nt_item_note_check(struct nt_view *v, struct nt_item *m);
/* Of a verified one: notes in its party that the peer claims both roles. */
void nt_item_note_roles(struct nt_view *v, const struct nt_item *m);
bool nt_item_answers_check(const struct nt_view *v, const struct nt_item *m);
/* Received, and its party must accept it: a check that is authentic, complete and well-formed. */
bool nt_item_is_valid_check(const struct nt_view *v, const struct nt_item *m);
/* A check with USE-CANDIDATE of an agent that controls: the controlled one must not send it (RFC 8445, 7.1.2), and nominates
 * nothing. */
bool nt_item_nominates(const struct nt_view *v, const struct nt_item *m);

/* Received, and its party must accept it: a success response that is authentic, came from where its request went, and has nothing
 * unknown (RFC 8489, 6.3.3). */
bool nt_item_is_valid_success(const struct nt_view *v, const struct nt_item *m);
/* As above, and its mapped address is one that the party may not refuse: there is a valid pair (RFC 8445, 7.2.5.3.2). */
bool nt_item_makes_valid_pair(const struct nt_view *v, const struct nt_item *m);

/* An authentic error response to a check, maybe from another address than the check went to. */
bool nt_item_is_valid_error(const struct nt_view *v, const struct nt_item *m);

#endif

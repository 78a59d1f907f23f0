/* Inside of the room: which items are ICE connectivity checks, and which of them must be accepted. */
#ifndef NT_CONFORMANCE_CHECKS_H
#define NT_CONFORMANCE_CHECKS_H

#include "reports/conformance/view.h"

/* Sets m->check: a Binding request between ICE agents, as opposed to one to a STUN server, or of a program that does no ICE. */
void nt_item_note_check(struct nt_view *v, struct nt_item *m);
bool nt_item_answers_check(const struct nt_view *v, const struct nt_item *m);
/* Received, and its party must accept it: a check that is authentic, complete and well-formed. */
bool nt_item_is_valid_check(const struct nt_view *v, const struct nt_item *m);
/* Received, and its party must accept it: a success response that is authentic, came from where its request went, and has nothing
 * unknown (RFC 8489, 6.3.3). */
bool nt_item_is_valid_success(const struct nt_view *v, const struct nt_item *m);

#endif

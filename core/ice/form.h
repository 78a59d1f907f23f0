/* Forms pairs of what is told and signalled (RFC 8445, section 6.1.2; RFC 8838, sections 10 to 12). */
#ifndef NT_ICE_FORM_H
#define NT_ICE_FORM_H

#include "core/ice/session.h"

int nt_ice_form_lists(struct nt_ice_session *s, nt_time now); /* NT_OK or NT_ENOMEM; with the initial states */
void nt_ice_form_late(struct nt_ice_session *s, nt_time now); /* with what has come since */

#endif

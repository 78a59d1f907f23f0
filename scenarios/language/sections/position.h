/* Where an attachment is in a Wi-Fi cell: a place to stand, or a walk. */
#ifndef NT_SECTIONS_POSITION_H
#define NT_SECTIONS_POSITION_H

#include "scenarios/language/keys/key_table.h"

#define NT_POSITION_MAX 100000000 /* mm: 100 km from the origin along each axis */

extern const struct nt_table nt_table_waypoint;

/* The keys `position` and `walk` of an attachment's mapping `v`; each may be NULL. False with an error. */
bool nt_load_points(struct nt_load *l, const struct nt_yaml *v, const struct nt_yaml *position, const struct nt_yaml *walk,
                    struct nt_scn_attachment *a);

#endif

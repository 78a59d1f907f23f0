/* Media of networks, and where those are that use them: readers of their keys. */
#ifndef NT_SECTIONS_MEDIUM_H
#define NT_SECTIONS_MEDIUM_H

#include "scenarios/language/key_table.h"

#define NT_POSITION_MAX 100000000 /* mm: 100 km from the origin along each axis */

extern const struct nt_word nt_medium_words[];

/* The rest of a network's mapping `v` when its own table is read: what its medium is made of. `burst` and `wifi` may be NULL. */
void nt_load_medium(struct nt_load *l, const struct nt_yaml *v, const struct nt_yaml *burst, const struct nt_yaml *wifi,
                    struct nt_scn_network *n);
/* Where an attachment is, of its mapping `v`: the keys `position` and `walk`, each may be NULL. False with an error. */
bool nt_load_points(struct nt_load *l, const struct nt_yaml *v, const struct nt_yaml *position, const struct nt_yaml *walk,
                    struct nt_scn_attachment *a);
/* When all is attached: a line has two ends. */
void nt_check_media(struct nt_load *l);
/* What of its media leaves a case's outcome to chance, in a few words ("loss of 50% or more"); NULL: nothing. */
const char *nt_scn_chance(const struct nt_scn_case *c);

#endif

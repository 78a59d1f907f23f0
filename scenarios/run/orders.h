/* Every order of deliveries, one run of the world each: a run repeats the choices between nodes of the run before it and takes
 * another alternative at the last one that has any left. */
#ifndef NT_RUN_ORDERS_H
#define NT_RUN_ORDERS_H

#include "scenarios/model/case.h"

#define NT_ORDERS_MAX 20000 /* runs of one case */

struct nt_orders {
    uint32_t first;        /* choices that vary; later ones keep the order of time */
    uint32_t planned, met; /* choices that are given to the run; choices that it met */
    uint32_t taken[NT_SCN_EXPLORE_MAX], options[NT_SCN_EXPLORE_MAX];
};

void nt_orders_start(struct nt_orders *o, uint32_t first);                    /* begins with the order of time */
uint32_t nt_orders_choose(void *orders, uint32_t options);                    /* for nt_fabric_choose */
bool nt_orders_next(struct nt_orders *o);                                     /* to the next order; false: there is none */
const char *nt_orders_text(const struct nt_orders *o, char *buf, size_t cap); /* "0 1 0" */

#endif

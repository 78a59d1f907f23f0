#include "scenarios/run/orders.h"

#include <stdio.h>

void nt_orders_start(struct nt_orders *o, uint32_t first)
{
    *o = (struct nt_orders){.first = first < NT_SCN_EXPLORE_MAX ? first : NT_SCN_EXPLORE_MAX};
}

uint32_t nt_orders_choose(void *orders, uint32_t options)
{
    struct nt_orders *o = orders;
    if (o->met == o->first)
        return 0;
    if (o->met >= o->planned)
        o->taken[o->met] = 0;
    o->options[o->met] = options;
    return o->taken[o->met++];
}

bool nt_orders_next(struct nt_orders *o)
{
    uint32_t last = o->met;
    while (last > 0 && o->taken[last - 1] + 1 == o->options[last - 1])
        last--;
    if (last == 0)
        return false;
    o->taken[last - 1]++;
    o->planned = last;
    o->met = 0;
    return true;
}

const char *nt_orders_text(const struct nt_orders *o, char *buf, size_t cap)
{
    size_t len = 0;
    buf[0] = '\0';
    for (uint32_t i = 0; i < o->met && len < cap; i++)
        len += (size_t)snprintf(buf + len, cap - len, i == 0 ? "%u" : " %u", (unsigned)o->taken[i]);
    return buf;
}

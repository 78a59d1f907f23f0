/* Nodes that no cell of a file uses: networks nobody is on, gateways with nobody behind them, servers no agent names, agents no
 * step names. */
#ifndef NT_CHECKS_USAGE_H
#define NT_CHECKS_USAGE_H

#include "scenarios/language/keys/reader.h"

void nt_check_usage(struct nt_load *l); /* marks what this cell uses */
/* After all cells: an error for each node that none of them used. */
void nt_report_unused(struct nt_check *c, struct nt_source *s);

#endif

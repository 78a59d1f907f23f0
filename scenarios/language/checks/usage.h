/* Nodes that no cell of a file uses: networks without attachments, gateways with nobody behind them, servers that no agent names,
 * agents that no step names. */
#ifndef NT_CHECKS_USAGE_H
#define NT_CHECKS_USAGE_H

#include "scenarios/language/keys/reader.h"

void nt_check_usage(struct nt_load *l); /* marks what this cell uses */
/* After all cells: an error for each node that none of them used. */
void nt_report_unused(struct nt_file_check *c, struct nt_source *src);

#endif

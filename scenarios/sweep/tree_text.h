/* A tree as text that the loader reads. */
#ifndef NT_SWEEP_TREE_TEXT_H
#define NT_SWEEP_TREE_TEXT_H

#include "reports/result/text.h"
#include "scenarios/sweep/tree.h"

/* As a scenario file: a line for each network, gateway, server, agent and step. */
void nt_tree_write_yaml(struct nt_text *out, const struct nt_tree *root);
void nt_tree_write_json(struct nt_text *out, const struct nt_tree *root); /* one line, without its end */

#endif

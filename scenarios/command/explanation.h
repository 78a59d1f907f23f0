/* What natsim explain prints of a case that has run. */
#ifndef NT_COMMAND_EXPLANATION_H
#define NT_COMMAND_EXPLANATION_H

#include "pcap/capture.h"
#include "reports/result/case.h"
#include "scenarios/command/options.h"

/* The verdict and why first, then steps, packets, check lists, NATs and what the rules found. */
void nt_print_explanation(const struct nt_options *o, const struct nt_result_case *r, const struct nt_capture *capture);
/* As Mermaid's sequence diagram, in a block of Markdown. */
void nt_print_diagram(const struct nt_result_case *r, const struct nt_capture *capture);

#endif

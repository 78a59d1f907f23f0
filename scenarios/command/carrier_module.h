/* The carriers of this build: the built-in one, and ns-3 in a module of its own, which is loaded when it is asked for. */
#ifndef NT_COMMAND_CARRIER_MODULE_H
#define NT_COMMAND_CARRIER_MODULE_H

#include "core/base/diag.h"
#include "natsim/fabric/fabric.h"
#include "scenarios/model/case.h"

/* Loads the module if it is needed; once in a process, and keeps it. NULL with a diagnostic: it is missing, or of another build. */
const struct nt_carrier_ops *nt_carrier_load(enum nt_carrier_name name, struct nt_diags *diags);
/* For --version: "builtin", or "builtin, ns3 (ns-3 3.37)". Static storage. */
const char *nt_carriers_text(void);

#endif

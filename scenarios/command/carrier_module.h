/* The carriers that there are: the built-in one, and ns-3 in a module of its own that is loaded when it is asked for. */
#ifndef NT_COMMAND_CARRIER_MODULE_H
#define NT_COMMAND_CARRIER_MODULE_H

#include "natsim/fabric/fabric.h"
#include "scenarios/model/case.h"

/* Loads the module when there is need; once in a process, and kept. NULL with a sentence in `why`: it is not there, or of another build. */
const struct nt_carrier_ops *nt_carrier_load(enum nt_carrier_name name, char *why, size_t cap);
/* For --version: "builtin", or "builtin, ns3 (ns-3 3.37)". */
const char *nt_carriers_text(void);

#endif

/* The carriers that there are: the built-in one, and ns-3 in a module of its own that is loaded when it is asked for. */
#ifndef NT_SCENARIOS_CARRIER_H
#define NT_SCENARIOS_CARRIER_H

#include "natsim/fabric.h"

enum nt_carrier_name { NT_CARRIER_ANY = 0, NT_CARRIER_BUILTIN, NT_CARRIER_NS3 };

/* Loads the module when there is need; once in a process, and kept. NULL with a sentence in `why`: it is not there, or of another build. */
const struct nt_carrier_ops *nt_carrier_load(enum nt_carrier_name name, char *why, size_t cap);
/* For --version: "builtin", or "builtin, ns3 (ns-3 3.37)". */
const char *nt_carriers_text(void);

#endif

/* Where the suites and adapters that come with natsim are: in the build tree, or where it is installed. */
#ifndef NT_FILES_INSTALLED_H
#define NT_FILES_INSTALLED_H

/* The directory of the suites, or NULL; static storage. */
const char *nt_suites_directory(void);
/* Puts the directory of the adapters (tests/interop/adapters) first in PATH, so that `exec` finds them by name, and into
 * NATSIM_ADAPTERS; that of the binaries among them into NATSIM_ADAPTER_BIN. Changes the environment: called once, before any
 * process is started. */
void nt_adapters_to_path(void);

#endif

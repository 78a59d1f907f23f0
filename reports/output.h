/* Files that appear whole or not at all (written beside their place, then renamed). 0, NT_EIO (errno) or NT_ENOMEM. */
#ifndef NT_REPORTS_OUTPUT_H
#define NT_REPORTS_OUTPUT_H

#include "pcap/file.h"

#include <stddef.h>

/* Begins dir/name, which nt_file_end ends. */
int nt_output_begin(struct nt_file *f, const char *dir, const char *name);
int nt_write_file(const char *path, const void *bytes, size_t len);

#endif

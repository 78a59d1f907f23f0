/* A file that appears whole or not at all: written under a temporary name beside its place, renamed at the end. */
#ifndef NT_PCAP_FILE_H
#define NT_PCAP_FILE_H

#include <stdio.h>

struct nt_file {
    FILE *out;
    char *path, *temp;
};

/* 0, NT_ENOMEM or NT_EIO (errno). */
int nt_file_begin(struct nt_file *f, const char *path);
int nt_file_begin_as(struct nt_file *f, const char *path,
                     const char *suffix); /* with the ending of the temporary name; else ".part" */
/* With `err` 0 puts the file in its place; else, or when a write failed, nothing remains. 0, `err`, or NT_EIO (errno). */
int nt_file_end(struct nt_file *f, int err);

#endif

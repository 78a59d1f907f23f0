/* The file of a run's record: a head ("natsim-run 1", the lines of the run, an empty line), then a line for each process that goes
 * on with it ("by HOST, process N") and the name of each file that the run writes. It may be anybody's: it is read with care. */
#ifndef NT_FILES_RECORD_FILE_H
#define NT_FILES_RECORD_FILE_H

#include <stdbool.h>
#include <stdint.h>

#define NT_RUN_RECORD ".natsim-run" /* of a run in one process, and the lock of the directory */
#define NT_RECORD_OF_MERGE NT_RUN_RECORD ".merge"
#define NT_RECORD_NAME_BYTES 80
#define NT_RECORD_AUTHOR_MAX 300

void nt_record_file_name(uint64_t rank, uint64_t ranks, char name[NT_RECORD_NAME_BYTES]); /* ".natsim-run.1-of-4" */
bool nt_record_file_is_of_part(const char *name);                                         /* of a rank or of merge */

/* Makes or opens a file for reading and appending. Its descriptor; NT_EINVAL: it is a link, or no plain file; NT_EIO (errno). */
int nt_record_file_open(int dir, const char *name);
/* Begins the record anew. 0, NT_EIO (errno) or NT_ENOMEM. */
int nt_record_file_begin(int fd, const char *lines);
/* Goes on at its end; an unfinished line is ended. 0 or NT_EIO (errno). */
int nt_record_file_go_on(int fd);
int nt_record_file_add(int fd, const char *name); /* 0 or NT_EIO (errno) */

/* The lines of the head, "" when there is none. NULL: out of memory; the caller frees. */
char *nt_record_file_lines(int fd);
/* Gives each line after the head to `take`, until it returns an error, which is returned. Without a head there is none. */
int nt_record_file_each_name(int fd, int (*take)(void *user, const char *name), void *user);
/* The last process; "" when it is not known. */
void nt_record_file_author(int fd, char author[NT_RECORD_AUTHOR_MAX]);

#endif

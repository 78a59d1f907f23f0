/* The text of a scenario's file, for the page. */
#ifndef NT_FILES_SOURCE_FILE_H
#define NT_FILES_SOURCE_FILE_H

#define NT_SOURCE_MAX (256u << 10) /* bytes; a longer file is not shown */

/* *text is malloc'd, or NULL: it cannot be read, is too long, or is not UTF-8. 0 or NT_ENOMEM. */
int nt_source_file_read(const char *path, char **text);

#endif

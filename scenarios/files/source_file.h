/* The text of a scenario's file, for the page. */
#ifndef NT_FILES_SOURCE_FILE_H
#define NT_FILES_SOURCE_FILE_H

#define NT_SOURCE_MAX (256u << 10) /* bytes; a longer file is not shown */

char *nt_source_file_read(const char *path); /* malloc'd; NULL: it cannot be read, is too long, or is not UTF-8 */

#endif

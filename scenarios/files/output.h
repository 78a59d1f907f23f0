/* The directory of a run's outputs: its captures and the logs of real programs. */
#ifndef NT_FILES_OUTPUT_H
#define NT_FILES_OUTPUT_H

#include <stdbool.h>

/* Makes the directory with its parents. 0 or NT_EIO (errno). */
int nt_output_make(const char *dir);
int nt_output_make_captures(const char *dir); /* likewise captures/ in it, which must be no link */
int nt_output_make_logs(const char *dir);     /* likewise logs/ */
/* The beginning of the names of a case's logs, "DIR/logs/NAME", after its directory was made. NULL: no memory. The caller frees. */
char *nt_output_logs(const char *dir, const char *name);

bool nt_output_is_plain(char c); /* names of captures and logs have only such characters */

#define NT_OUTPUT_PART ".part" /* ends the name of a capture while it is written */
#define NT_OUTPUT_PART_OF_SPARE ".spare.part"

struct nt_output_capture { /* where the capture of a case goes */
    char *name;            /* "captures/NAME.pcapng" */
    char *path;            /* with the directory */
};

/* `name`: the case's, by shared_names.h. 0, NT_EIO (errno: the path is too long), NT_ENOMEM; nt_output_free_capture in all cases.
 */
int nt_output_name_capture(const char *dir, const char *name, bool plain, struct nt_output_capture *out);
void nt_output_free_capture(struct nt_output_capture *out);
#define NT_OUTPUT_PASSED "+passed" /* behind NAME: of a run that passed where others did not */
#define NT_OUTPUT_NAME_MAX 300
/* "captures/NAME+passed.pcapng" of "captures/NAME.pcapng"; returns buf. */
const char *nt_output_passed_capture(const char *name, char buf[NT_OUTPUT_NAME_MAX]);
/* Names that captures, and logs, have here: plain characters, and no directory but captures/ or logs/. */
bool nt_output_is_capture(const char *name);
bool nt_output_is_log(const char *name);
/* Removes what a worker that broke left of it. */
void nt_output_remove_parts(const struct nt_output_capture *out);

#endif

/* JSON from a file that may be larger than memory: the text of one value at a time. Values within are checked by who reads them. */
#ifndef NT_DIFF_JSON_STREAM_H
#define NT_DIFF_JSON_STREAM_H

#include "reports/result/text.h"

#include <stdio.h>

struct nt_json_stream {
    FILE *in;
    size_t line;          /* from 1 */
    struct nt_text value; /* of the last nt_json_stream_value */
};

/* The next character that is not white space, which is not taken; EOF. */
int nt_json_stream_peek(struct nt_json_stream *s);
/* Takes it if it is `c`. */
bool nt_json_stream_take(struct nt_json_stream *s, char c);
/* Reads a value of `most` bytes at most. 0, NT_EFORMAT, NT_ELIMIT, NT_ENOMEM, or NT_EIO (errno). */
int nt_json_stream_value(struct nt_json_stream *s, size_t most);
void nt_json_stream_free(struct nt_json_stream *s); /* the file stays open */

#endif

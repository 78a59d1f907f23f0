/* Copies of strings. */
#ifndef NT_BASE_STRINGS_H
#define NT_BASE_STRINGS_H

/* A copy for the caller to free; of NULL it is NULL. Without memory: NULL, and *err becomes NT_ENOMEM (else *err stays), so that
 * several copies can be made before it is looked at. */
char *nt_strdup(const char *s, int *err);

#endif

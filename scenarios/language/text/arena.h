/* Memory that is freed all at once: one case, or one file. */
#ifndef NT_TEXT_ARENA_H
#define NT_TEXT_ARENA_H

#include <stddef.h>

#define NT_ARENA_MAX ((size_t)256 << 20) /* bytes of one arena */

struct nt_arena;

struct nt_arena *nt_arena_new(void);
void nt_arena_del(struct nt_arena *a);
void *nt_arena_alloc(struct nt_arena *a, size_t size); /* zeroed, aligned for anything; NULL without memory or beyond the limit */
char *nt_arena_text(struct nt_arena *a, const char *text, size_t len);

#endif

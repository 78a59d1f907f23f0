#ifndef NT_LADDER_LIMITS_H
#define NT_LADDER_LIMITS_H

#define NT_LADDER_COLUMNS_MAX 64  /* further nodes are not drawn */
#define NT_LADDER_ROWS_MAX 200000 /* further packets neither */

#endif

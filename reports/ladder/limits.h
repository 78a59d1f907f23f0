#ifndef NT_LADDER_LIMITS_H
#define NT_LADDER_LIMITS_H

#define NT_LADDER_COLUMNS_MAX 64 /* further nodes are not drawn */

#endif

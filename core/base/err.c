#include "core/base/err.h"

const char *nt_strerror(int err)
{
    switch (err) {
    case NT_OK: return "no error";
    case NT_ENOMEM: return "out of memory";
    case NT_EINVAL: return "invalid argument";
    case NT_EFORMAT: return "malformed";
    case NT_ESHORT: return "truncated";
    case NT_ENOSPC: return "buffer too small";
    case NT_ELIMIT: return "limit reached";
    case NT_ENOENT: return "not found";
    case NT_EEXIST: return "exists already";
    case NT_ESTATE: return "wrong state";
    case NT_EAUTH: return "authentication failed";
    case NT_EUNSUPPORTED: return "not in this version";
    case NT_EIO: return "input/output error";
    default: return "unknown error";
    }
}

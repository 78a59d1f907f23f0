/* Error codes. Functions for programs return 0 or a positive count, or one of these (negative).
 * Errors for people are `struct nt_diag` (diag.h): file:line:column, what, and the mend. */
#ifndef NT_BASE_ERR_H
#define NT_BASE_ERR_H

enum nt_err {
    NT_OK = 0,
    NT_ENOMEM = -1,        /* an allocation failed; the object is as it was */
    NT_EINVAL = -2,        /* an argument is outside the contract */
    NT_EFORMAT = -3,       /* bytes or text are not of the expected form */
    NT_ESHORT = -4,        /* bytes end before the form does */
    NT_ENOSPC = -5,        /* the caller's buffer is too small */
    NT_ELIMIT = -6,        /* a stated limit is reached */
    NT_ENOENT = -7,        /* no such thing */
    NT_EEXIST = -8,        /* there is one already */
    NT_ESTATE = -9,        /* not in this state */
    NT_EAUTH = -10,        /* integrity or credentials do not match */
    NT_EUNSUPPORTED = -11, /* known, and not in this version */
    NT_EIO = -12           /* the operating system refused: errno has the reason */
};

/* A short English text; never NULL. */
const char *nt_strerror(int err);

#endif

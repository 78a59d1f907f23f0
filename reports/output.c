#include "reports/output.h"

#include "core/base/err.h"
#include "pcap/file.h"

int nt_write_file(const char *path, const void *bytes, size_t len)
{
    struct nt_file f;
    int err = nt_file_begin(&f, path);
    if (err != NT_OK)
        return err;
    return nt_file_end(&f, fwrite(bytes, 1, len, f.out) == len ? NT_OK : NT_EIO);
}

int nt_write_text(struct nt_text *t, const char *dir, const char *name)
{
    struct nt_text path = {0};
    nt_text_printf(&path, "%s/%s", dir, name);
    int err = t->err != NT_OK ? t->err : path.err;
    if (err == NT_OK)
        err = nt_write_file(path.p, t->p, t->len);
    nt_text_free(&path);
    nt_text_free(t);
    return err;
}

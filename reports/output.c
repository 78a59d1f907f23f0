#include "reports/output.h"

#include "core/base/err.h"
#include "reports/result/text.h"

int nt_write_file(const char *path, const void *bytes, size_t len)
{
    struct nt_file f;
    int err = nt_file_begin(&f, path);
    if (err != NT_OK)
        return err;
    return nt_file_end(&f, fwrite(bytes, 1, len, f.out) == len ? NT_OK : NT_EIO);
}

int nt_output_begin(struct nt_file *f, const char *dir, const char *name)
{
    struct nt_text path = {0};
    nt_text_printf(&path, "%s/%s", dir, name);
    int err = path.err == NT_OK ? nt_file_begin(f, path.p) : path.err;
    nt_text_free(&path);
    return err;
}

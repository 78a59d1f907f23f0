/* A whole file at once. */
#include "core/base/err.h"
#include "pcap/file.h"
#include "reports/report.h"

int nt_write_file(const char *path, const void *bytes, size_t len)
{
    struct nt_file f;
    int err = nt_file_begin(&f, path);
    if (err != NT_OK)
        return err;
    return nt_file_end(&f, fwrite(bytes, 1, len, f.out) == len ? NT_OK : NT_EIO);
}

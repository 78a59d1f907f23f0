#include "reports/html.h"

#include "core/base/err.h"
#include "reports/output.h"
#include "reports/page/page.h"

int nt_report_html(const struct nt_results *r, const char *dir)
{
    struct nt_file f;
    int err = nt_output_begin(&f, dir, "report.html");
    return err != NT_OK ? err : nt_file_end(&f, nt_page(f.out, r));
}

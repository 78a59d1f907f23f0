#include "reports/html.h"

#include "reports/output.h"
#include "reports/page/page.h"

int nt_report_html(const struct nt_results *r, const char *dir)
{
    struct nt_text t = {0};
    nt_page(&t, r, dir);
    return nt_write_text(&t, dir, "report.html");
}

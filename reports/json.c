#include "reports/json.h"

#include "core/base/err.h"
#include "reports/output.h"
#include "reports/result/result_json.h"

int nt_report_json(const struct nt_results *r, const char *dir)
{
    struct nt_text t = {0};
    size_t n[4];
    nt_results_count(r, n);
    nt_text_printf(&t, "{\"schema\": 1, \"natsim\": \"" NATSIM_VERSION "\", ");
    if (r->stamp != NULL)
        nt_text_printf(&t, "\"stamp\": \"%s\", ", r->stamp);
    nt_text_printf(&t, "\"seed\": %llu, \"summary\": {\"pass\": %zu, \"fail\": %zu, \"error\": %zu, \"skip\": %zu},\n \"cases\": [",
                   (unsigned long long)r->seed, n[NT_PASS], n[NT_FAIL], n[NT_ERROR], n[NT_SKIP]);
    for (size_t i = 0; i < r->case_count; i++) {
        nt_text_put(&t, i == 0 ? "\n  " : ",\n  ");
        nt_result_case_json(&t, &r->cases[i]);
    }
    nt_text_put(&t, "]}\n");
    return nt_write_text(&t, dir, "results.json");
}

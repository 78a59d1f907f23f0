#include "reports/json.h"

#include "core/base/err.h"
#include "reports/output.h"

static void put_head(FILE *out, const struct nt_results *r)
{
    size_t n[4];
    nt_results_count(r, n);
    fputs("{\"schema\": 1, \"natsim\": \"" NATSIM_VERSION "\", ", out);
    if (r->stamp != NULL)
        fprintf(out, "\"stamp\": \"%s\", ", r->stamp);
    fprintf(out, "\"seed\": %llu, \"summary\": {\"pass\": %zu, \"fail\": %zu, \"error\": %zu, \"skip\": %zu},\n \"cases\": [",
            (unsigned long long)r->seed, n[NT_PASS], n[NT_FAIL], n[NT_ERROR], n[NT_SKIP]);
}

int nt_report_json(const struct nt_results *r, const char *dir)
{
    struct nt_text t = {0};
    struct nt_file f;
    int err = nt_output_begin(&f, dir, "results.json");
    if (err != NT_OK)
        return err;
    put_head(f.out, r);
    for (size_t i = 0; i < r->case_count && err == NT_OK; i++) {
        err = nt_results_text(r, i, NT_CASE_JSON, &t);
        fputs(i == 0 ? "\n  " : ",\n  ", f.out);
        if (err == NT_OK)
            fwrite(t.p, 1, t.len, f.out);
    }
    fputs(r->partial ? "], \"partial\": true}\n" : "]}\n", f.out);
    nt_text_free(&t);
    return nt_file_end(&f, err);
}

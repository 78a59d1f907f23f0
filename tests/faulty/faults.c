#include "tests/faulty/faults.h"
#include "tests/faulty/faults_answers.h"
#include "tests/faulty/faults_candidates.h"
#include "tests/faulty/faults_checks.h"
#include "tests/faulty/faults_consent.h"
#include "tests/faulty/faults_descriptions.h"
#include "tests/faulty/faults_form.h"
#include "tests/faulty/faults_restarts.h"
#include "tests/faulty/faults_roles.h"
#include "tests/faulty/faults_server_allocations.h"
#include "tests/faulty/faults_server_binding.h"
#include "tests/faulty/faults_server_relaying.h"
#include "tests/faulty/faults_timing.h"
#include "tests/faulty/faults_turn_behaviour.h"
#include "tests/faulty/faults_turn_requests.h"

#include <stdio.h>
#include <string.h>

static const struct fault *const tables[] = {faults_of_checks,          faults_of_answers,        faults_of_form,
                                             faults_of_roles,           faults_of_consent,        faults_of_timing,
                                             faults_of_descriptions,    faults_of_candidates,     faults_of_turn_requests,
                                             faults_of_turn_behaviour,  faults_of_server_binding, faults_of_server_allocations,
                                             faults_of_server_relaying, faults_of_restarts};

const struct fault *faults_find(const char *name)
{
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct fault *f = tables[t]; f->name != NULL; f++)
            if (strcmp(f->name, name) == 0)
                return f;
    return NULL;
}

bool faults_add(struct faulty_config *config, const char *names, char unknown[FAULT_NAME_MAX])
{
    for (size_t n; *names != '\0'; names += n + (names[n] == '+')) {
        n = strcspn(names, "+");
        snprintf(unknown, FAULT_NAME_MAX, "%.*s", (int)n, names);
        const struct fault *fault = faults_find(unknown);
        if (fault == NULL && strcmp(unknown, "none") != 0)
            return false;
        if (fault != NULL && config->count < FAULTY_FAULTS_MAX)
            config->faults[config->count++] = fault;
    }
    return true;
}

void faults_print(void)
{
    static const char *const parts[] = {[NT_APP_ICE] = "agent", [NT_APP_SIGNALLING] = "signalling", [NT_APP_SERVER] = "server"};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct fault *f = tables[t]; f->name != NULL; f++)
            printf("%-30s %-10s %s\n", f->name, parts[f->part], f->does);
}

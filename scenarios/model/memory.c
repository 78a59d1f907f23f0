#include "scenarios/model/memory.h"

static unsigned long failures;

unsigned long nt_memory_failures(void)
{
    return failures;
}

void nt_memory_failed(void)
{
    failures++;
}

/* All faults by name. */
#ifndef FAULTY_FAULTS_H
#define FAULTY_FAULTS_H

#include "tests/faulty/fault.h"

const struct fault *faults_find(const char *name); /* NULL: there is none */
void faults_print(void);

#endif

/* All faults by name. */
#ifndef FAULTY_FAULTS_H
#define FAULTY_FAULTS_H

#include "tests/faulty/faulty.h"

#define FAULT_NAME_MAX 256

const struct fault *faults_find(const char *name); /* NULL: there is none */
/* Adds NAME[+NAME] to a party's; "none": the faultless twin. false: the first name that none has is in `unknown`. */
bool faults_add(struct faulty_config *config, const char *names, char unknown[FAULT_NAME_MAX]);
void faults_print(void);

#endif

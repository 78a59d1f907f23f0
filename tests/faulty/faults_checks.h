/* Faults of checks. */
#ifndef FAULTY_FAULTS_CHECKS_H
#define FAULTY_FAULTS_CHECKS_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_checks[]; /* ends with a row without a name */

#endif

/* Faults of candidates. */
#ifndef FAULTY_FAULTS_CANDIDATES_H
#define FAULTY_FAULTS_CANDIDATES_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_candidates[]; /* ends with a row without a name */

#endif

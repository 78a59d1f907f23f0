/* Faults of pacing and retransmission. */
#ifndef FAULTY_FAULTS_TIMING_H
#define FAULTY_FAULTS_TIMING_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_timing[]; /* ends with a row without a name */

#endif

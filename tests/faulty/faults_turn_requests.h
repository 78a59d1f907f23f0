/* Faults of a TURN client: what its requests say. */
#ifndef FAULTY_FAULTS_TURN_REQUESTS_H
#define FAULTY_FAULTS_TURN_REQUESTS_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_turn_requests[]; /* ends with a row without a name */

#endif

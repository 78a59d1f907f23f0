/* Faults of a TURN server: how it authenticates, and what it answers. */
#ifndef FAULTY_FAULTS_SERVER_ALLOCATIONS_H
#define FAULTY_FAULTS_SERVER_ALLOCATIONS_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_server_allocations[]; /* ends with a row without a name */

#endif

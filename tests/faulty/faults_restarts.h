/* Faults of sessions that a restart begins and ends. */
#ifndef FAULTY_FAULTS_RESTARTS_H
#define FAULTY_FAULTS_RESTARTS_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_restarts[]; /* ends with a row without a name */

#endif

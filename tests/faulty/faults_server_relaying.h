/* Faults of a TURN server: what it relays. */
#ifndef FAULTY_FAULTS_SERVER_RELAYING_H
#define FAULTY_FAULTS_SERVER_RELAYING_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_server_relaying[]; /* ends with a row without a name */

#endif

/* Faults of a STUN server: its Binding responses, and the form of what it sends. */
#ifndef FAULTY_FAULTS_SERVER_BINDING_H
#define FAULTY_FAULTS_SERVER_BINDING_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_server_binding[]; /* ends with a row without a name */

#endif

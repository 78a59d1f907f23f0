/* Faults of a TURN client: what it does and leaves undone, how often it asks, and what it sends to its peers. */
#ifndef FAULTY_FAULTS_TURN_BEHAVIOUR_H
#define FAULTY_FAULTS_TURN_BEHAVIOUR_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_turn_behaviour[]; /* ends with a row without a name */

#endif

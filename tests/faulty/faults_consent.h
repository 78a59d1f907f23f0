/* Faults of consent, keepalives and data. */
#ifndef FAULTY_FAULTS_CONSENT_H
#define FAULTY_FAULTS_CONSENT_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_consent[]; /* ends with a row without a name */

#endif

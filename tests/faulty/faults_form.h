/* Faults of the form of STUN messages. */
#ifndef FAULTY_FAULTS_FORM_H
#define FAULTY_FAULTS_FORM_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_form[]; /* ends with a row without a name */

#endif

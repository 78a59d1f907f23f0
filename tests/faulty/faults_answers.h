/* Faults of answers to checks. */
#ifndef FAULTY_FAULTS_ANSWERS_H
#define FAULTY_FAULTS_ANSWERS_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_answers[]; /* ends with a row without a name */

#endif

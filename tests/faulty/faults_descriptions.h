/* Faults of offers and answers. */
#ifndef FAULTY_FAULTS_DESCRIPTIONS_H
#define FAULTY_FAULTS_DESCRIPTIONS_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_descriptions[]; /* ends with a row without a name */

#endif

/* Faults of roles and nomination. */
#ifndef FAULTY_FAULTS_ROLES_H
#define FAULTY_FAULTS_ROLES_H

#include "tests/faulty/fault.h"

extern const struct fault faults_of_roles[]; /* ends with a row without a name */

#endif

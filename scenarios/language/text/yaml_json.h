/* YAML values as JSON. */
#ifndef NT_TEXT_YAML_JSON_H
#define NT_TEXT_YAML_JSON_H

#include "scenarios/language/text/yaml.h"

/* The value with its type in the core schema (YAML 1.2.2, 10.3.2) as JSON, in the arena; NULL without memory. */
char *nt_yaml_json(const struct nt_yaml *node, struct nt_arena *a);

#endif

/* The JSON Schema (draft 2020-12) of the scenario language, made of the tables that the loader reads by. */
#ifndef NT_LANGUAGE_SCHEMA_H
#define NT_LANGUAGE_SCHEMA_H

/* Of what works in this version; NULL without memory. The caller frees. */
char *nt_scn_schema(void);

#endif

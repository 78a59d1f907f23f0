/* Numbers with units, as in scenarios and on the command line: 20ms, 10Mbit, 1%. Exact: no floating point. */
#ifndef NT_TEXT_UNITS_H
#define NT_TEXT_UNITS_H

#include <stdbool.h>
#include <stdint.h>

enum nt_unit_result {
    NT_UNIT_OK = 0,
    NT_UNIT_NONE,  /* a number without its unit */
    NT_UNIT_FORM,  /* not a number with one of the units */
    NT_UNIT_RANGE, /* too large */
    NT_UNIT_FINE   /* more digits than the smallest unit can express */
};

#define NT_UNIT_TIME_MAX (INT64_C(100000) * 3600 * 1000000000) /* 100,000 hours */

enum nt_unit_result nt_unit_time(const char *text, int64_t *ns);             /* ns us ms s m h */
enum nt_unit_result nt_unit_rate(const char *text, uint64_t *bits);          /* bit kbit Mbit Gbit, per second */
enum nt_unit_result nt_unit_percent(const char *text, uint32_t *parts);      /* 0..100%, in parts of NT_CHANCE_ONE */
enum nt_unit_result nt_unit_decimal(const char *text, int64_t *thousandths); /* 5, -1.25; up to 3 decimals, no unit */
/* Decimal digits only; up to 64 bits. */
enum nt_unit_result nt_unit_integer(const char *text, uint64_t *value);

#endif

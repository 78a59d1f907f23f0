/* An agent's configuration: checked, copied, with its defaults. */
#ifndef NT_ICE_CONFIG_H
#define NT_ICE_CONFIG_H

#include "core/ice/types.h"

/* NT_OK, NT_EINVAL, NT_ELIMIT, NT_EUNSUPPORTED, NT_ENOMEM. *copy is freed in any case. */
int nt_ice_config_copy(struct nt_ice_config *copy, const struct nt_ice_config *config);
void nt_ice_config_free(struct nt_ice_config *copy);

#endif

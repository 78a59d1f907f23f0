#include "scenarios/language/sections/policy_words.h"

#include "natsim/nat/policy/policy.h"

const struct nt_word nt_words_dependence[] = {{"endpoint-independent", NT_DEP_ENDPOINT_INDEPENDENT, false},
                                              {"address-dependent", NT_DEP_ADDRESS, false},
                                              {"address-and-port-dependent", NT_DEP_ADDRESS_AND_PORT, false},
                                              {NULL, 0, false}};
const struct nt_word nt_words_ports[] = {{"preserve", NT_PORTS_PRESERVE, false},
                                         {"sequential", NT_PORTS_SEQUENTIAL, false},
                                         {"random", NT_PORTS_RANDOM, false},
                                         {"overload", NT_PORTS_OVERLOAD, false},
                                         {NULL, 0, false}};

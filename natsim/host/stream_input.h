/* What an endpoint is to be told of its listeners and connections. */
#ifndef NT_HOST_STREAM_INPUT_H
#define NT_HOST_STREAM_INPUT_H

#include "core/base/endpoint.h"

struct nt_stream_input {
    uint32_t endpoint;
    struct nt_path path;
    enum nt_input kind;
    const uint8_t *bytes; /* until the next call */
    size_t len;
    uint8_t why; /* of NT_IN_CLOSED, which is its bytes */
};

#endif

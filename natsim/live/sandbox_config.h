/* What a sandbox is made of. */
#ifndef NT_LIVE_SANDBOX_CONFIG_H
#define NT_LIVE_SANDBOX_CONFIG_H

#include "core/base/addr.h"

#define NT_SANDBOX_INTERFACES_MAX 16
#define NT_SANDBOX_ADDRESSES_MAX 64  /* of an interface that is given others */
#define NT_SANDBOX_COMMAND_MAX 32768 /* bytes */

/* What the programs of a sandbox may take, all together unless said otherwise. */
#define NT_SANDBOX_PROCESSES 1024 /* and threads */
#define NT_SANDBOX_FILES 8192     /* open ones, of each process */
#define NT_SANDBOX_MEMORY_MIB 2048
#define NT_SANDBOX_DISK_MIB 512 /* of their own directory, in memory */
#define NT_SANDBOX_SHM_MIB 256  /* of /dev/shm */
#define NT_SANDBOX_INODES 65536 /* files of their own directory */

#define NT_SANDBOX_HOME "/tmp" /* the directory of their own */

struct nt_sandbox_interface { /* eth0, eth1, ... in order; packets without a better route leave by the first */
    const struct nt_addr *addresses;
    size_t address_count;
    uint8_t bits4, bits6; /* prefix lengths */
    uint32_t mtu;
};

struct nt_sandbox_place { /* a directory that programs may read */
    const char *path;     /* absolute */
    const char *real;     /* the same without symbolic links */
};

struct nt_sandbox_config {
    const struct nt_sandbox_interface *interfaces;
    size_t interface_count;
    bool ipv6;         /* off: the kernel has none, not even link-local addresses */
    const char *hosts; /* text of /etc/hosts; no DNS server answers */
    /* Beside the system's directories; none lies in another. */
    const struct nt_sandbox_place *places;
    size_t place_count;
    const char *const *environment; /* "NAME=value", then NULL: all of it */
    const char *directory;          /* absolute: where commands start, empty unless a place is there */
};

#endif

/* TUN devices of a namespace: made, and given their addresses and routes by plain ioctls, without another program. Without
 * IFF_VNET_HDR the kernel completes every checksum and hands out no super-packets. */
#ifndef NT_LIVE_TUN_H
#define NT_LIVE_TUN_H

#include "natsim/live/sandbox_config.h"

/* Makes an interface in the caller's namespace. Its device, or -1 with errno and *what (static) went wrong. */
int nt_tun_open(const char *name, const struct nt_sandbox_interface *i, unsigned metric, const char **what);
int nt_tun_loopback_up(void);        /* 0 or -1 */
int nt_tun_carrier(int fd, bool on); /* of the device: programs see its link come and go. 0 or -1 */
/* The interface of the caller's namespace has these addresses and routes, and none of those before. 0, or -1 with errno. */
int nt_tun_readdress(const char *name, const struct nt_sandbox_interface *i, unsigned metric);

#endif

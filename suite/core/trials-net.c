/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trials of networks and their devices. Links are made in a network namespace that ends with the
 * trial; the RDMA device, which is seen from everywhere, is removed: a link takes it along, but later.
 */
#include "trials.h"

#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

#define LINK   "try"
#define DEVICE "assay-try"

int try_socket(const struct feature *f, const struct context *c)
{
	(void)c;
	return socket((int)f->argument, SOCK_DGRAM | SOCK_CLOEXEC, 0) < 0;
}

int try_netlink(const struct feature *f, const struct context *c)
{
	(void)c;
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, (int)f->argument) < 0;
}

int try_link(const struct feature *f, const struct context *c)
{
	(void)c;
	return unshare(CLONE_NEWNET) || link_make(f->text, LINK);
}

int try_rdma(const struct feature *f, const struct context *c)
{
	(void)c;
	return unshare(CLONE_NEWNET) || link_make("dummy", LINK) || rdma_make(f->text, DEVICE, LINK) ||
	       rdma_remove(DEVICE);
}

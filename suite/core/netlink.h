/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_CORE_NETLINK_H
#define ASSAY_CORE_NETLINK_H

/*
 * Links and software RDMA devices, in the network namespace of the caller. 0, or -errno as the
 * kernel says it. An RDMA device is seen from every namespace, under a name of the whole machine.
 */
int link_make(const char *kind, const char *name);
int rdma_make(const char *kind, const char *name, const char *link);
int rdma_remove(const char *name);

#endif

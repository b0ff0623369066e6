/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_LINKS_H
#define ASSAY_TESTS_LINKS_H

/* Network links and addresses that tests make and look at. What fails here is an error of ours. */

#include "suite/suite.h"

struct net; /* a network namespace, by a socket that lies in it */

/* The test's own one. */
struct net *net_here(struct test *t);
/* One by its path, "/proc/1/ns/net". */
struct net *net_at(struct test *t, const char *path);
/* A new one that lives as long as the test; *path names it. Its lo is down. */
struct net *net_new(struct test *t, const char **path);

/* As the probe's "net": an object of links by name. */
json_t *net_facts(struct net *n);
/* The member of a link there, or NULL: link_fact(f, "eth0", "mac"). Borrowed. */
const json_t *link_fact(const json_t *net, const char *link, const char *member);

/* A veth link; its other end, which stays where the first was made, is NAME and "p". */
void link_veth(struct net *n, const char *name);
/* A link of any kind; false when the kernel has none of it. */
bool link_try(struct net *n, const char *name, const char *kind);
void link_up(struct net *n, const char *name, bool up);
void link_mtu(struct net *n, const char *name, unsigned int mtu);
void link_queue(struct net *n, const char *name, unsigned int packets);
void link_group(struct net *n, const char *name, unsigned int group);
void link_mac(struct net *n, const char *name, const char *mac);

/* "192.0.2.1/24", of the family that it looks like, of global scope and permanent. */
void address_add(struct net *n, const char *link, const char *address);
void address_remove(struct net *n, const char *link, const char *address);
/* Of link scope; with a lifetime of `seconds`, so that it is not permanent. */
void address_add_link(struct net *n, const char *link, const char *address);
void address_add_passing(struct net *n, const char *link, const char *address,
			 unsigned int seconds);

/* A descriptor that becomes readable when a link of the namespace comes, goes or changes. */
int net_watch(struct net *n);
/* Read what it has; whether that link was said to be gone. */
bool net_gone(struct test *t, int watch, const char *link);

#endif

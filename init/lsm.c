/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policies of the security modules: loaded once at boot, as a machine has them before anything
 * runs. What is in them is rootfs/lsm's affair. It must never load what is not in the image.
 */
#include "lsm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys.h"

static const struct lsm {
	const char *policy;  /* in the image, as the kernel takes it */
	const char *load;    /* exists where the module runs */
	const char *enforce; /* to be told "1" once there is a policy; NULL: the policy says it */
} modules[] = {
	{ "/lib/assay/apparmor.policy", "/sys/kernel/security/apparmor/.load", NULL },
	{ "/lib/assay/selinux.policy", "/sys/fs/selinux/load", "/sys/fs/selinux/enforce" },
};

/* The kernel takes a policy in one write, so the file is mapped rather than read in pieces. */
static int load(const struct lsm *l)
{
	int from = open(l->policy, O_RDONLY | O_CLOEXEC);
	int to = open(l->load, O_WRONLY | O_CLOEXEC);
	void *data = MAP_FAILED;
	struct stat st;
	ssize_t n = -1;
	int error = 0;

	if (from >= 0 && to >= 0 && !fstat(from, &st))
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, from, 0);
	if (data != MAP_FAILED)
		n = write(to, data, (size_t)st.st_size);
	if (n < 0)
		error = -errno;
	else if (n != st.st_size)
		error = -EIO;
	if (data != MAP_FAILED)
		munmap(data, (size_t)st.st_size);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return error;
}

int lsm_setup(struct fault *f)
{
	for (size_t i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
		const struct lsm *l = &modules[i];
		int error;

		if (access(l->load, W_OK))
			continue;
		error = load(l);
		if (!error && l->enforce)
			error = file_write(l->enforce, "1");
		if (error)
			return fault_set(f, error, l->policy, ": cannot be loaded: ",
					 strerror(-error), NULL);
	}
	return 0;
}

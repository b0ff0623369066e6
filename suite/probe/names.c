/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of errors, signals and limits, for the probe and the suite alike. It must never guess: a number
 * without a name stays a number.
 */
#include "names.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define E(name) [name] = #name

static const char *const errors[] = {
	E(EPERM),	  E(ENOENT),	      E(ESRCH),	    E(EINTR),
	E(EIO),		  E(ENXIO),	      E(E2BIG),	    E(ENOEXEC),
	E(EBADF),	  E(ECHILD),	      E(EAGAIN),    E(ENOMEM),
	E(EACCES),	  E(EFAULT),	      E(ENOTBLK),   E(EBUSY),
	E(EEXIST),	  E(EXDEV),	      E(ENODEV),    E(ENOTDIR),
	E(EISDIR),	  E(EINVAL),	      E(ENFILE),    E(EMFILE),
	E(ENOTTY),	  E(ETXTBSY),	      E(EFBIG),	    E(ENOSPC),
	E(ESPIPE),	  E(EROFS),	      E(EMLINK),    E(EPIPE),
	E(EDOM),	  E(ERANGE),	      E(EDEADLK),   E(ENAMETOOLONG),
	E(ENOLCK),	  E(ENOSYS),	      E(ENOTEMPTY), E(ELOOP),
	E(ENODATA),	  E(EOVERFLOW),	      E(EBADFD),    E(EUSERS),
	E(ENOTSOCK),	  E(EPROTO),	      E(EBADMSG),   E(EOPNOTSUPP),
	E(EAFNOSUPPORT),  E(EADDRINUSE),      E(ENETDOWN),  E(ENETUNREACH),
	E(ECONNREFUSED),  E(ETIMEDOUT),	      E(ESTALE),    E(EDQUOT),
	E(EADDRNOTAVAIL), E(EPROTONOSUPPORT),
};

#define S(name) [SIG##name] = "SIG" #name

static const char *const signals[] = {
	S(HUP),	 S(INT),    S(QUIT), S(ILL),   S(TRAP), S(ABRT), S(BUS),  S(FPE),
	S(KILL), S(USR1),   S(SEGV), S(USR2),  S(PIPE), S(ALRM), S(TERM), S(STKFLT),
	S(CHLD), S(CONT),   S(STOP), S(TSTP),  S(TTIN), S(TTOU), S(URG),  S(XCPU),
	S(XFSZ), S(VTALRM), S(PROF), S(WINCH), S(IO),	S(PWR),	 S(SYS),
};

static const char *const limits[] = {
	"CPU",	   "FSIZE", "DATA",  "STACK",	   "CORE",     "RSS",  "NPROC",	 "NOFILE",
	"MEMLOCK", "AS",    "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *errno_name(int error)
{
	static char digits[16];

	if (error > 0 && (size_t)error < COUNT(errors) && errors[error])
		return errors[error];
	snprintf(digits, sizeof(digits), "%d", error);
	return digits;
}

const char *signal_name(int signal)
{
	static char digits[16];

	if (signal > 0 && (size_t)signal < COUNT(signals) && signals[signal])
		return signals[signal];
	snprintf(digits, sizeof(digits), "%d", signal);
	return digits;
}

int signal_parse(const char *word)
{
	char *end;
	long number = strtol(word, &end, 10);

	if (end != word && !*end)
		return number > 0 && number <= 64 ? (int)number : 0;
	if (!strncmp(word, "SIG", 3))
		word += 3;
	for (size_t i = 1; i < COUNT(signals); i++)
		if (signals[i] && !strcmp(signals[i] + 3, word))
			return (int)i;
	return 0;
}

const char *rlimit_name(int resource)
{
	static char digits[16];

	if (resource >= 0 && (size_t)resource < COUNT(limits))
		return limits[resource];
	snprintf(digits, sizeof(digits), "%d", resource);
	return digits;
}

int rlimit_parse(const char *word)
{
	for (size_t i = 0; i < COUNT(limits); i++)
		if (!strncmp(word, "RLIMIT_", 7) && !strcmp(word + 7, limits[i]))
			return (int)i;
	return -1;
}

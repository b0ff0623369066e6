/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All tables of tests. Their order here is the order of the plan; add a file's table here and in
 * tests.h, and it is part of the suite.
 */
#include "suite/tests/tests.h"

const struct test_entry *const test_tables[] = {
	lifecycle_tests,
	state_tests,
	create_tests,
	error_tests,
	start_tests,
	kill_tests,
	delete_tests,
	cli_tests,
	dialect_tests,
	id_tests,
	together_tests,
	hook_tests,
	stream_tests,
	console_tests,
	activation_tests,
	root_tests,
	mount_tests,
	mount_path_tests,
	mount_option_tests,
	mount_propagation_tests,
	process_tests,
	capability_tests,
	user_tests,
	rlimits_tests,
	hostname_tests,
	types_tests,
	namespace_tests,
	device_tests,
	path_guard_tests,
	root_propagation_tests,
	seccomp_tests,
	cgroup_path_tests,
	cgroup_pids_tests,
	cgroup_memory_tests,
	features_tests,
	features_contract_tests,
	features_mounts_tests,
	NULL,
};

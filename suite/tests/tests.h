/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_TESTS_H
#define ASSAY_TESTS_H

#include "suite/suite.h"

/* The tables of suite/tests, one for each file. */
extern const struct test_entry lifecycle_tests[];
extern const struct test_entry state_tests[];
extern const struct test_entry create_tests[];
extern const struct test_entry error_tests[];
extern const struct test_entry start_tests[];
extern const struct test_entry kill_tests[];
extern const struct test_entry delete_tests[];
extern const struct test_entry cli_tests[];
extern const struct test_entry dialect_tests[];
extern const struct test_entry id_tests[];
extern const struct test_entry together_tests[];
extern const struct test_entry hook_tests[];
extern const struct test_entry hook_field_tests[];
extern const struct test_entry hook_timeout_tests[];
extern const struct test_entry stream_tests[];
extern const struct test_entry console_tests[];
extern const struct test_entry terminal_tests[];
extern const struct test_entry activation_tests[];
extern const struct test_entry root_tests[];
extern const struct test_entry mount_tests[];
extern const struct test_entry mount_path_tests[];
extern const struct test_entry mount_option_tests[];
extern const struct test_entry mount_propagation_tests[];
extern const struct test_entry mount_mapping_tests[];
extern const struct test_entry process_tests[];
extern const struct test_entry capability_tests[];
extern const struct test_entry user_tests[];
extern const struct test_entry rlimits_tests[];
extern const struct test_entry scheduler_tests[];
extern const struct test_entry io_priority_tests[];
extern const struct test_entry linux_tests[];
extern const struct test_entry hostname_tests[];
extern const struct test_entry types_tests[];
extern const struct test_entry oci_version_tests[];
extern const struct test_entry json_tests[];
extern const struct test_entry bundle_tests[];
extern const struct test_entry extensibility_tests[];
extern const struct test_entry annotation_tests[];
extern const struct test_entry namespace_tests[];
extern const struct test_entry mapping_tests[];
extern const struct test_entry time_offset_tests[];
extern const struct test_entry net_device_tests[];
extern const struct test_entry memory_policy_tests[];
extern const struct test_entry sysctl_tests[];
extern const struct test_entry personality_tests[];
extern const struct test_entry device_tests[];
extern const struct test_entry device_rule_tests[];
extern const struct test_entry path_guard_tests[];
extern const struct test_entry root_propagation_tests[];
extern const struct test_entry seccomp_tests[];
extern const struct test_entry seccomp_listener_tests[];
extern const struct test_entry seccomp_log_tests[];
extern const struct test_entry intelrdt_tests[];
extern const struct test_entry device_console_tests[];
extern const struct test_entry disk_tests[];
extern const struct test_entry cgroup_path_tests[];
extern const struct test_entry cgroup_pids_tests[];
extern const struct test_entry cgroup_network_tests[];
extern const struct test_entry cgroup_memory_tests[];
extern const struct test_entry cgroup_cpu_tests[];
extern const struct test_entry cgroup_unified_tests[];
extern const struct test_entry cgroup_io_tests[];
extern const struct test_entry cgroup_hugetlb_tests[];
extern const struct test_entry cgroup_rdma_tests[];
extern const struct test_entry resource_value_tests[];
extern const struct test_entry cgroup_owner_tests[];
extern const struct test_entry lsm_tests[];
extern const struct test_entry features_tests[];
extern const struct test_entry features_contract_tests[];
extern const struct test_entry features_mounts_tests[];

#endif

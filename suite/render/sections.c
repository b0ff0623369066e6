/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections of the specification in its own order, with titles for people: the map in the
 * report. A section of the catalogue that is missing here is shown at the end, by its anchor.
 */
#include "sections.h"

#include <string.h>

const struct document documents[] = {
	{ "runtime.md", "Runtime and lifecycle" },
	{ "runtime-linux.md", "Linux runtime" },
	{ "bundle.md", "Bundle" },
	{ "config.md", "Configuration" },
	{ "config-linux.md", "Linux configuration" },
	{ "features.md", "Features" },
	{ "features-linux.md", "Linux features" },
	{ "command-line-interface.md", "Command line interface 1.0.1" },
	{ "glossary.md", "Glossary" },
	{ "spec.md", "Specification" },
};
const size_t n_documents = sizeof(documents) / sizeof(*documents);

static const struct {
	const char *name;
	const char *title;
} sections[] = {
	{ "runtime.md#scope-of-a-container", "Scope of a Container" },
	{ "runtime.md#state", "State" },
	{ "runtime.md#lifecycle", "Lifecycle" },
	{ "runtime.md#errors", "Errors" },
	{ "runtime.md#warnings", "Warnings" },
	{ "runtime.md#operations", "Operations" },
	{ "runtime.md#query-state", "Query State" },
	{ "runtime.md#create", "Create" },
	{ "runtime.md#start", "Start" },
	{ "runtime.md#kill", "Kill" },
	{ "runtime.md#delete", "Delete" },
	{ "runtime-linux.md#file-descriptors", "File descriptors" },
	{ "runtime-linux.md#dev-symbolic-links", "Dev symbolic links" },
	{ "bundle.md#container-format", "Container Format" },
	{ "config.md#configuration", "Configuration" },
	{ "config.md#specification-version", "Specification version" },
	{ "config.md#root", "Root" },
	{ "config.md#mounts", "Mounts" },
	{ "config.md#linux-mount-options", "Linux mount options" },
	{ "config.md#posix-platform-mounts", "POSIX Mounts" },
	{ "config.md#process", "Process" },
	{ "config.md#posix-process", "POSIX process" },
	{ "config.md#linux-process", "Linux Process" },
	{ "config.md#user", "User" },
	{ "config.md#posix-platform-user", "POSIX User" },
	{ "config.md#hostname", "Hostname" },
	{ "config.md#domainname", "Domainname" },
	{ "config.md#platform-specific-configuration", "Platform-specific configuration" },
	{ "config.md#posix-platform-hooks", "POSIX Hooks" },
	{ "config.md#prestart", "Prestart" },
	{ "config.md#createruntime-hooks", "CreateRuntime Hooks" },
	{ "config.md#createcontainer-hooks", "CreateContainer Hooks" },
	{ "config.md#startcontainer-hooks", "StartContainer Hooks" },
	{ "config.md#poststart", "Poststart" },
	{ "config.md#poststop", "Poststop" },
	{ "config.md#annotations", "Annotations" },
	{ "config.md#extensibility", "Extensibility" },
	{ "config.md#valid-values", "Valid values" },
	{ "config-linux.md#linux-container-configuration", "Linux Container Configuration" },
	{ "config-linux.md#default-filesystems", "Default Filesystems" },
	{ "config-linux.md#namespaces", "Namespaces" },
	{ "config-linux.md#user-namespace-mappings", "User namespace mappings" },
	{ "config-linux.md#offset-for-time-namespace", "Offset for Time Namespace" },
	{ "config-linux.md#devices", "Devices" },
	{ "config-linux.md#default-devices", "Default Devices" },
	{ "config-linux.md#network-devices", "Network Devices" },
	{ "config-linux.md#namespace-lifecycle-and-container-termination",
	  "Namespace Lifecycle and Container Termination" },
	{ "config-linux.md#control-groups", "Control groups" },
	{ "config-linux.md#cgroups-path", "Cgroups Path" },
	{ "config-linux.md#cgroup-ownership", "Cgroup ownership" },
	{ "config-linux.md#allowed-device-list", "Allowed Device list" },
	{ "config-linux.md#memory", "Memory" },
	{ "config-linux.md#cpu", "CPU" },
	{ "config-linux.md#block-io", "Block IO" },
	{ "config-linux.md#huge-page-limits", "Huge page limits" },
	{ "config-linux.md#network", "Network" },
	{ "config-linux.md#pids", "PIDs" },
	{ "config-linux.md#rdma", "RDMA" },
	{ "config-linux.md#unified", "Unified" },
	{ "config-linux.md#intelrdt", "IntelRdt" },
	{ "config-linux.md#memory-policy", "Memory policy" },
	{ "config-linux.md#sysctl", "Sysctl" },
	{ "config-linux.md#seccomp", "Seccomp" },
	{ "config-linux.md#the-container-process-state", "The Container Process State" },
	{ "config-linux.md#rootfs-mount-propagation", "Rootfs Mount Propagation" },
	{ "config-linux.md#masked-paths", "Masked Paths" },
	{ "config-linux.md#readonly-paths", "Readonly Paths" },
	{ "config-linux.md#mount-label", "Mount Label" },
	{ "config-linux.md#personality", "Personality" },
	{ "features.md#features-structure", "Features Structure" },
	{ "features.md#specification-version", "Specification version" },
	{ "features.md#hooks", "Hooks" },
	{ "features.md#mount-options", "Mount Options" },
	{ "features.md#platform-specific-features", "Platform-specific features" },
	{ "features.md#annotations", "Annotations" },
	{ "features.md#unsafe-annotations-in-configjson", "Unsafe annotations in config.json" },
	{ "features-linux.md#namespaces", "Namespaces" },
	{ "features-linux.md#capabilities", "Capabilities" },
	{ "features-linux.md#cgroup", "Cgroup" },
	{ "features-linux.md#seccomp", "Seccomp" },
	{ "features-linux.md#apparmor", "AppArmor" },
	{ "features-linux.md#selinux", "SELinux" },
	{ "features-linux.md#memorypolicy", "MemoryPolicy" },
	{ "features-linux.md#intel-rdt", "Intel RDT" },
	{ "features-linux.md#mountextensions", "MountExtensions" },
	{ "features-linux.md#netdevices", "NetDevices" },
	{ "command-line-interface.md#versioning", "Versioning" },
	{ "command-line-interface.md#global-usage", "Global usage" },
	{ "command-line-interface.md#global-options", "Global options" },
	{ "command-line-interface.md#character-encodings", "Character encodings" },
	{ "command-line-interface.md#commands", "Commands" },
	{ "command-line-interface.md#create", "create" },
	{ "command-line-interface.md#console-socket", "Console socket" },
	{ "command-line-interface.md#requests", "Requests" },
	{ "command-line-interface.md#responses", "Responses" },
	{ "command-line-interface.md#container-process-exit", "Container process exit" },
	{ "command-line-interface.md#start", "start" },
	{ "command-line-interface.md#state", "state" },
	{ "command-line-interface.md#kill", "kill" },
	{ "command-line-interface.md#delete", "delete" },
	{ "glossary.md#container-namespace", "Container namespace" },
	{ "glossary.md#json", "JSON" },
	{ "glossary.md#runtime", "Runtime" },
	{ "glossary.md#runtime-namespace", "Runtime namespace" },
	{ "spec.md#notational-conventions", "Notational Conventions" },
};

#define N_SECTIONS (sizeof(sections) / sizeof(*sections))

size_t section_rank(const char *name)
{
	size_t document = n_documents;

	for (size_t i = 0; i < N_SECTIONS; i++)
		if (!strcmp(sections[i].name, name))
			return i;
	for (size_t i = 0; i < n_documents; i++)
		if (!strncmp(documents[i].file, name, strlen(documents[i].file)))
			document = i;
	return N_SECTIONS + document;
}

const char *section_title(const char *name)
{
	const char *anchor = strchr(name, '#');

	for (size_t i = 0; i < N_SECTIONS; i++)
		if (!strcmp(sections[i].name, name))
			return sections[i].title;
	return anchor ? anchor + 1 : name;
}

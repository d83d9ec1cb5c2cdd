# SPDX-License-Identifier: MIT
# Sourced by what starts QEMU.

# KVM only where the processor has it: elsewhere /dev/kvm may open and yet boot no ordinary kernel.
accelerator() {
	if grep -qE '^flags.*\<(vmx|svm)\>' /proc/cpuinfo && [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		echo kvm
	else
		echo tcg
	fi
}

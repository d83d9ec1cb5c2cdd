# SPDX-License-Identifier: MIT
# Sourced after cache.sh: makes a directory of root.ext4, vmlinux, initrd.img and release, for a
# machine whose root is Debian and whose kernel is Debian's. The caller sets
#
#   suite            the release, such as trixie
#   kernel           the package that depends on the kernel's own
#   kernel_suite     where that is from: $suite, or $suite-backports
#   packages         what is installed besides the essential ones
#   modules          of the kernel, that go into root.ext4 with what they depend on
#   early_modules    those that the initrd loads to find the root
#   image_dir        the directory of this file

# image_get NAME FILE…: prints the directory, which is made where the cache lacks it. It is known by
# the contents of the files, which are the caller's, of this one, and of initrd-init.
image_get() {
	name=$1
	shift
	key=$name-$(cache_key "$@" "$image_dir/image.sh" "$image_dir/initrd-init" </dev/null)
	result=$cache_dir/$key
	[ ! -e "$result/root.ext4" ] || { echo "$result"; return; }
	PATH=$PATH:/usr/sbin:/sbin
	need flock mmdebstrap apt-get dpkg-deb mke2fs cpio zstd xz depmod modprobe
	as_root=
	[ "$(id -u)" -eq 0 ] || { need fakeroot; as_root=fakeroot; }
	cache_lock "$key"
	[ ! -e "$result/root.ext4" ] || { echo "$result"; return; }
	if [ -n "$as_root" ]; then
		: >"$work/faked"
		as_root="fakeroot -s $work/faked -i $work/faked"
	fi
	log=$work/log
	image_make
	cache_keep "$key"
	say "built $result"
	echo "$result"
}

run() {
	"$@" >"$log" 2>&1 9>&- || { tail -n 40 "$log" >&2; die "'$*' failed"; }
}

debian_mirror() {
	apt-get indextargets --format '$(LABEL)|$(CODENAME)|$(REPO_URI)' |
		awk -F '|' -v host="$(. /etc/os-release; echo "${VERSION_CODENAME:-}")" \
			'$1 == "Debian" && $2 == host {print $3; exit}'
}

apt_proxies() {
	apt-config dump --format '%F "%v";%n' 2>/dev/null |
		grep -E '^Acquire::https?::Proxy' || true
}

# The bzImage header says where the compressed kernel lies in it.
bytes() {
	od -An -j "$2" -N "$3" -t "u$3" "$1" | tr -d ' '
}

unpack_kernel() {
	start=$((($(bytes "$1" 497 1) + 1) * 512 + $(bytes "$1" 584 4)))
	length=$(($(bytes "$1" 588 4) - 4))
	magic=$(od -An -j "$start" -N 4 -t x1 "$1" | tr -d ' ')
	case $magic in
	28b52ffd) unpack='zstd -dcq' ;;
	fd377a58) unpack='xz -dcq' ;;
	1f8b*) unpack='gzip -dcq' ;;
	*) die "$1: unknown kernel compression $magic" ;;
	esac
	tail -c +"$((start + 1))" "$1" | head -c "$length" | $unpack >"$2"
}

# copy_modules FROM TO NAME...: the modules and what they need, unpacked.
copy_modules() {
	from=$1 to=$2
	shift 2
	: >"$work/depends"
	for name; do
		modprobe -d "$from" -S "$release" --show-depends "$name" >>"$work/depends" ||
			die "the kernel has no module $name"
	done
	awk '$1 == "insmod" && !seen[$2]++ {print $2}' "$work/depends" >"$work/modules"
	while read -r file; do
		path=${file#"$from"}
		path=${path#/usr}
		mkdir -p "$to${path%/*}"
		case $file in
		*.xz) xz -dc "$file" >"$to${path%.xz}" ;;
		*) cp "$file" "$to$path" ;;
		esac
		echo "${path%.xz}"
	done <"$work/modules"
}

build_initrd() {
	mkdir -p "$work/initrd/bin" "$work/initrd/root" "$work/initrd/overlay" "$work/initrd/lower"
	mkdir -p "$work/initrd/dev" "$work/initrd/proc" "$work/initrd/sys"
	# shellcheck disable=SC2086
	copy_modules "$work/kernel" "$work/initrd" $early_modules >"$work/initrd/modules"
	cp "$work/root/usr/bin/busybox" "$work/initrd/bin/busybox"
	install -m 755 "$image_dir/initrd-init" "$work/initrd/init"
	(cd "$work/initrd" && find . | cpio -o -H newc -R 0:0 --quiet) >"$work/out/initrd.img"
}

build_root() {
	mkdir "$work/modroot"
	# shellcheck disable=SC2086
	copy_modules "$work/kernel" "$work/modroot" $modules >/dev/null
	cp "$work/kernel/lib/modules/$release"/modules.builtin* \
		"$work/kernel/lib/modules/$release/modules.order" \
		"$work/modroot/lib/modules/$release/"
	run depmod -b "$work/modroot" "$release"
	cp -r "$work/modroot/lib/modules" "$work/root/usr/lib/"
	mkdir -p "$work/root/binnacle"
	kib=$(du -sk --apparent-size "$work/root" | cut -f 1)
	run $as_root mke2fs -q -t ext4 -O '^has_journal,^resize_inode' -m 0 -L binnacle-root \
		-E root_owner=0:0,lazy_itable_init=0 -d "$work/root" "$work/out/root.ext4" \
		"$((kib * 115 / 100 + 32768))k"
}

# The kernel is fetched, not installed: its own initramfs tools would cost more than all the rest.
# Newer ones are parted into packages, on which the one of the image depends.
fetch_kernel='
depends() {
	apt-cache depends --important "$1" | sed -n "s/^ *Depends: //p"
}
export APT_CONFIG=/kernel/apt.conf
image=$(depends "$kernel" | grep "^linux-image-")
cd /kernel
apt-get download "$image" $(depends "$image" | grep -E "^linux-(base|binary|modules)-[0-9]")
'

install_debian() {
	mirror=$(debian_mirror)
	[ -n "$mirror" ] || die "apt knows no Debian mirror"
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -e "$keyring" ] || die "needs $keyring; run tests/setup/install-packages demo"
	say "installing Debian $suite"
	apt_proxies >"$work/apt.conf"
	include=$(echo $packages | tr ' ' ,)
	set -- "deb $mirror $suite main"
	[ "$kernel_suite" = "$suite" ] || set -- "$@" "deb $mirror $kernel_suite main"
	run mmdebstrap --variant=apt --components=main --include="$include" --aptopt="$work/apt.conf" \
		--aptopt='Apt::Install-Recommends "false"' --keyring="$keyring" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/lintian/*' \
		--customize-hook='mkdir "$1/kernel"' \
		--customize-hook='echo "APT::Default-Release \"'"$kernel_suite"'\";" >"$1/kernel/apt.conf"' \
		--customize-hook="kernel=$kernel chroot \"\$1\" sh -ec '$fetch_kernel'" \
		--customize-hook='rm -rf "$1"/var/lib/apt/lists/*' \
		--format=tar "$suite" "$work/root.tar" "$@"
}

take_kernel_apart() {
	say "taking the kernel apart"
	run $as_root tar -C "$work/root" --exclude='./dev/*' --numeric-owner -xf "$work/root.tar"
	# What nobody may read, such as gshadow, a plain user cannot put into the image.
	[ -z "$as_root" ] || run $as_root find "$work/root" -type f ! -perm -u=r -exec chmod u+r {} +
	rm "$work/root.tar"
	for package in "$work"/root/kernel/*.deb; do
		run dpkg-deb -x "$package" "$work/kernel"
	done
	rm -rf "$work/root/kernel"
	[ -e "$work/kernel/lib/modules" ] || ln -s usr/lib "$work/kernel/lib"
	release=$(ls "$work/kernel/lib/modules")
	run depmod -b "$work/kernel" "$release"
	vmlinuz=$work/kernel/boot/vmlinuz-$release
	[ -e "$vmlinuz" ] || vmlinuz=$work/kernel/lib/modules/$release/vmlinuz
	unpack_kernel "$vmlinuz" "$work/out/vmlinux"
	echo "$release" >"$work/out/release"
}

image_make() {
	mkdir "$work/out" "$work/root" "$work/kernel"
	install_debian
	take_kernel_apart
	say "writing the disks"
	build_initrd
	build_root
}

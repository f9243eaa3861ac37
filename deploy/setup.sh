# Shared by quickstart and test; sourced, not run. Installs what a fresh Debian 12 machine lacks and finds a Swift toolchain.
# shellcheck shell=bash

swift_version=6.3.1
swift_minimum=6.1
# Checksums of the official archives of that release for Debian 12.
swift_sha256_amd64=5b234de265eefebbd9880c5bb100448dd0de7edd0e77b39cf7e695fc9c0660c8
swift_sha256_arm64=41daa682341df209ca7dfe8cc137c6bd1f4bcde47f9ff6d5c66fd83acf6b5dcd
swift_download_root=${HAIDANG_SWIFT_DOWNLOAD_ROOT:-https://download.swift.org}
swift_folder=${HAIDANG_SWIFT_FOLDER:-${XDG_DATA_HOME:-$HOME/.local/share}/haidang/swift-$swift_version}

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

fail() {
    printf '\033[1;31mcannot go on:\033[0m %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '    %s\n' "$line" >&2; done
    exit 1
}

# Runs a command as root, directly or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root and there is no sudo. As root, run:" "$*"
    fi
}

# Installs those of the named Debian packages that are missing.
need_packages() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "this is not a Debian system, so these packages have to be installed by hand:" "${missing[*]}"
    say "Installing Debian packages: ${missing[*]}"
    as_root apt-get update -qq ||
        fail "the package lists could not be fetched; check the network, then run:" "apt-get update"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install the packages; by hand:" "apt-get install ${missing[*]}"
}

# Whether version $1 is at least version $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

swift_version_of() { "$1" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*[0-9]\).*/\1/p' | head -n 1; }

# Puts a Swift toolchain on PATH: the installed one when new enough, else the pinned one, downloaded once.
# $1: "no" refuses to download.
need_swift() {
    local found
    if command -v swift >/dev/null; then
        found=$(swift_version_of swift)
        if [ -n "$found" ] && at_least "$found" "$swift_minimum"; then return 0; fi
        say "Swift ${found:-of unknown version} is too old: $swift_minimum or later is needed."
    fi
    if [ ! -x "$swift_folder/usr/bin/swift" ]; then
        if [ "${1:-yes}" = no ]; then
            fail "Swift $swift_minimum or later is needed and --no-download forbids fetching it." \
                "Install it from https://www.swift.org/install/linux/debian/12 and put it on PATH."
        fi
        download_swift
    fi
    PATH=$swift_folder/usr/bin:$PATH
    export PATH
}

download_swift() {
    local architecture suffix checksum name url archive
    architecture=$(dpkg --print-architecture 2>/dev/null || uname -m)
    case $architecture in
        amd64 | x86_64) suffix="" checksum=$swift_sha256_amd64 ;;
        arm64 | aarch64) suffix="-aarch64" checksum=$swift_sha256_arm64 ;;
        *) fail "there is no official Swift toolchain for $architecture." ;;
    esac
    checksum=${HAIDANG_SWIFT_SHA256:-$checksum}
    name=swift-$swift_version-RELEASE-debian12$suffix
    url=$swift_download_root/swift-$swift_version-release/debian12$suffix/swift-$swift_version-RELEASE/$name.tar.gz
    say "Downloading the Swift $swift_version toolchain (about 1 GB) into $swift_folder; nothing outside it changes."
    mkdir -p "$swift_folder.part"
    archive=$swift_folder.part/$name.tar.gz
    local by_hand=(
        "1. fetch $url"
        "2. check that sha256sum says $checksum"
        "3. mkdir -p $swift_folder && tar -xzf $name.tar.gz -C $swift_folder --strip-components=1"
        "4. run this again"
    )
    local progress=(--silent --show-error)
    [ ! -t 2 ] || progress=(--progress-bar)
    curl --fail --location --retry 3 --connect-timeout 20 --continue-at - "${progress[@]}" --output "$archive" "$url" ||
        fail "the download failed. By hand:" "${by_hand[@]}"
    if ! printf '%s  %s\n' "$checksum" "$archive" | sha256sum --check --status; then
        found=$(sha256sum "$archive" | cut -d ' ' -f 1)
        rm -f "$archive"
        fail "the archive's checksum is wrong: expected $checksum, found $found. The file was removed. By hand:" \
            "${by_hand[@]}"
    fi
    say "Unpacking"
    mkdir -p "$swift_folder.part/unpacked"
    tar -xzf "$archive" -C "$swift_folder.part/unpacked" --strip-components=1 ||
        fail "the archive could not be unpacked (is the disk full?). By hand:" "${by_hand[@]}"
    rm -f "$archive"
    rm -rf "$swift_folder"
    mv "$swift_folder.part/unpacked" "$swift_folder"
    rmdir "$swift_folder.part"
}

# What building and running needs.
build_packages=(
    binutils ca-certificates curl g++ git libc6-dev libcurl4-openssl-dev libjs-dygraphs libncurses6 libre2-dev
    libsnappy-dev libsnmp-dev libsqlite3-dev libssl-dev libxml2 pkg-config tzdata zlib1g-dev
)

# Builds what is named (all when nothing is), unless nothing has changed since.
# $@: arguments for swift build
build_release() {
    say "Building in release mode: the first time takes 6 to 15 minutes, later a few seconds"
    swift build -c release "$@" || fail "the build failed; the messages above say why."
}

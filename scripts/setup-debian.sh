#!/usr/bin/env bash
# Installs the Debian packages that some checks need, if they are missing: a real MQTT broker, an independent Modbus
# server and client, network interfaces to pull, a judge of systemd units, the model checker, a browser. Never starts a service. What
# cannot be installed is left out with a word about it; with CI=true that is a failure.
set -euo pipefail

missing=()
need() { # package, command that it brings
  command -v "$2" >/dev/null || [[ -x /usr/sbin/$2 ]] || missing+=("$1")
}
need mosquitto mosquitto
need mosquitto-clients mosquitto_sub
need iproute2 ip
need systemd systemd-analyze
need spin spin
need gcc gcc
need mbpoll mbpoll
need chromium chromium
[[ -e /usr/include/stdio.h ]] || missing+=(libc6-dev)
/usr/bin/python3 -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pymodbus") is None)' 2>/dev/null ||
  missing+=(python3-pymodbus)
((${#missing[@]})) || exit 0

leave_out() {
  echo "left out: checks that need ${missing[*]} ($1)" >&2
  [[ ${CI:-} != true ]]
  exit
}

command -v apt-get >/dev/null || leave_out 'no apt-get here'
root=()
if ((EUID != 0)); then
  sudo -n true 2>/dev/null || leave_out "not root, and sudo asks for a password; run: sudo apt-get install ${missing[*]}"
  root=(sudo -n)
fi

# Debian asks this file before it starts a service; a package that is installed here must not start one.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap '"${root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
  "${root[@]}" chmod 755 "$policy"
else
  status=0
  "$policy" mosquitto start >/dev/null 2>&1 || status=$?
  ((status == 101)) || leave_out "$policy lets services start; run: apt-get install ${missing[*]}"
fi

apt_get() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@"
}
echo "installing ${missing[*]}"
apt_get update || echo 'apt-get update failed; trying with the package lists that are there' >&2
apt_get install --yes --no-install-recommends "${missing[@]}" >/dev/null || leave_out 'apt-get install failed'
if [[ " ${missing[*]} " == *' mosquitto '* ]]; then
  "${root[@]}" systemctl disable --quiet mosquitto.service || echo 'mosquitto.service could not be disabled' >&2
fi

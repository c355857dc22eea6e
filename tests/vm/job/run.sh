#!/bin/sh
# In the machine: what deploy/ says an operator does, with the programs of this disk; then the checks.
set -e
mount -o ro /dev/vm/distros /distros
mkdir -p /opt/uwsgiit /usr/lib/uwsgiit /etc/uwsgiit/containers /etc/systemd/system/uwsgiit-containerd.service.d /run/sshd /var/lib/uwsgiit
ln -sfn /job/containerd /opt/uwsgiit/containerd
install -m 755 /job/relay/uwsgiit-relay /usr/lib/uwsgiit/uwsgiit-relay
cp /job/deploy/uwsgiit-containerd.service /etc/systemd/system/
printf '[Service]\nEnvironment=DOTNET_ROOT=/job/dotnet DOTNET_TieredPGO=0 DOTNET_EnableDiagnostics=0\nTimeoutStartSec=300\n' >/etc/systemd/system/uwsgiit-containerd.service.d/vm.conf
systemctl daemon-reload
apparmor_parser -r /job/deploy/uwsgiit-container
exec python3 -u checks.py

# SPDX-License-Identifier: Apache-2.0
"""A Debian 12 on which nothing was done yet, in a folder of its own, with a clone of the tree in /src. Needs root."""
import pathlib
import subprocess

from .program import ROOT, run

BUILD_DEADLINE_S = 3600
AUTHORITIES = "etc/authorities-of-the-host.pem"  # the way to npm's registry may need one that Debian does not know


class FreshDebian:
    """Owner of the folder: what runs in it has processes, mounts and IPC of its own, which end with the command."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder)
        run_whole("debootstrap", "--variant=minbase", "bookworm", self.root, mirror(), deadline_s=600)
        run_whole("git", "clone", "-q", "--no-hardlinks", ROOT, self.root / "src/hawser")
        (self.root / "etc/resolv.conf").write_bytes(pathlib.Path("/etc/resolv.conf").read_bytes())
        (self.root / AUTHORITIES).write_bytes(pathlib.Path("/etc/ssl/certs/ca-certificates.crt").read_bytes())

    def run(self, command, deadline_s=BUILD_DEADLINE_S):
        """A shell command in the clone, as root with a plain environment."""
        script = f"mount -t proc proc /proc && mount -t tmpfs tmpfs /dev/shm && cd /src/hawser && {command}"
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "chroot", str(self.root),
             "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=dumb",
             f"NODE_EXTRA_CA_CERTS=/{AUTHORITIES}", "/bin/bash", "-c", script],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=deadline_s,
            check=False)


def mirror():
    """The archive that this machine's own apt is told to use for Debian 12."""
    lines = run("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)").stdout.splitlines()
    return next(line.split()[1] for line in lines if line.startswith("bookworm "))


def run_whole(*command, deadline_s=60):
    done = run(*command, deadline_s=deadline_s)
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"

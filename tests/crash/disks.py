"""Real file systems for a data folder: small ones, ones that go read-only, ones that fail.

They are mounted, so they need root, or at least a machine that lets us; else the test is skipped
with what mount said.
"""

import pathlib
import subprocess
import tempfile

MIB = 1024 * 1024
PAGE_KB = 4


def mount(case, *words):
    """Mounts, and unmounts when the test is over. Skips the test where that is not allowed."""
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, check=False)
    if done.returncode != 0:
        case.skipTest("no file system can be mounted here: "
                      + done.stderr.decode(errors="replace").strip().replace("\n", " "))
    case.addCleanup(unmount, words[-1])


def unmount(path):
    """A mount that is gone already is fine."""
    subprocess.run(["umount", str(path)], capture_output=True, check=False)


def remount(path, options):
    """Returns what mount said; empty: it is done."""
    done = subprocess.run(["mount", "-o", f"remount,{options}", str(path)], capture_output=True,
                          check=False)
    return "" if done.returncode == 0 else done.stderr.decode(errors="replace").strip() or "refused"


def tmpfs(case, path, mib):
    """A file system in memory."""
    path.mkdir(mode=0o700, exist_ok=True)
    mount(case, "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", path)


class Image:
    """ext4 in a file, on a loop device."""

    def __init__(self, case, path, mib, folder=None):
        """`path` is where it is mounted, `folder` where the file lies."""
        self.case = case
        self.path = path
        if folder is None:
            folder = pathlib.Path(case.enterContext(tempfile.TemporaryDirectory()))
        self.file = folder / "disk"
        path.mkdir(mode=0o700, exist_ok=True)
        with open(self.file, "wb") as file:
            file.truncate(mib * MIB)
        try:
            subprocess.run(["mkfs.ext4", "-q", "-b", str(PAGE_KB * 1024), "-J", "size=4",
                            self.file], capture_output=True,
                           check=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            case.skipTest(f"no ext4 can be made here: {problem}")
        self.mount()
        (path / "lost+found").rmdir()

    def mount(self):
        mount(self.case, "-o", "loop,errors=remount-ro", self.file, self.path)
        self._fail_as_disks_do()

    def _fail_as_disks_do(self):
        """The loop device calls a write that met a full file system half way a success (Linux 6.18,
        lo_complete_rq()): a disk that lies. A write of one aligned page is done or fails.
        """
        name = subprocess.run(["findmnt", "-n", "-o", "SOURCE", self.path], capture_output=True,
                              check=True).stdout.decode().strip()
        queue = pathlib.Path("/sys/block") / pathlib.Path(name).name / "queue"
        (queue / "max_sectors_kb").write_text(str(PAGE_KB), encoding="ascii")

    def mount_again(self):
        """Unmounts, checks and mends, and mounts, as after a fault."""
        unmount(self.path)
        mended = subprocess.run(["e2fsck", "-p", "-f", self.file], capture_output=True, check=False)
        if mended.returncode > 2:
            raise AssertionError(f"e2fsck: {mended.stdout} {mended.stderr}")
        self.mount()

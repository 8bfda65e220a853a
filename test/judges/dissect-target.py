"""What dissect.target sees of a disk, as JSON; and copies of what the other judges look into, below a folder."""
import json
import logging
import posixpath
import sys
from pathlib import Path

from dissect.target import Target

logging.disable(logging.CRITICAL)
disk, out = sys.argv[1:3]
wanted = ["/etc", "/usr/lib/systemd", "/lib/systemd", "/usr/lib/cloud-init", "/usr/lib/os-release", "/boot"]
largest = 256 * 1024**2


def copied(path, to):
    """Links as links: the tree is looked into as a root of its own."""
    if path.is_symlink():
        to.parent.mkdir(parents=True, exist_ok=True)
        if not to.is_symlink():
            to.symlink_to(path.readlink() if hasattr(path, "readlink") else "")
    elif path.is_dir():
        to.mkdir(parents=True, exist_ok=True)
        for each in path.iterdir():
            copied(each, to / each.name)
    elif path.is_file() and path.stat().st_size <= largest:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(path.read_bytes())


def told(ask):
    try:
        value = ask()
    except Exception as error:  # whatever it is, it is no answer
        return {"error": f"{type(error).__name__}: {error}"[:200]}
    return {"value": value}


try:
    target = Target.open(disk)
except Exception as error:  # it opens nothing of a disk if one of its volumes is damaged
    print(json.dumps({"os": {"error": type(error).__name__}}))
    sys.exit()
if target.os != "windows":
    for name in wanted:
        path = target.fs.path(name)
        if path.exists() or path.is_symlink():
            told(lambda: copied(path, Path(out) / name.lstrip("/")))
    modules = target.fs.path("/lib/modules")
    for folder in modules.iterdir() if modules.exists() else []:
        copied(folder / "modules.builtin", Path(out) / "lib-modules" / folder.name / "modules.builtin")

mounts = dict(target.fs.mounts)
print(
    json.dumps(
        {
            "os": told(lambda: target.os),
            "version": told(lambda: target.version),
            "architecture": told(lambda: target.architecture),
            "filesystems": told(lambda: sorted({fs.__type__ for fs in target.filesystems if fs.__type__ != "virtual"})),
            "root": told(lambda: next((mounts[name].__type__ for name in [posixpath.sep, "sysvol"] if name in mounts), None)),
            "encrypted": told(lambda: any(v.fs is None and v.read(6)[:6] == b"LUKS\xba\xbe" for v in target.volumes)),
        }
    )
)

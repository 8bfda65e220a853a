#!/usr/bin/python3 -S
"""What a tool does that an image has taken over: every way out of the sandbox that we know of, each tried once.

Reads {"canary paths and addresses"} from /in/targets.json and prints one JSON object: the name of each attempt, and how it ended: "got: ..." when it
reached something, else the error. Used by sandbox.test.ts only, against canaries of that test.
"""
import ctypes, json, os, socket, sys

targets = json.load(open('/in/targets.json'))
libc = ctypes.CDLL(None, use_errno=True)
results = {}


def attempt(name, action):
    try:
        results[name] = f'got: {action()}'
    except BaseException as error:
        results[name] = getattr(error, 'strerror', None) or type(error).__name__


def call(number, *args):
    answer = libc.syscall(number, *args)
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def text(path):
    with open(path, 'rb') as file:
        return file.read(4096).decode('latin1')


def ask(family, address, message=b'GET / HTTP/1.0\r\n\r\n'):
    with socket.socket(family) as connection:
        connection.settimeout(2)
        connection.connect(address)
        connection.sendall(message)
        return connection.recv(4096).decode('latin1')


def everything():
    """All that can be read outside of programs, libraries and the kernel's own folders."""
    found = []
    for top, folders, files in os.walk('/'):
        if top == '/':
            folders[:] = [name for name in folders if name not in ('usr', 'proc', 'sys', 'lib', 'lib64', 'bin', 'sbin', 'dev')]
        folders[:] = [name for name in folders if not os.path.islink(os.path.join(top, name))]
        for name in files:
            path = os.path.join(top, name)
            if path.startswith('/in/') or not os.path.isfile(path):
                continue
            if 'canary' in text(path):
                found.append(path)
    if not found:
        raise FileNotFoundError(2, 'nothing')
    return ' '.join(found) + ' canary'


def processes():
    """Command lines and environments of all processes that are seen."""
    words = ''
    for pid in filter(str.isdigit, os.listdir('/proc')):
        for name in ('cmdline', 'environ'):
            try:
                words += text(f'/proc/{pid}/{name}')
            except OSError:
                pass
    if targets['folder'] in words or 'canary' in words:
        return words
    raise PermissionError(1, 'nothing')


def write(path, size=1):
    with open(path, 'wb') as file:
        for _ in range(size):
            file.write(b'x' * 1024 * 1024)
    return path


def vsock():
    with socket.socket(socket.AF_VSOCK) as connection:
        connection.settimeout(1)
        # VMADDR_CID_LOCAL, which vsock(7) calls loopback.
        connection.connect((1, targets['vsockPort']))
        return connection.recv(4096).decode('latin1')


attempt('read all', everything)
for name, path in targets['files'].items():
    attempt(f'read {name}', lambda: text(path))
    attempt(f'read {name} by the first process', lambda: text(f'/proc/1/root{path}'))
    attempt(f'write {name}', lambda: write(path))
attempt('read processes', processes)
attempt('connect http', lambda: ask(socket.AF_INET, ('127.0.0.1', targets['httpPort'])))
attempt('connect nbd', lambda: ask(socket.AF_INET, ('127.0.0.1', targets['nbdPort'])))
attempt('connect abstract socket', lambda: ask(socket.AF_UNIX, '\0' + targets['abstract']))
attempt('connect unix socket', lambda: ask(socket.AF_UNIX, targets['unix']))
attempt('connect vsock', vsock)
for name, family in dict(inet=2, inet6=10, netlink=16, packet=17, key=15, alg=38, vsock=40, bluetooth=31, tipc=30, xdp=44).items():
    attempt(f'socket {name}', lambda: socket.socket(family, 3 if family in (15, 16, 17, 44) else 1).close())
    attempt(f'socketpair {name}', lambda: [each.close() for each in socket.socketpair(family)])

clone_new_user = 0x10000000
calls = dict(
    io_uring_setup=425, userfaultfd=323, perf_event_open=298, clone3=435, memfd_create=319, personality=135, shmget=29, msgget=68, mq_open=240,
    name_to_handle_at=303, io_setup=206, fanotify_init=300, pidfd_getfd=438, process_madvise=440, landlock_create_ruleset=444, remap_file_pages=216,
    migrate_pages=256, kcmp=312, modify_ldt=154, uselib=134, ustat=136,
)
for name, number in calls.items():
    attempt(f'call {name}', lambda: call(number, 0, 0, 0, 0, 0))
attempt('clone into a user namespace', lambda: call(56, clone_new_user | 17, 0, 0, 0, 0) or os._exit(0))
attempt('fork', lambda: os.fork() or os._exit(0))
attempt('type into a terminal', lambda: call(16, 0, 0x5412, ctypes.c_char_p(b'x')))

for path in ('/x', '/usr/x', '/dev/x', '/etc/x', '/sys/x', '/proc/x'):
    attempt(f'write {path}', lambda: write(path))
# Only opened: what is written there is the whole machine's.
for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/kernel/modprobe', '/proc/sys/user/max_user_namespaces', '/proc/sysrq-trigger', '/proc/self/oom_score_adj'):
    attempt(f'open {path} for writing', lambda: os.close(os.open(path, os.O_WRONLY)))
for path in ('/tmp', '/var/tmp', '/run', '/dev/shm'):
    attempt(f'fill {path}', lambda: write(f'{path}/large', 100))
if os.path.isdir('/out'):
    attempt('make a link', lambda: os.symlink(targets['files']['a file of the host'], '/out/link'))
    attempt('make a second name', lambda: os.link('/in/targets.json', '/out/hard'))
    attempt('make a FIFO', lambda: os.mkfifo('/out/fifo'))

status = dict(line.split(':\t', 1) for line in text('/proc/self/status').splitlines() if ':\t' in line)
results['capabilities'] = status['CapEff'] + status['CapPrm'] + status['CapBnd']
results['no new privileges'] = status['NoNewPrivs']
# 0 where it is that of somebody outside.
results['session'] = str(os.getsid(0))
results['filter'] = status['Seccomp']
print(json.dumps(results))

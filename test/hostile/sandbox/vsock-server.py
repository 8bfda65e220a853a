#!/usr/bin/python3 -S
"""Listens on vsock and says "canary" to whoever connects. Prints its port (0: the kernel
has no vsock), whether the machine itself reaches it, and a line for each connection."""
import socket, threading

canary = b'canary'
try:
    listener = socket.socket(socket.AF_VSOCK)
except OSError:
    print('0 False', flush=True)
    raise SystemExit
listener.bind((socket.VMADDR_CID_ANY, socket.VMADDR_PORT_ANY))
listener.listen()
port = listener.getsockname()[1]


def reaches():
    with socket.socket(socket.AF_VSOCK) as connection:
        connection.settimeout(1)
        try:
            connection.connect((1, port))
            return connection.recv(16) == canary
        except OSError:
            return False


def serve():
    while True:
        connection, (peer, _) = listener.accept()
        if told:
            print(f'connected from {peer}', flush=True)
        connection.sendall(canary)
        connection.close()


told = []
threading.Thread(target=serve, daemon=True).start()
answer = f'{port} {reaches()}'
told.append(answer)
print(answer, flush=True)
threading.Event().wait()

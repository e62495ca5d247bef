"""What every server has in common that is kept for one owner, and dies with it.

    server.py DIRECTORY < PIPE

Serves on a free loopback port and prints the port on a line. Standard input is a pipe that only the owner holds: its end of
file means that the owner is gone, however it went, and this process takes its whole process group (the functions that
ministack runs are in it) and DIRECTORY with it. The kernel's parent-death signal would not do: it follows a thread, not a
process, and children of children do not have it.
"""

import os
import shutil
import signal
import socket
import threading


def listen(directory):
    """The listening socket. Bound before the server is even imported: nobody can take the port in between, and an early
    client just waits."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    os.dup2(2, 1)
    threading.Thread(target=_die_with_owner, args=(directory,), daemon=True).start()
    return listener


def _die_with_owner(directory):
    while os.read(0, 4096):
        pass
    shutil.rmtree(directory, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)

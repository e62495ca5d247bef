"""Runs ministack for one owner, and dies with it.

    keeper.py DIRECTORY < PIPE

Serves https on a free loopback port with DIRECTORY/server.pem and prints the port on a line. Standard input is a pipe that
only the owner holds: its end of file means that the owner is gone, however it went, and this process takes its whole process
group (the functions that ministack runs are in it) and DIRECTORY with it. The kernel's parent-death signal would not do: it
follows a thread, not a process, and children of children do not have it.
"""

import os
import shutil
import signal
import socket
import sys
import threading


def die_with_owner(directory):
    while os.read(0, 4096):
        pass
    shutil.rmtree(directory, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def hasten_schedules():
    """Halves the interval of every schedule: who watches a schedule of a minute waits half of one. EventBridge's own
    shortest interval is a minute, so it cannot be had by configuration."""
    from ministack.services import eventbridge, scheduler

    parse = eventbridge._parse_rate_seconds
    eventbridge._parse_rate_seconds = lambda rate: (seconds := parse(rate)) and seconds / 2
    # How often it looks whether a schedule is due; otherwise ten seconds are added to the first interval.
    scheduler._SCHEDULE_TICK_INTERVAL = 1


def main(directory):
    # Bound before ministack is even imported: nobody can take the port in between, and an early client just waits.
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    os.environ["GATEWAY_PORT"] = str(port)
    print(port, flush=True)
    os.dup2(2, 1)
    threading.Thread(target=die_with_owner, args=(directory,), daemon=True).start()

    from hypercorn.config import Config
    from hypercorn.run import run

    hasten_schedules()

    # Not ministack's own main(): that one serves on port 443 as well when it may.
    config = Config()
    config.application_path = "ministack.app:app"
    config.bind = [f"fd://{listener.fileno()}"]
    config.certfile = os.path.join(directory, "server.pem")
    config.keyfile = os.path.join(directory, "server-key.pem")
    config.keep_alive_timeout = 75
    config.workers = 0
    run(config)


if __name__ == "__main__":
    main(sys.argv[1])

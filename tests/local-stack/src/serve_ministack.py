"""Serves ministack over https with DIRECTORY/server.pem; see keeper.py."""

import os
import socket
import sys

from keeper import listen


def hasten_schedules():
    """Halves the interval of every schedule: who watches a schedule of a minute waits half of one. EventBridge's own
    shortest interval is a minute, so it cannot be had by configuration."""
    from ministack.services import eventbridge, scheduler

    parse = eventbridge._parse_rate_seconds
    eventbridge._parse_rate_seconds = lambda rate: (seconds := parse(rate)) and seconds / 2
    # How often it looks whether a schedule is due; otherwise ten seconds are added to the first interval.
    scheduler._SCHEDULE_TICK_INTERVAL = 1


def main(directory):
    listener = listen(directory)
    # Read when ministack is imported.
    os.environ["GATEWAY_PORT"] = str(listener.getsockname()[1])

    import answers
    import policies
    from hypercorn.config import Config
    from hypercorn.run import run

    hasten_schedules()
    policies.as_aws_does()
    answers.complete()

    # Not ministack's own main(): that one serves on port 443 as well when it may.
    config = Config()
    config.application_path = "ministack.app:app"
    config.bind = [f"fd://{listener.fileno()}"]
    # The same AWS in the clear, for those who try what is refused there.
    plain = socket.create_server(("127.0.0.1", 0))
    config.insecure_bind = [f"fd://{plain.fileno()}"]
    with open(os.path.join(directory, "plain-port"), "w") as file:
        file.write(str(plain.getsockname()[1]))
    config.certfile = os.path.join(directory, "server.pem")
    config.keyfile = os.path.join(directory, "server-key.pem")
    config.keep_alive_timeout = 75
    config.workers = 0
    run(config)


if __name__ == "__main__":
    main(sys.argv[1])

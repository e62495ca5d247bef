"""Serves moto over http; see keeper.py."""

import sys

from keeper import listen


def main(directory):
    listener = listen(directory)

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    host, port = listener.getsockname()
    make_server(
        host,
        port,
        DomainDispatcherApplication(create_backend_app),
        # One request after the other. Moto's conditional put looks first and writes later, with nothing in between that would
        # keep another thread out: of several writers more than one could win, where S3 lets one through.
        threaded=False,
        request_handler=MotoRequestHandler,
        fd=listener.fileno(),
    ).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])

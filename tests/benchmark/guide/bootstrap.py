"""Runs function.py as Lambda's Python runtime would: imports it, then asks for events and answers them.

It is smaller than AWS's own client (awslambdaric), which sets up logging, a native extension and X-Ray first; that favours
the Python side. The first line, which names the interpreter, is put before this one by the benchmark.
"""

import http.client
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import function  # noqa: E402: as Lambda does, before the first event is asked for.

PATH = "/2018-06-01/runtime/invocation/"
HOST = os.environ["AWS_LAMBDA_RUNTIME_API"]


def main():
    connection = http.client.HTTPConnection(HOST)
    while True:
        connection.request("GET", PATH + "next")
        answer = connection.getresponse()
        event = json.loads(answer.read())
        if answer.status != 200:
            return
        request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        try:
            path, body = "/response", function.handler(event, None)
        except Exception as error:
            path, body = "/error", {"errorType": type(error).__name__, "errorMessage": str(error)}
        connection.request("POST", PATH + request_id + path, json.dumps(body))
        connection.getresponse().read()


main()

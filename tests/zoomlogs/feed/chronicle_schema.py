"""Holds feeds against the schema that Google publishes: google.cloud.chronicle.v1.Feed.

Reads a JSON array of feeds, as the Chronicle API takes them, and prints for each of them null, or what is wrong with it.
"""

import json
import sys

from google.cloud.chronicle_v1.types import Feed
from google.protobuf import json_format


def problem(feed):
    message = Feed.pb(Feed())
    try:
        json_format.ParseDict(feed, message)
    except json_format.ParseError as error:
        return str(error)
    return None


json.dump([problem(feed) for feed in json.load(sys.stdin)], sys.stdout)

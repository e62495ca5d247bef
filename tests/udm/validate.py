"""Holds UDM events against the schema that Google publishes, the package google-backstory.

Reads an event per line and answers with a line for each: "ok", or what is wrong with it. A line that is "event types" is
answered with the schema's event types.
"""

import json
import sys

from google.backstory import UDM
from google.protobuf import json_format

EVENT = UDM.pb(UDM())
METADATA = EVENT.DESCRIPTOR.fields_by_name["metadata"].message_type


def verdict(line):
    try:
        event = json.loads(line)
        parsed = json_format.ParseDict(event, UDM.pb(UDM()))
    except (json_format.ParseError, ValueError) as error:
        return f"rejected: {error}"
    # What the schema takes it must also keep: a default value would vanish.
    kept = json_format.MessageToDict(parsed)
    return "ok" if kept == event else f"changed into {json.dumps(kept)}"


for line in sys.stdin:
    if line.strip() == "event types":
        types = METADATA.fields_by_name["event_type"].enum_type.values
        print(json.dumps(sorted(value.name for value in types)))
    else:
        print(verdict(line).replace("\n", " "))

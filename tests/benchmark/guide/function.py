"""The other side of the benchmark: a Lambda function on boto3 that behaves as Google's guide describes its own.

Written for this benchmark from that description, not copied. What it does on purpose, because the guide's does:

- the Zoom credentials are plain environment variables, and a token is fetched at every run;
- a state object holds one date, `cursor_date`; no state, or one that cannot be read, means today;
- every run reads the whole of that day from its first page, and writes what each page has as a new object with a random
  name, whether it was delivered before or not;
- the date moves on by one once it is past, and the state is written last.

Where there was a choice, the cheaper way was taken: one put instead of a managed upload with its threads, one connection
to Zoom kept open for all pages instead of one for each, compact JSON, and no SDK call more than needed.
"""

import base64
import datetime
import gzip
import http.client
import json
import os
import urllib.parse
import uuid

import boto3

BUCKET = os.environ["S3_BUCKET"]
PREFIX = os.environ.get("S3_PREFIX", "zoom/operationlogs/")
STATE_KEY = os.environ.get("STATE_KEY", "zoom/operationlogs/state.json")
PAGE_SIZE = int(os.environ.get("PAGE_SIZE", "300"))
TIMEOUT = int(os.environ.get("TIMEOUT", "30"))
OAUTH_URL = os.environ.get("ZOOM_OAUTH_URL", "https://zoom.us/oauth/token")
API_URL = os.environ.get("ZOOM_API_URL", "https://api.zoom.us/v2")

s3 = boto3.client("s3")


class Host:
    """One connection to Zoom."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(parts.netloc, timeout=TIMEOUT)
        self.path = parts.path

    def ask(self, method, path, headers, body=None):
        self.connection.request(method, self.path + path, body=body, headers={**headers, "Accept": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"Zoom answered {answer.status}: {text[:200]!r}")
        return json.loads(text)

    def close(self):
        self.connection.close()


def access_token():
    app = f"{os.environ['ZOOM_CLIENT_ID']}:{os.environ['ZOOM_CLIENT_SECRET']}"
    form = {"grant_type": "account_credentials", "account_id": os.environ["ZOOM_ACCOUNT_ID"]}
    headers = {
        "Authorization": "Basic " + base64.b64encode(app.encode()).decode(),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    host = Host(OAUTH_URL)
    try:
        return host.ask("POST", "", headers, urllib.parse.urlencode(form))["access_token"]
    finally:
        host.close()


def pages(token, day):
    """Each page's records of a day, from its first page to its last."""
    host = Host(API_URL)
    try:
        query = {"from": day, "to": day, "page_size": PAGE_SIZE}
        while True:
            path = "/report/operationlogs?" + urllib.parse.urlencode(query)
            page = host.ask("GET", path, {"Authorization": "Bearer " + token})
            yield page.get("operation_logs") or []
            query["next_page_token"] = page.get("next_page_token")
            if not query["next_page_token"]:
                return
    finally:
        host.close()


def read_state():
    try:
        return json.loads(s3.get_object(Bucket=BUCKET, Key=STATE_KEY)["Body"].read())
    except Exception:  # As in the guide: whatever went wrong, it begins today.
        return {"cursor_date": today().isoformat()}


def deliver(records):
    lines = "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records)
    key = f"{PREFIX}{today():%Y/%m/%d}/zoom-operationlogs-{uuid.uuid4()}.json.gz"
    s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(lines.encode()))


def today():
    return datetime.datetime.now(datetime.timezone.utc).date()


def handler(_event, _context):
    token = access_token()
    state = read_state()
    day = state["cursor_date"]
    written = 0
    for records in pages(token, day):
        if records:
            deliver(records)
            written += len(records)
    if day < today().isoformat():
        following = datetime.date.fromisoformat(day) + datetime.timedelta(days=1)
        state["cursor_date"] = following.isoformat()
    state["updated_at"] = datetime.datetime.now(datetime.timezone.utc).isoformat()
    s3.put_object(Bucket=BUCKET, Key=STATE_KEY, Body=json.dumps(state).encode())
    return {"ok": True, "written": written, "date": day}

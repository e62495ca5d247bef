"""What AWS does with policies and ministack does not yet; and a line of the log for each decision.

Nothing here decides: all of it hands the question, or a fact that belongs to it, to ministack's own evaluation.
"""

import contextvars
import json
import re
import sys

from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id, extract_region
from ministack.services import s3

_encrypted_bucket = contextvars.ContextVar("encrypted_bucket", default="")
_evaluated = contextvars.ContextVar("evaluated", default=None)


def as_aws_does():
    _supply_condition_keys()
    _hide_what_is_absent()
    _ask_for_what_a_put_or_get_entails()
    _name_log_streams()
    _tell_decisions()


def _supply_condition_keys():
    """The condition keys s3:if-none-match and s3:if-match are the headers of those names. Neither a copy nor the parts of
    an upload carry them. A key that the sender keeps is another header, and what is encrypted with KMS has a context."""
    context_of = iam_actions._s3_object_context

    def with_conditions(iam_action, query_params, path, headers):
        context = context_of(iam_action, query_params, path, headers)
        customer_key = "x-amz-server-side-encryption-customer-algorithm"
        if iam_action == "s3:PutObject" and headers.get(customer_key):
            context[f"s3:{customer_key}"] = headers[customer_key]
        if iam_action == "s3:PutObject" and "x-amz-copy-source" not in headers:
            for name in ("if-none-match", "if-match"):
                if headers.get(name):
                    context[f"s3:{name}"] = headers[name]
        return context

    tags_of = iam_actions.request_tag_context

    def with_encryption_context(service, iam_action, body, params):
        context = tags_of(service, iam_action, body, params)
        if service == "kms":
            given = json.loads(body or b"{}").get("EncryptionContext") or {}
            context = {**context, **{f"kms:EncryptionContext:{name}": value for name, value in given.items()}}
        return context

    iam_actions._s3_object_context = with_conditions
    iam_actions.request_tag_context = with_encryption_context


def _hide_what_is_absent():
    """S3 answers 404 for an object that does not exist only to those who may list it, and 403 to everybody else. For that
    it takes the key as the s3:prefix."""

    def hiding(answer):
        def read(bucket, key, headers, query_params=None):
            said = answer(bucket, key, headers, query_params)
            access_key = extract_access_key_id(headers or {}, query_params or {})
            by_version = "versionId" in (query_params or {})
            if said[0] == 404 and access_key and not by_version and iam_evaluator.enforce(
                access_key,
                "s3:ListBucket",
                "s3",
                extract_region(headers, query_params or {}),
                f"arn:aws:s3:::{bucket}",
                {"s3:prefix": key},
            ):
                return s3._error("AccessDenied", "Access Denied", 403, f"/{bucket}/{key}")
            return said

        return read

    s3._get_object = hiding(s3._get_object)
    s3._head_object = hiding(s3._head_object)


def _ask_for_what_a_put_or_get_entails():
    """A put that locks its object needs s3:PutObjectRetention as well. Where a bucket is encrypted with a key, S3 uses that
    key in the name of whoever puts or gets, for the bucket's encryption context."""
    checks_of, enforce = iam_actions.s3_additional_checks, iam_evaluator.enforce

    def with_entailed(method, path, headers, body, query_params):
        checks = list(checks_of(method, path, headers, body, query_params))
        action = iam_actions._s3_action(method, path, query_params)
        bucket, _, key = path.strip("/").partition("/")
        if action == "PutObject" and headers.get("x-amz-object-lock-mode"):
            checks.append(("s3:PutObjectRetention", f"arn:aws:s3:::{bucket}/{key}"))
        usage = {"PutObject": "GenerateDataKey", "GetObject": "Decrypt", "GetObjectVersion": "Decrypt"}.get(action)
        if key and usage and (key_arn := _encryption_key(bucket)):
            _encrypted_bucket.set(bucket)
            checks.append((f"kms:{usage}", key_arn))
        return checks

    def for_s3(access_key, iam_action, service, region, resource_arn="*", service_context=None):
        if service == "s3" and iam_action.startswith("kms:"):
            service = "kms"
            service_context = {
                "kms:ViaService": f"s3.{region}.amazonaws.com",
                "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{_encrypted_bucket.get()}",
            }
        return enforce(access_key, iam_action, service, region, resource_arn, service_context)

    iam_actions.s3_additional_checks = with_entailed
    iam_evaluator.enforce = for_s3


def _encryption_key(bucket):
    """The ARN of the key that S3 encrypts this bucket with, unless it is S3's own."""
    found = re.search(r"<KMSMasterKeyID>(arn:aws:kms:[^<]+)<", str(s3._bucket_encryption.get(bucket) or ""))
    return found and found[1]


def _name_log_streams():
    """What is done to a log stream is done to `log-group:GROUP:log-stream:STREAM`, not to the group."""
    resource_of = iam_actions.extract_resource_arn

    def with_stream(service, method, path, headers, body, *rest):
        resource = resource_of(service, method, path, headers, body, *rest)
        stream = service == "logs" and iam_actions._safe_json_field(body, "logStreamName")
        return f"{resource}:log-stream:{stream}" if stream else resource

    iam_actions.extract_resource_arn = with_stream


def _tell_decisions():
    """A line `decision {…}` for each action that a principal was allowed or denied, and the statements that did. Root is
    asked for nothing, so there is nothing to tell."""
    evaluate, enforce = iam_evaluator.evaluate, iam_evaluator.enforce

    def remembering(ctx, *layers):
        result = evaluate(ctx, *layers)
        if (seen := _evaluated.get()) is not None:
            seen.append((ctx, result))
        return result

    def telling(*arguments, **named):
        seen = []
        token = _evaluated.set(seen)
        try:
            denied = enforce(*arguments, **named)
        finally:
            _evaluated.reset(token)
        if seen:
            ctx = seen[0][0]
            allows = [result.matched_sid for _, result in seen if result.decision == "Allow"]
            decision = {
                "principal": ctx.principal_arn,
                "action": ctx.action,
                "resource": ctx.resource_arn,
                "allowed": denied is None,
                # Of the principal's policies and of the resource's.
                "sids": allows if denied is None else [denied.matched_sid],
            }
            print("decision", json.dumps(decision), file=sys.stderr, flush=True)
        return denied

    iam_evaluator.evaluate = remembering
    iam_evaluator.enforce = telling

"""Completes what ministack answers where Terraform reads its own settings back and would find them changed: an apply after
an apply must have nothing to do, and that is tested here as it is in AWS."""

import json
from xml.sax.saxutils import escape


def complete():
    describe_alarms_in_full()
    list_what_no_user_has()
    change_keys_of_log_groups()
    remove_replicas()


def list_what_no_user_has():
    """Terraform empties a user before it deletes it (force_destroy), and asks for kinds of credentials that ministack
    gives to nobody."""
    from ministack.services import iam

    for action, members in [
        ("ListSSHPublicKeys", "SSHPublicKeys"),
        ("ListServiceSpecificCredentials", "ServiceSpecificCredentials"),
        ("ListSigningCertificates", "Certificates"),
    ]:
        body = f"<{action}Result><{members}/><IsTruncated>false</IsTruncated></{action}Result>"
        iam._IAM_HANDLERS[action] = lambda _, action=action, body=body: iam._xml(200, f"{action}Response", body, ns="iam")


def change_keys_of_log_groups():
    """Ministack takes the key of a log group when the group is created, and not later."""
    from ministack.services import cloudwatch_logs as logs

    def associate(data):
        group = data.get("logGroupName")
        if group not in logs._log_groups:
            return logs.error_response_json("ResourceNotFoundException", f"There is no log group {group}", 400)
        logs._log_groups[group]["kmsKeyId"] = data.get("kmsKeyId")
        return logs.json_response({})

    _also(logs, {"AssociateKmsKey": associate, "DisassociateKmsKey": associate})


def remove_replicas():
    """Ministack makes copies of a secret in other regions, and keeps them."""
    from ministack.services import secretsmanager as secrets

    def remove(data):
        _, secret = secrets._resolve(data.get("SecretId"))
        if not secret:
            return secrets.error_response_json("ResourceNotFoundException", "There is no such secret", 400)
        gone = [status for status in secret["ReplicationStatus"] if status["Region"] in data["RemoveReplicaRegions"]]
        secrets._delete_replicas({**secret, "ReplicationStatus": gone})
        secret["ReplicationStatus"] = [status for status in secret["ReplicationStatus"] if status not in gone]
        return secrets.json_response({"ARN": secret["ARN"], "ReplicationStatus": secret["ReplicationStatus"]})

    _also(secrets, {"RemoveRegionsFromReplication": remove})


def _also(service, actions):
    """Has a service do these actions too."""
    others = service.handle_request

    async def handle_request(method, path, headers, body, query_params):
        action = actions.get(headers.get("x-amz-target", "").split(".")[-1])
        if action:
            return action(json.loads(body))
        return await others(method, path, headers, body, query_params)

    service.handle_request = handle_request


def describe_alarms_in_full():
    """Ministack keeps an alarm's settings and leaves most of them out of the XML. In JSON it tells them all."""
    from ministack.services import cloudwatch

    in_part = cloudwatch._describe_alarms

    def in_full(params, cbor_data, is_cbor, is_json=False):
        if is_cbor or is_json:
            return in_part(params, cbor_data, is_cbor, is_json)
        request = _nested(params)
        if "MaxRecords" in request:
            request["MaxRecords"] = int(request["MaxRecords"])
        status, headers, body = in_part({}, request, False, True)
        if status != 200:
            return in_part(params, cbor_data, False, False)
        answer = json.loads(body)
        for alarm in answer["MetricAlarms"] + answer["CompositeAlarms"]:
            for name in [name for name in alarm if name.endswith("Timestamp")]:
                alarm[name] = cloudwatch._ts_iso(alarm[name])
        result = f"<DescribeAlarmsResult>{_xml(answer)}</DescribeAlarmsResult>"
        return cloudwatch._xml(200, "DescribeAlarmsResponse", result)

    cloudwatch._describe_alarms = in_full


def _nested(params):
    """Parameters such as AlarmNames.member.1, as the structure that they stand for."""
    nested = {}
    for name, value in params.items():
        place = nested
        *path, last = name.split(".")
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value[0] if isinstance(value, list) else value
    return _lists(nested)


def _lists(node):
    if not isinstance(node, dict):
        return node
    if set(node) == {"member"}:
        return [_lists(item) for _, item in sorted(node["member"].items(), key=lambda entry: int(entry[0]))]
    return {name: _lists(value) for name, value in node.items()}


def _xml(node):
    if isinstance(node, dict):
        return "".join(f"<{name}>{_xml(value)}</{name}>" for name, value in node.items() if value is not None)
    if isinstance(node, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in node)
    if isinstance(node, bool):
        return "true" if node else "false"
    return escape(str(node))

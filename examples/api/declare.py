# Declares an incident, says how it stands and reads it back. Needs TOCSIN_URL and TOCSIN_TOKEN.
import json
import os
import pathlib
import sys
import time
import urllib.request

# Whoever runs this twice for one finding declares one incident: the key stands for the finding.
key = sys.argv[1] if len(sys.argv) > 1 else f"finding-{int(time.time())}"


def api(route, idempotency_key=None, body=None):
    headers = {"Authorization": f"Bearer {os.environ['TOCSIN_TOKEN']}"}
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    if body is not None:
        headers["Content-Type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{os.environ['TOCSIN_URL']}/v1/{route}", data, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


declaration = json.loads(pathlib.Path(__file__).with_name("incident.json").read_text())
incident = api("incidents", key, declaration)["id"]
print(api(f"incidents/{incident}/status", f"{key}-identified", {"status": "identified"}))
state = api(f"incidents/{incident}")["state"]
print(incident, state["status"], state["title"])

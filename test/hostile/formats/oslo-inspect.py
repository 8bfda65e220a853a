"""What oslo.utils says of each file whose path comes in, one JSON line each. OpenStack's own look at uploads (CVE-2024-32498)."""

import json
import sys

from oslo_utils.imageutils import format_inspector


def look(path):
    try:
        inspector = format_inspector.detect_file_format(path)
        if inspector is None:
            return {"format": "none", "safe": True}
        found = {"format": str(inspector)}
        try:
            inspector.safety_check()
            found["safe"] = True
        except format_inspector.SafetyCheckFailed as error:
            found["safe"] = False
            found["why"] = sorted(error.failures)
        return found
    except Exception as error:  # The detector of others must not end the run.
        return {"error": type(error).__name__}


for line in sys.stdin:
    print(json.dumps(look(line.rstrip("\n"))), flush=True)

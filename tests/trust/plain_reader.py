"""Reads and verifies an archive with nothing but JSON and SHA-256: what anybody could write in twenty-five years.

It imports nothing of the software, and follows only what the archive's own documentation says.
"""

import hashlib
import json
import sys
from pathlib import Path


def canonical(value: object) -> bytes:
    """RFC 8785 for texts, whole numbers, yes/no, lists and maps."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(folder: Path) -> dict:
    """Verify every hash and digest, and give what was entered: participant, form, item path, value, unit."""
    texts = {}
    for line in (folder / "entered.jsonl").read_text(encoding="utf-8").splitlines():
        for digest, salt, text in json.loads(line):
            if text is not None:
                made = hashlib.sha256(b"trialwright entered\x00" + bytes.fromhex(salt) + text.encode())
                assert made.hexdigest() == digest
            texts[digest] = text
    previous, values, count = "0" * 64, {}, 0
    for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        stated = event.pop("hash")
        assert event["previous"] == previous
        assert hashlib.sha256(canonical(event)).hexdigest() == stated
        previous, count = stated, count + 1
        if event["type"] in ("form_recorded", "form_corrected"):
            for item in event["data"]["items"]:
                value = item["value"]
                text = texts[value["entered"]] if isinstance(value, dict) else value
                place = "|".join((event["stream"].rpartition("/")[2], event["data"]["id"], item["path"]))
                values[place] = [text, item["unit"]]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, digest in manifest["definitions"].items():
        assert hashlib.sha256((folder / "definitions" / name).read_bytes()).hexdigest() == digest
    return {"head": previous, "events": count, "values": values}


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[1]))))  # noqa: T201

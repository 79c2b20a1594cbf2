"""Holds the JUnit reports of the program against the schema that Jenkins' readers publish."""

import subprocess
import sys
import tempfile
from pathlib import Path

import xmlschema

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES = [
    ["formats/export", "--config", str(FIXTURES / "formats/chartaudit.yaml")],
    ["hospital/ehr/faulty"],
    ["hospital/synthea/clean"],
    ["hospital/damaged"],
]


def main() -> None:
    program = sys.argv[1]
    schema = xmlschema.XMLSchema(Path(__file__).parent / "junit-10.xsd")
    for export, *more in CASES:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "audit.xml"
            scan = [program, "scan", str(FIXTURES / export), "--as-of", "2026-03-01", *more]
            ended = subprocess.run([*scan, "--report", f"junit={report}"], capture_output=True)
            if ended.returncode not in (0, 1, 3):
                sys.exit(f"{export}: exit code {ended.returncode}\n{ended.stderr.decode()}")
            schema.validate(str(report))
            print(f"{export}: {report.stat().st_size} bytes keep to the schema")


if __name__ == "__main__":
    main()

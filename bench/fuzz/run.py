"""Fuzz every reader of the gate, guided by coverage: `python -m bench.fuzz.run [--seconds N] [TARGET …]`.

A reader may refuse an input in the way its docstring says, and in no other: any other exception, a crash of
the interpreter and an input that takes longer than ten seconds are failures. The input is then kept in a
temporary folder and its path is printed. The run begins with our own specifications, records and sources,
and with what formats stumble over; its random numbers are always the same.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bench.fuzz.targets import HARD, ROOT, TARGETS, Target, seeds

LONGEST = 10  # seconds for one input
LARGEST = 20_000  # bytes of an example to begin with; the tests read the long ones
SEED = 20261123
DONE = re.compile(r"Done (\d+) runs")
COVERED = re.compile(r"cov: (\d+)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="for each target")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="some of the readers, by name")
    options = parser.parse_args()
    if find_spec("atheris") is None:
        sys.exit("Atheris is not installed: `make fuzz` installs it where it has a wheel (Linux, x86-64).")
    chosen = [target for target in TARGETS if not options.targets or target.name in options.targets]
    crashes = Path(tempfile.mkdtemp(prefix="specward-fuzz-"))
    print(f"Readers fuzzed for {options.seconds} s each: nothing but what they declare may come out")
    failed = [target.name for target in chosen if not fuzz(target, options.seconds, crashes)]
    if failed:
        sys.exit(f"These fail: {', '.join(failed)}. Their inputs are in {crashes}.")
    shutil.rmtree(crashes)


def fuzz(target: Target, seconds: int, crashes: Path) -> bool:
    """Run one target; returns whether nothing came out that is not declared."""
    with tempfile.TemporaryDirectory() as corpus:
        small = [data for data in (*seeds(target), *HARD) if len(data) <= LARGEST]
        for number, data in enumerate(small):
            (Path(corpus) / f"{number:04}").write_bytes(data)
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "bench.fuzz.one",
                target.name,
                f"-max_total_time={seconds}",
                f"-timeout={LONGEST}",
                f"-seed={SEED}",
                f"-artifact_prefix={crashes}/{target.name.replace(' ', '-')}-",
                "-rss_limit_mb=4096",
                corpus,
            ],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
        )
    told = done.stdout + done.stderr
    runs, covered = DONE.findall(told), COVERED.findall(told)
    good = done.returncode == 0
    counts = f"{int(runs[-1]) if runs else 0:9,} inputs   {covered[-1] if covered else 0:>5} edges"
    print(f"  {target.name:<18} {counts}   {'ok' if good else 'FAILED'}", flush=True)
    if not good:
        print("\n".join(f"    {line}" for line in told.splitlines()[-25:]))
    return good


if __name__ == "__main__":
    main()

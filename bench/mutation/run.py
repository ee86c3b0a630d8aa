"""How many small mistakes in the rules their tests notice: `python -m bench.mutation.run [--sample N]`.

Every rule module is changed in one place at a time, as a slip would change it, and the rule's examples and
its family's tests are run. What they do not notice is printed with `--verbose`. Mutants that behave just like
the rule itself are listed in `equivalent.txt`, each with its reason, and are not counted.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from bench.mutation.families import EXAMPLES, FAMILIES, Family
from bench.mutation.mutants import Mutant, mutants_of
from bench.mutation.suite import Suite

GOAL = 0.9
SEED = 20261123
EQUIVALENT = Path(__file__).with_name("equivalent.txt")


def main() -> None:
    options = arguments()
    families = [family for family in FAMILIES if not options.family or family.name in options.family]
    mutants = counted(families)
    if options.sample:
        mutants = random.Random(SEED).sample(mutants, min(options.sample, len(mutants)))  # noqa: S311
        mutants.sort(key=lambda mutant: (mutant.module, mutant.line))
    killed = run(mutants, families, options.workers)
    if options.verbose:
        for mutant in mutants:
            if not killed[mutant]:
                print(f"  lives: line {mutant.line}, {mutant.key}")
    report(families, mutants, killed, "a sample of the" if options.sample else "all")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="try N mutants only, always the same ones")
    parser.add_argument("--family", action="append", choices=[family.name for family in FAMILIES])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true", help="print the mutants that live")
    return parser.parse_args()


def counted(families: Sequence[Family]) -> list[Mutant]:
    """Return the mutants of these families without those that change nothing."""
    same = equivalent()
    found = [mutant for family in families for module in family.modules for mutant in mutants_of(module)]
    return [mutant for mutant in found if mutant.key not in same]


def equivalent() -> frozenset[str]:
    """Return the keys of the mutants that behave like the rule; the file has a reason above each."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def run(mutants: Sequence[Mutant], families: Sequence[Family], workers: int) -> Mapping[Mutant, bool]:
    """Return whether each mutant was killed; every worker takes its share."""
    files = {module: family.tests for family in families for module in family.modules}
    killed: dict[Mutant, bool] = {}
    with tempfile.TemporaryDirectory() as folder:
        shares = [mutants[number::workers] for number in range(workers)]
        children = [
            work(share, files, Path(folder) / str(number)) for number, share in enumerate(shares) if share
        ]
        failed = [os.waitpid(child, 0)[1] for child in children]
        if any(failed):
            sys.exit("The tests do not run as they are; see above.")
        for number, share in enumerate(shares):
            told = (Path(folder) / str(number) / "told").read_text().splitlines() if share else []
            killed.update((share[index], died) for index, died in map(json.loads, told))
    return killed


def work(share: Sequence[Mutant], files: Mapping[str, Sequence[str]], folder: Path) -> int:
    """Begin a worker on its share; returns its process."""
    child = os.fork()
    if child:
        return child
    folder.mkdir()
    chosen = dict.fromkeys(file for mutant in share for file in files[mutant.module])
    with (folder / "told").open("w") as told, (folder / "output").open("w") as output:
        os.dup2(output.fileno(), 1)
        suite = Suite(share, files.__getitem__, told)
        code = pytest.main(
            [
                "-q",
                "-p",
                "no:cacheprovider",
                f"--basetemp={folder / 'tests'}",
                "-o",
                "tmp_path_retention_policy=none",
                *EXAMPLES,
                *chosen,
            ],
            plugins=[suite],
        )
    os._exit(int(code))


def report(
    families: Sequence[Family], mutants: Sequence[Mutant], killed: Mapping[Mutant, bool], which: str
) -> None:
    """Print the score of each family, and of all."""
    of = {module: family.name for family in families for module in family.modules}
    score: dict[str, list[bool]] = defaultdict(list)
    for mutant in mutants:
        score[of[mutant.module]].append(killed[mutant])
    print(f"Mutants of the rules that their tests kill ({which} mutants; promised: {GOAL:.0%})")
    for name, deaths in [*score.items(), ("all", list(killed.values()))]:
        share = sum(deaths) / len(deaths)
        mark = "ok" if share >= GOAL else "MISSED"
        print(f"  {name:<10} {sum(deaths):4} of {len(deaths):4}   {share:6.1%}   {mark}")


if __name__ == "__main__":
    main()

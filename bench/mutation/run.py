"""How many small mistakes in the rules their tests notice: `python -m bench.mutation.run [--sample N]`.

Every rule module is changed in one place at a time, as a slip would change it, and the rule's examples and
its family's tests are run. What they do not notice is printed with `--verbose`. Mutants that behave just like
the rule itself are listed in `equivalent.txt`, each with its reason, and are not counted.
"""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from bench.mutation.families import EXAMPLES, FAMILIES, Family
from bench.mutation.mutants import Mutant, mutants_of
from bench.mutation.suite import Fate, Suite

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
    fates = run(mutants, families, options)
    report(families, mutants, fates, "a sample of the" if options.sample else "all")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="try N mutants only, always the same ones")
    parser.add_argument("--family", action="append", choices=[family.name for family in FAMILIES])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true", help="print the mutants that no test has killed")
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


def run(
    mutants: Sequence[Mutant], families: Sequence[Family], options: argparse.Namespace
) -> Mapping[Mutant, Fate]:
    """Return what became of each mutant."""
    files = {module: family.tests for family in families for module in family.modules}
    chosen = dict.fromkeys(file for mutant in mutants for file in files[mutant.module])
    fates: dict[Mutant, Fate] = {}
    out = sys.stdout

    def tell(mutant: Mutant, fate: Fate) -> None:
        fates[mutant] = fate
        if options.verbose and fate is not Fate.KILLED:
            print(f"  {fate}: line {mutant.line}, {mutant.key}", file=out, flush=True)

    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()) as told:
        examples = Path(folder) / "examples"
        examples.mkdir()
        suite = Suite(mutants, files.__getitem__, tell, options.workers, examples)
        places = (f"--basetemp={folder}/tests", "-o", "tmp_path_retention_policy=none")
        code = pytest.main(["-q", "-p", "no:cacheprovider", *places, *EXAMPLES, *chosen], plugins=[suite])
    if code is not pytest.ExitCode.OK:
        sys.exit(f"{told.getvalue()}\nThe tests do not run as they are.")
    return fates


def report(
    families: Sequence[Family], mutants: Sequence[Mutant], fates: Mapping[Mutant, Fate], which: str
) -> None:
    """Print the score of each family, and of all; one that could not be judged counts as one that lives."""
    of = {module: family.name for family in families for module in family.modules}
    score: dict[str, Counter[Fate]] = defaultdict(Counter)
    for mutant in mutants:
        score[of[mutant.module]][fates[mutant]] += 1
    print(f"Mutants of the rules that their tests kill ({which} mutants; promised: {GOAL:.0%})")
    for name, count in [*score.items(), ("all", Counter(fates.values()))]:
        dead = count[Fate.KILLED] + count[Fate.HUNG]
        share = dead / count.total()
        mark = "ok" if share >= GOAL else "MISSED"
        more = "".join(f", {count[fate]} {fate}" for fate in (Fate.HUNG, Fate.UNJUDGED) if count[fate])
        print(f"  {name:<10} {dead:4} of {count.total():4}   {share:6.1%}   {mark}{more}")


if __name__ == "__main__":
    main()

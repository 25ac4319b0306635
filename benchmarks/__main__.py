"""`python -m benchmarks [NAME [OPTIONS]]`: run one benchmark, or all. Each is a module here with `run(argv) -> int`.

A benchmark prints its numbers beside a reference taken in the same run, and answers 0 when its goal is kept.
"""

import importlib
import os
import pkgutil
import sys

import benchmarks


def main(argv: list[str]) -> int:
    """Run the benchmark named first in `argv`, or every one; the worst answer is the process's."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    names = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))
    if argv and argv[0] not in names:
        print(f"No benchmark is named {argv[0]}. There are: {', '.join(names)}")
        return 2
    worst = 0
    for name in argv[:1] or names:
        print(f"== {name}")
        worst = max(worst, importlib.import_module(f"benchmarks.{name}").run(argv[1:]))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

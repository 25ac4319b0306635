"""`python3 -m ops VERB`: what the Makefile calls."""

import subprocess
import sys
from typing import NoReturn

from ops import assets, check, demo, python, serve
from ops.places import PYTHON, ROOT, Stop, keep_caches


def set_up() -> int:
    demo.set_up()
    return 0


def translations() -> int:
    python.ensure()
    return subprocess.run([PYTHON, "-m", "ops.prepare", "translations"], cwd=ROOT).returncode


def build_assets() -> int:
    assets.ensure()
    return 0


VERBS = {
    "demo": demo.run_demo,
    "demo-reset": demo.reset,
    "serve": serve.run,
    "setup": set_up,
    "assets": build_assets,
    "translations": translations,
    "test": check.run_tests,
    "test-all": check.run_slow_tests,
    "bench": check.run_bench,
    "lint": check.run_lint,
    "lock": check.run_lock,
}


def main() -> NoReturn:
    verb = sys.argv[1] if len(sys.argv) > 1 else ""
    if verb not in VERBS:
        sys.exit(f"Say one of: {', '.join(VERBS)}")
    keep_caches()
    try:
        sys.exit(VERBS[verb]())
    except Stop as reason:
        sys.exit(f"! {reason}")
    except (KeyboardInterrupt, serve.Over):
        sys.exit(130)


if __name__ == "__main__":
    main()

"""The machinery behind `make`: plain Python 3.11 with nothing installed, since it is what installs.

`python3 -m ops VERB` (ops/__main__.py lists the verbs). Only `ops/prepare.py` runs inside
the virtual environment.
"""

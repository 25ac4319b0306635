"""The environment, typed. Nothing else in the project reads `os.environ` for a setting."""

import environ

env = environ.Env()

"""The broker of one machine: messages are files in a folder, and nothing has to be started for it (docs/adr/0007)."""

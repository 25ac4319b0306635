"""What may come in: a file is judged by its content, never by its name.

`examine(file, …)` reads an open file and gives a `Finding`, or raises `Unacceptable` with a sentence for the
person who chose it. Nothing is written here.
"""

from documents.scan.content import examine
from documents.scan.findings import Finding, Unacceptable
from documents.scan.malware import why_silent
from documents.scan.names import clean_name

__all__ = ["Finding", "Unacceptable", "clean_name", "examine", "why_silent"]

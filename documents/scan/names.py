"""A file's own name, made safe to store, show and give back."""

import re
import unicodedata

LONGEST = 120  # characters; the extension is kept


def clean_name(name: str, *, extension: str = "") -> str:
    """The last part of `name`, without path, control or bidirectional characters, at most 120 characters.

    `extension` (without its dot) is the one the content calls for; a name that ends otherwise gets it, so that
    `invoice.exe` holding a PDF is given back as `invoice.exe.pdf`.
    """
    name = unicodedata.normalize("NFC", name or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    name = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", name)).strip(" .") or "document"
    same = {"jpg": (".jpg", ".jpeg"), "txt": (".txt", ".text", ".md")}.get(extension, (f".{extension}",))
    if extension and not name.lower().endswith(same):
        name = f"{name}.{extension}"
    stem, dot, tail = name.rpartition(".")
    if dot and len(tail) <= 10:
        return f"{stem[: LONGEST - len(tail) - 1]}.{tail}"
    return name[:LONGEST]

"""Texts and how many words a person counts in them: the page and the server must find the same (see cases of use)."""

WORDS = [
    ("", 0),
    ("un", 1),
    ("un deux", 2),
    ("  un\n\ndeux\t trois ", 3),
    ("Livrer à temps : passer de 82 % à 95 % ;", 8),
    ("Livrer à temps : passer de 82 % à 95 % ;\n" * 13, 104),
    ("« un »", 1),
    ("un\u00a0000\u202f$", 2),
    ("l’État — d'ici 2027…", 3),
    ("aujourd’hui", 1),
    ("a/b et/ou", 2),
    ("½ ² Ⅷ 三", 4),
    ("\U0001f680 part", 1),
    ("e\u0301te\u0301", 1),
    ("un\u0085deux\ufefftrois\u2028quatre\x1ccinq", 5),
    ("un\u200bdeux", 1),
]

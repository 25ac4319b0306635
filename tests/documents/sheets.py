"""A letter in both languages, as the apps above write one; also what the benchmark and veraPDF are given."""

from datetime import UTC, datetime

import segno
from django.utils import translation
from django.utils.safestring import mark_safe

from documents.sheets import Letterhead, sheet

MADE_AT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
NB = "\N{NO-BREAK SPACE}"
LOGO = segno.make("Aéro Montréal", micro=False).png_data_uri(scale=4)  # a picture, in the place of a logo
FRENCH = f"""<h1>Décision sur votre demande{NB}: Filière Excellence</h1>
<p>Madame,</p>
<p>Votre demande «{NB}Ébavurage robotisé{NB}», où l’on réduit 12{NB}tCO₂e par année, est approuvée.</p>
<div class="paper-key"><p>Aide accordée <strong>1{NB}234,56{NB}$</strong></p></div>
<h2>Par exercice financier</h2>
<table><caption>Aide accordée</caption>
<thead><tr><th scope="col" class="paper-wide">Exercice</th><th scope="col" class="paper-number">Aide</th></tr></thead>
<tbody><tr><th scope="row">2026-2027</th><td class="paper-number">1{NB}000,00{NB}$</td></tr>
<tr><th scope="row">2027-2028</th><td class="paper-number">234,56{NB}$</td></tr></tbody>
<tfoot><tr><th scope="row">Total</th><td class="paper-number">1{NB}234,56{NB}$</td></tr></tfoot></table>
<ul><li>Pertinence{NB}: un besoin réel des donneurs d’ordres.</li>
<li>Faisabilité{NB}: l’échéancier est réaliste.</li></ul>
<p>Pour vérifier cette lettre, visitez <a href="https://passerelle.example/verifier">passerelle.example</a>.</p>
<div class="paper-sign"><p><strong>Mélanie Lussier</strong>Directrice des programmes</p></div>"""
ENGLISH = """<h1>Decision on your application: Filière Excellence</h1>
<p>Your application is approved. Aid awarded: $1,234.56</p>"""


def letterhead(**more):
    lines = ("380, rue Saint-Antoine Ouest", f"Montréal (Québec){NB}{NB}H2Y{NB}3X7")
    return Letterhead(name="Aéro Montréal", lines=lines, running="Aéro Montréal · FE-2026-00042", **more)


def letter():
    with translation.override("fr"):
        return sheet([("fr", mark_safe(FRENCH)), ("en", mark_safe(ENGLISH))], letterhead=letterhead(logo=LOGO))

"""The story through the browser, as each person lives it: a real server, a real worker, real mail and a real PDF.

Every page of it is held to axe in French and in English (`people.Person.look`). The order is the issue's.
"""

import json
import re
import time
import urllib.request
from datetime import timedelta
from decimal import Decimal
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from decisions.selectors import UNSHOWN
from demo import answers, papers, people
from demo.cast import BY_KEY, COMPANIES
from tests.cast import BUNDLE
from tests.journeys.people import PRIMARY, Person, plain, posted
from work import clock

pytestmark = pytest.mark.slow

PATIENCE = 60  # seconds for the worker to render and to send


@pytest.fixture
def desks(served, new_page, axe):
    """`desks("sophie")`: that person's browser, signed in. The cast is there; nothing else is."""
    with served.data():
        _cluster, cast = people.found()
        people.register("precision", cast)
        people.register("prime", cast)
    seen, everyone, at_work = set(), [], {}

    def desk(key):
        if key not in at_work:
            everyone.append(Person(key, new_page(), axe, seen))
            at_work[key] = everyone[-1].sign_in()
        return at_work[key]

    def leave(*keys):
        """These people close their browser: a dozen open at once is more than a small machine carries."""
        for key in keys:
            at_work.pop(key).page.context.close()

    desk.leave = leave
    yield desk
    assert [problem for one in everyone for problem in one.problems] == []


@pytest.fixture
def stranger(new_page, axe):
    """A browser that nobody signed in with."""
    return Person("stranger", new_page(), axe, set())


def waited(what, found):
    """What `found()` gives once it gives something; the worker has `PATIENCE`."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if got := found():
            return got
        time.sleep(0.5)
    raise AssertionError(f"nothing came in {PATIENCE} s: {what}")


def mail_to(served, address, about):
    """The latest message to this address whose subject holds `about`."""

    def look():
        read = [
            BytesParser(policy=policy.default).parsebytes(p.read_bytes()) for p in sorted(served.mail.glob("*.eml"))
        ]
        return [m for m in read if address in str(m["To"]) and about in str(m["Subject"])]

    return waited(f"a message to {address} about {about}", look)[-1]


def link_in(message, start):
    text = message.get_body(("plain",)).get_content()
    return re.search(rf"https?://\S*({re.escape(start)}\S+)", text)[1]


def test_story_from_the_guide_to_the_auditor(served, desks, stranger, new_page, tmp_path):
    stranger.go("/").reads("Appels de projets", "Aucun appel n’est ouvert")
    stranger.go("/accessibility").go("/privacy")

    call = import_it(desks("officer"))
    give_roles(served)
    publish(desks("officer"), call)
    find_and_check(stranger)
    sophie = desks("sophie")
    register(sophie)
    file = write(sophie, tmp_path)
    sponsor(served, sophie, stranger, file)
    reference = submit(sophie, file)
    screen(served, desks, reference, file)
    assign_and_review(desks, reference)
    with served.data():
        close_the_cohort()
    recommend(desks("chair"), reference)
    decide(desks, reference)
    read_the_letter(served, sophie, stranger, file, reference, tmp_path)
    with_concurrence(served, desks)
    secret = make_a_key(desks("analyst"))
    call_the_api(served, secret, reference)
    audit(served, desks("auditor"), reference)
    without_script(served, new_page(java_script_enabled=False))
    assert "The trail is whole" in served.manage("verify_trail")


# 1. The programme comes in as one file, and its call is published


def import_it(officer):
    officer.go("/").go("/staff/programs").go("/staff/programs/import")
    officer.fill(file=str(BUNDLE)).send()
    officer.reads("Filière Excellence")
    for tab in ("form", "rubric", "rules", "letters", "people"):
        officer.go(f"/staff/programs/filiere-excellence/{tab}")
    officer.go("/staff/programs/filiere-excellence")
    officer.page.locator('main a[href^="/staff/calls/"]').first.click()
    officer.look()
    call = officer.page.url.split("?")[0]
    officer.go(f"{call}/publish").reads("Personne n’a ce rôle aujourd’hui.")
    return call


def publish(officer, call):
    officer.go(f"{call}/publish").fill(known=True).send()
    officer.go("/envelopes").reads("2026-2027")


def give_roles(served):
    """The administrator gives the cast its roles (its pages have their own tests)."""
    from programs.models import Program

    with served.data():
        people.appoint_all(Program.objects.get(), people.the_people())


# 2. A company finds the call, checks, registers, writes, is sponsored, submits once


def find_and_check(stranger):
    stranger.go("/programs").reads("Filière Excellence")
    stranger.go("/programs/filiere-excellence")
    stranger.page.locator('main a[href^="/calls/"]').first.click()
    stranger.look()
    call = stranger.page.url.split("?")[0]
    stranger.go(f"{call}/eligibility")
    for key, value in answers.eligibility("usinage").items():
        for name, one in posted(key, value).items():
            stranger.write(name, one)
    stranger.send().reads("Vous pouvez présenter une demande")
    stranger.go(f"{call}/eligibility?again")
    for key, value in (answers.eligibility("usinage") | {"place_in_quebec": False}).items():
        for name, one in posted(key, value).items():
            stranger.write(name, one)
    stranger.press().reads("Vous ne pouvez pas")


def register(sophie):
    facts = {k: v for k, v in COMPANIES["usinage"].items() if k not in ("signatory", "members")}
    sophie.go("/").reads("inscrivez votre organisation").go("/organisations/new")
    sophie.fill(**facts | {"neq": "4464879526"}).press()
    assert sophie.page.locator("#id_neq").input_value() == "4464879526"  # what was typed is kept
    assert sophie.page.locator("[data-error-summary] a").get_attribute("href") == "#id_neq"
    sophie.fill(neq=facts["neq"]).send().reads("Usinage Gauthier inc.")


def write(sophie, tmp_path):
    """Every section, saved as it is left. Returns the address of the draft."""
    sophie.go("/programs/filiere-excellence")
    sophie.page.locator('main a[href^="/calls/"]').first.click()
    call = sophie.page.url.split("?")[0]
    sophie.go(f"{call}/apply").send()
    draft = sophie.page.url.split("?")[0].removesuffix("/tasks")
    given = answers.answers("usinage", on=clock.today(), requested=Decimal("75000.00"))
    sophie.go(f"{draft}/eligibility")
    for key, value in answers.eligibility("usinage").items():
        for name, one in posted(key, value).items():
            sophie.write(name, one)
    sophie.send()
    addresses = sophie.page.goto(f"{draft}/tasks") and sophie.page.locator('main a[href*="/sections/"]').evaluate_all(
        "links => links.map(a => a.getAttribute('href'))"
    )
    for address in addresses:
        sophie.go(address)
        write_section(sophie, given, tmp_path)
    sophie.go(f"{draft}/tasks")
    return draft


def write_section(sophie, given, tmp_path):
    """The questions of this page, as they appear: an answer may open another."""
    page, done = sophie.page, set()
    for _again in range(40):
        left = {
            name: value
            for question, answer in given.items()
            for name, value in posted(question, answer).items()
            if name not in done
        }
        here = {name: value for name, value in left.items() if page.locator(f'main [name="{name}"]').count()}
        if here:
            for name, value in here.items():
                sophie.write(name, value)
                done.add(name)
            continue
        more = next((name.split(".")[0] for name in left if "." in name and name.split(".")[0] in tables(page)), None)
        if more is None:
            break
        with page.expect_navigation():
            page.locator(f'button[name="add"][value="{more}"]').click()
    for question, name in answers.documents("usinage").items():
        if page.locator(f'input[type="file"][name="{question}"]').count():
            path = tmp_path / name
            path.write_bytes(papers.pdf(name, "Usinage Gauthier inc.", name=name).read())
            sophie.write(question, str(path))
            with page.expect_navigation():
                page.locator(f'button[name="attach"][value="{question}"]').click()
    sophie.send("Enregistrer et continuer")


def tables(page):
    """The tables of the page to which a line can be added."""
    return page.locator('button[name="add"]').evaluate_all("buttons => buttons.map(b => b.value)")


def sponsor(served, sophie, stranger, draft):
    """The customer is asked by e-mail and answers without an account; it sees no amount."""
    sophie.go(f"{draft}/sponsor")
    sophie.fill(organisation_name=answers.SPONSOR["name"], email=answers.SPONSOR["email"], language="fr").send()
    message = mail_to(served, answers.SPONSOR["email"], "")
    stranger.go(link_in(message, "/sponsor/")).reads("Usinage Gauthier inc.").misses("75 000", "200 000")
    stranger.fill(name=answers.SPONSOR["contact"], improvement=answers.IMPROVEMENT["fr"])
    stranger.send("Nous parrainons")
    sophie.go(f"{draft}/sponsor").reads("confirmé")


def submit(sophie, draft):
    """Checked, attested and submitted with the keyboard alone. Returns the reference."""
    sophie.go(f"{draft}/check").misses("reste à faire").go(f"{draft}/submit")
    page = sophie.page
    page.locator("main").focus()
    boxes = page.locator('main input[type="checkbox"]').count()
    ticked = 0
    for _tab in range(80):
        page.keyboard.press("Tab")
        kind = page.evaluate("[document.activeElement.type || '', document.activeElement.name || '']")
        if kind[0] == "checkbox":
            page.keyboard.press("Space")
            ticked += 1
        elif kind[1] == "signed_name":
            page.keyboard.type("Sophie Gauthier")
        elif kind[0] == "submit" and ticked == boxes:
            break
    assert ticked == boxes >= 1
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url("**/submitted")
    sophie.look()
    reference = page.locator(".confirmation__reference").inner_text().strip()
    assert reference == "FE-2026-00001" or re.fullmatch(r"FE-\d{4}-\d{5}", reference)
    waited("the receipt", lambda: page.reload() and page.locator('main a[href*="/receipts/"]').count())
    receipt = page.request.get(page.locator('main a[href*="/receipts/"]').first.get_attribute("href"))
    assert receipt.body()[:5] == b"%PDF-"
    sophie.go(draft).reads(reference)
    return reference


# 3. Screened, one change asked and compared, found eligible


def screen(served, desks, reference, draft):
    officer, screener, sophie = desks("officer"), desks("screener"), desks("sophie")
    officer.go("/files").reads(reference).go(f"/files/{reference}").reads("Demande déposée")
    for tab in ("answers", "screening", "changes", "reviews", "decision"):
        officer.go(f"/files/{reference}/{tab}")
    officer.go(f"/files/{reference}/changes/ask")
    box = officer.page.locator('input[type="checkbox"][name$="budget_notes-asked"]')
    prefix = box.get_attribute("name").removesuffix("asked")
    closed = officer.page.locator("main details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    box.check()
    officer.write(f"{prefix}why", "incomplete")
    officer.write(f"{prefix}message", "Précisez le taux horaire des quatre personnes.")
    officer.write("due-day", (clock.today() + timedelta(days=15)).isoformat())
    officer.send().reads("Précisez le taux horaire")

    mail_to(served, "sophie.gauthier@gauthier.example", "")
    sophie.go(f"{draft}/changes").reads("Précisez le taux horaire")
    sophie.write("budget_notes", "Le taux horaire moyen des quatre personnes est de 46,50 $.")
    sophie.send("Envoyer les corrections")
    officer.go(f"/files/{reference}/changes").reads("46,50")

    screener.go("/").reads(reference).declare(f"/files/{reference}/interests").go(f"/files/{reference}/screening")
    for number in range(screener.page.locator(".checklist__item").count()):
        item = screener.page.locator(".checklist__item").nth(number)
        item.locator('[name="passed"][value="yes"]').check()
        with screener.page.expect_navigation():
            item.get_by_role("button").first.click()
    screener.go(f"/files/{reference}/screening/complete").send()
    sophie.go(draft).reads("complète le")
    screener.go(f"/files/{reference}/screening/eligible").send()
    screener.go(f"/files/{reference}").reads("Déclarée admissible")
    desks.leave("screener")


# 4. Assigned; each reviewer declares, scores, goes on


def assign_and_review(desks, reference):
    officer = desks("officer")
    dev = desks("dev")
    dev.go("/interests").fill(
        kind="competitor", organisation_name="Usinage Gauthier inc.", neq="1164879526", starts_on="2025-01-01"
    ).send()
    assert dev.page.request.get(f"/files/{reference}").status == 404
    officer.go(f"/files/{reference}/reviews").reads("Dev Patel", "Usinage Gauthier inc.")
    for name in ("Ana Tremblay", "Ben Gagnon", "Chloé Martin"):
        officer.page.get_by_label(name).check()
    officer.send("Proposer le dossier")
    with officer.page.expect_navigation():
        officer.page.locator('form[action$="/reviews/start"] button').click()
    officer.reads("Ana Tremblay")
    desks.leave("dev")
    for key in ("ana", "ben", "chloe"):
        review(desks(key), reference)
        desks.leave(key)


def review(reviewer, reference):
    reviewer.go("/").go("/reviews").reads(reference)
    address = reviewer.page.locator('main a[href$="/interests"][href^="/reviews/"]').first.get_attribute("href")
    reviewer.declare(address)
    review = address.removesuffix("/interests")
    reviewer.go(review)
    for _criterion in range(20):
        if reviewer.page.url.split("?")[0].endswith("/check"):
            break
        reviewer.fill(point="4", comment="Les mesures appuient cette note.")
        button = reviewer.page.locator('#score-form .actions button[name="then"]').first
        with reviewer.page.expect_navigation():
            button.click()
    reviewer.look()
    reviewer.fill(feedback="Suivez chaque mois l’indicateur avec votre client.")
    reviewer.send()
    reviewer.go("/reviews/past").reads(reference)


# 5. Ranking, recommendation, opinion, approval, issue


def close_the_cohort():
    """The story takes minutes, a cohort months: that of its files closed yesterday."""
    from applications.models import Application

    Application.objects.update(cohort_closes_at=clock.now() - timedelta(days=1))


def recommend(chair, reference):
    chair.go("/").reads(reference).declare(f"/files/{reference}/interests")
    chair.go(f"/files/{reference}/reviews")
    chair.go(chair.page.locator('main a[href*="/ranking"]').first.get_attribute("href")).reads(reference)
    chair.go(f"/files/{reference}/recommendation").fill(outcome="approved", amount="75 000,00")
    with chair.page.expect_navigation():
        chair.page.locator('button[name="then"][value="propose"]').click()
    amount = chair.page.locator('input[name="amount"]')
    for outcome, shown in (("declined", False), ("partial", True), ("waitlisted", False), ("approved", True)):
        chair.page.locator(f'input[name="outcome"][value="{outcome}"]').check()
        assert (amount.is_visible(), amount.is_enabled()) == (shown, shown)
    assert plain(amount.input_value()) == "75 000,00"  # what was typed waited
    chair.fill(
        reasons_fr="Le projet atteint les objectifs du programme.",
        reasons_en="The project meets the objectives of the programme.",
        discussion="Le comité a comparé les évaluations.",
    )
    with chair.page.expect_navigation():
        chair.page.locator('button[name="then"][value="recommend"]').click()
    assert chair.page.locator("[data-error-summary]").count() == 0, chair.page.locator("main").inner_text()


def decide(desks, reference):
    endorser, approver, officer = desks("endorser"), desks("approver"), desks("officer")
    endorser.go("/").reads(reference).go("/decisions").reads(reference)
    endorser.declare(f"/files/{reference}/interests").go(f"/files/{reference}/decision").reads("75 000,00 $")
    endorser.go(f"/files/{reference}/decision/preview").go(f"/files/{reference}/decision/endorse").send()
    assert endorser.page.request.get(f"/files/{reference}/decision/approve").status in (403, 409)
    approver.declare(f"/files/{reference}/interests").go(f"/files/{reference}/decision/approve").send()
    officer.declare(f"/files/{reference}/interests").go(f"/files/{reference}/decision/issue").send()
    desks.leave("chair", "endorser", "approver")


# 6. The worker makes the letter; the company reads it; anybody verifies it


def read_the_letter(served, sophie, stranger, draft, reference, tmp_path):
    message = mail_to(served, "sophie.gauthier@gauthier.example", reference)
    waited("the outcome on the company's page", lambda: sophie.page.goto(draft) and approved(sophie))
    sophie.go(f"/letters/of/{Path(draft).name}").reads("75 000")
    letter = sophie.page.url.split("?")[0]
    pdf = sophie.page.request.get(f"{letter}/pdf")
    assert pdf.body()[:5] == b"%PDF-"
    for mark in (b"/StructTreeRoot", b"/Lang"):
        assert mark in pdf.body() or b"/ObjStm" in pdf.body()
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b", plain(sophie.page.content()))[0]
    stranger.go("/verify").fill(code=code.lower()).send().reads(reference).misses("75 000")
    path = tmp_path / "lettre.pdf"
    path.write_bytes(pdf.body())
    stranger.page.locator('input[type="file"]').set_input_files(str(path))
    stranger.press("Comparer le fichier").reads("75 000")
    assert reference in str(message["Subject"])


def approved(sophie):
    return "approuvée" in plain(sophie.page.get_by_role("main").inner_text()).lower()


# … and the file at 75 000,01 $, which the ministry must agree to


def with_concurrence(served, desks):
    """It comes to its concurrence through the services; the ministry agrees, and the cluster issues, in the browser."""
    with served.data():
        reference = up_to_concurrence()
    officer, ministry = desks("officer"), desks("concurrence")
    officer.declare(f"/files/{reference}/interests").go(f"/files/{reference}/decision")
    assert officer.page.locator(f'main a[href$="{reference}/decision/issue"]').count() == 0
    ministry.go("/").reads(reference).go("/concurrences").reads(reference)
    ministry.page.locator('main a[href^="/concurrences/"]').first.click()
    one = re.sub(r"/interests$", "", ministry.page.url.split("?")[0])
    ministry.declare(f"{one}/interests").go(one).reads("75 000,01 $").go(f"{one}/give").send()
    officer.go(f"/files/{reference}/decision/issue").send()
    officer.go(f"/files/{reference}").reads("Décision rendue")


def up_to_concurrence():
    from types import SimpleNamespace

    from decisions import services as decisions
    from decisions.models import Decision
    from funding.models import Envelope
    from programs.models import Program
    from reviews import services as reviews
    from tests.reviews import files

    cast, programme = SimpleNamespace(**people.the_people()), Program.objects.get()
    amount = Decimal("75000.01")
    file = files.file_in_review(
        cast, programme, company="precision", requested=amount, reviewers=("ana", "ben", "chloe"), at=None
    )
    for key in ("ana", "ben", "chloe"):
        files.score(files.of(file, getattr(cast, key)), 4)
    for key in ("chair", "endorser", "approver"):
        reviews.declare_interests(file, by=getattr(cast, key), answer="none")
    envelope = Envelope.objects.order_by("fiscal_year").first()
    close_the_cohort()
    reviews.recommend(
        file,
        by=cast.chair,
        outcome="approved",
        amount=amount,
        shares=[(envelope, amount)],
        reasons_fr="Le projet répond aux objectifs.",
        reasons_en="The project meets the objectives.",
        discussion="Le comité a comparé les évaluations.",
    )
    decisions.endorse(Decision.objects.get(application=file), by=cast.endorser, edition=UNSHOWN)
    decisions.approve(Decision.objects.get(application=file), by=cast.approver, edition=UNSHOWN)
    return file.reference


# 7. The ministry reads its own agreements with its key


def make_a_key(analyst):
    analyst.go("/").go("/partner").go("/partner/awards").go("/partner/keys").go("/partner/keys/new")
    analyst.fill(name="Tableau de bord", scope="read", last_day=(clock.today() + timedelta(days=90)).isoformat())
    analyst.press()
    secret = analyst.page.locator(".secret").inner_text().strip()
    analyst.go("/partner/keys").misses(secret).go("/api/v1/")
    return secret


def call_the_api(served, secret, reference):
    def get(path, key=secret):
        request = urllib.request.Request(f"{served.url}/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    rows = json.loads(get("applications")[1])["data"]
    assert {row["reference"]: row["state"] for row in rows}[reference] == "approved"
    assert next(row["amount"] for row in json.loads(get("awards")[1])["data"]) == "75000.00"
    assert get("awards?format=csv")[0] == 200
    assert get("awards/0190e0e0-0000-7000-8000-000000000000")[0] == 404
    status, problem = get("awards", key="pk_wrong_wrong")
    assert (status, json.loads(problem)["status"]) == (401, 401)
    assert json.loads(get("openapi.json")[1])["openapi"].startswith("3.1")


# 8. The auditor reads the trail of that file, from first draft to last API read


def audit(served, auditor, reference):
    auditor.go("/").go("/trail").go(f"/search?q={reference}")
    auditor.go(f"/files/{reference}/trail").reads("La piste d’audit de ce dossier est intacte", "Brouillon commencé")
    rows = auditor.page.request.get(f"/files/{reference}/trail.csv").text().splitlines()
    assert "application.start" in "".join(rows[:6])
    assert "application.submit" in "".join(rows)
    assert "MEIE" in "".join(rows[-12:])


# … and all of it without a script: a part is written, the whole is checked and submitted


def without_script(served, page):
    from types import SimpleNamespace

    from programs.models import Program
    from tests import files

    with served.data():
        cast = SimpleNamespace(**people.the_people())
        file = files.draft_file(cast, Program.objects.get(), company="precision", without=("budget_notes",), at=None)
        section = next(
            part["key"]
            for part in file.call.form.definition["sections"]
            if any(question["key"] == "budget_notes" for question in part["questions"])
        )
    page.goto("/sign-in?lang=fr")
    page.get_by_role("button", name=BY_KEY["michel"].name).click()
    draft = f"/applications/{file.public_id}"
    page.goto(f"{draft}/sections/{section}")
    page.locator('textarea[name="budget_notes"]').fill("Les honoraires viennent de deux soumissions jointes.")
    page.get_by_role("button", name="Enregistrer et continuer").last.click()
    page.goto(f"{draft}/submit")
    for box in page.locator('main input[type="checkbox"]').all():
        box.check()
    page.locator('[name="signed_name"]').fill("Michel Lapointe")
    page.locator(PRIMARY).last.click()
    assert page.url.endswith("/submitted")
    assert re.fullmatch(r"FE-\d{4}-\d{5}", page.locator(".confirmation__reference").inner_text().strip())

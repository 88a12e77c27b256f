"""Builds the website out of content/*.json: the English pages, then what there is in the other languages."""

import json
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Site

from wagtail_helpdesk.contact_forms.models import ContactForm, ContactFormField
from wagtail_helpdesk.pages.models import HelpArticlePage, HelpCentrePage, HelpSectionPage
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from website.drawing import mounting_heights
from website.models import HomePage, ProductPage, TextPage

CONTENT = Path(__file__).resolve().parent / "content"
LANGUAGES = ("en", "pt-br", "es")
DRAWINGS = {"farol-one": ProductPage.Drawing.FRONT, "farol-tail": ProductPage.Drawing.REAR}


def load_website() -> None:
    """Make the site's pages; nothing happens where its home page is there already."""
    if HomePage.objects.exists():
        return
    english = read("en")
    home = make_home(english)
    form = ContactForm.objects.create(locale=home.locale, **english["form"])
    ask_for_order(form, english["order_label"])
    for slug, product in english["products"].items():
        home.add_child(instance=fill_product(ProductPage(slug=slug, drawing=DRAWINGS[slug]), product, form))
    make_help(home, english["help"])
    about = TextPage(slug="about", title=english["about"]["title"], show_in_menus=True)
    about.body = [("text", english["about"]["text"])]
    home.add_child(instance=about)
    for page in Page.objects.descendant_of(home, inclusive=True).specific():
        page.save_revision().publish()
    for code in LANGUAGES[1:]:
        translate(home, form, Locale.objects.get_or_create(language_code=code)[0], read(code))


def read(code: str) -> dict[str, Any]:
    """Return the content in one language."""
    return json.loads((CONTENT / f"{code}.json").read_text(encoding="utf-8"))


def ask_for_order(form: ContactForm, label: str) -> None:
    """Let the form ask for the number of an order: agents see it beside the ticket."""
    field, _new = TicketField.objects.get_or_create(
        key="order_number", defaults={"name": "Order number", "help_text": "Such as F-20431.", "sort_order": 1}
    )
    ContactFormField.objects.create(contact_form=form, field=field, label=label)


def make_home(content: dict[str, Any]) -> HomePage:
    """Put the home page in the place of Wagtail's welcome page."""
    root = Page.get_first_root_node()
    welcome = Page.objects.filter(depth=2)
    home = HomePage(slug="farol", show_in_menus=False)
    home = root.add_child(instance=fill_home(home, content["home"]))
    site = Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)
    site.site_name, site.root_page = "Farol", home
    site.save()
    for page in welcome.exclude(pk=home.pk):
        page.delete()
    return HomePage.objects.get(pk=home.pk)


def fill_home(home: HomePage, content: dict[str, Any]) -> HomePage:
    """Write the words of the front page."""
    home.title, home.heading, home.lead = "Farol", content["heading"], content["lead"]
    home.search_description = content["lead"]
    home.body = [("cards", [{"heading": heading, "text": text} for heading, text in content["cards"]])]
    return home


def fill_product(page: ProductPage, content: dict[str, Any], form: ContactForm) -> ProductPage:
    """Write the words of a product page, with the contact form at its end."""
    page.title, page.tagline, page.price = content["title"], content["tagline"], content["price"]
    page.search_description, page.show_in_menus = content["tagline"], True
    page.body = [
        ("text", content["text"]),
        ("facts", [{"name": name, "value": value} for name, value in content["facts"]]),
        ("contact_form", {"form": form}),
    ]
    return page


def make_help(home: HomePage, content: dict[str, Any]) -> None:
    """Make the help centre with its sections and articles."""
    centre = HelpCentrePage(slug="help", title=content["title"], intro=content["intro"], show_in_menus=True)
    home.add_child(instance=centre)
    for slug, section in content["sections"].items():
        page = HelpSectionPage(slug=slug, title=section["title"], intro=section["intro"])
        centre.add_child(instance=page)
        for article_slug, article in section["articles"].items():
            page.add_child(instance=fill_article(HelpArticlePage(slug=article_slug), article))


def fill_article(page: HelpArticlePage, content: dict[str, Any]) -> HelpArticlePage:
    """Write the words of an article."""
    page.title, page.summary, page.in_faq = content["title"], content["summary"], content["faq"]
    page.body = [("paragraph", content["text"])]
    if content.get("image"):
        page.body.append(("image", mounting_image()))
    if questions := content.get("questions"):
        entries = [{"question": question, "answer": answer} for question, answer in questions]
        page.body.append(("faq_list", {"heading": "", "entries": entries}))
    page.tags.set(content["tags"])
    return page


def mounting_image() -> Any:
    """Return the drawing of where lights are mounted."""
    file = ImageFile(ContentFile(mounting_heights()), name="where-lights-are-mounted.png")
    description = "A bicycle from the side: white light on the handlebar, red light on the seat post."
    return get_image_model().objects.create(title="Where lights are mounted", file=file, description=description)


def translate(home: HomePage, form: ContactForm, locale: Locale, content: dict[str, Any]) -> None:
    """Make the pages in one more language: those for which there are words."""
    translated_form = form.copy_for_translation(locale)
    for field, value in content["form"].items():
        setattr(translated_form, field, value)
    translated_form.save()
    translated_form.ticket_fields.update(label=content["order_label"])
    publish(fill_home(home.copy_for_translation(locale), content["home"]))
    for slug, product in content["products"].items():
        source = ProductPage.objects.get(slug=slug, locale=home.locale)
        publish(fill_product(source.copy_for_translation(locale), product, translated_form))
    centre = HelpCentrePage.objects.get(locale=home.locale)
    publish(with_intro(centre.copy_for_translation(locale), content["help"]))
    for slug, section in content["help"]["sections"].items():
        source = HelpSectionPage.objects.get(slug=slug, locale=home.locale)
        publish(with_intro(source.copy_for_translation(locale), section))
        for article_slug, article in section["articles"].items():
            article_source = HelpArticlePage.objects.get(slug=article_slug, locale=home.locale)
            publish(fill_article(article_source.copy_for_translation(locale), article))


def with_intro(page: Any, content: dict[str, Any]) -> Any:
    """Write the words of a help centre or a section."""
    page.title, page.intro = content["title"], content["intro"]
    return page


def publish(page: Any) -> None:
    """Publish a page as it is now."""
    page.save_revision().publish()

"""What every page of the site needs, whoever made it: the helpdesk's pages know nothing of ``page``."""

from typing import Any

from django import template
from django.db.models import Q
from wagtail.models import Locale, Site

from website.models import HomePage, ProductPage

register = template.Library()


@register.simple_tag(takes_context=True)
def website(context: dict[str, Any]) -> dict[str, Any]:
    """Return the home page in the visitor's language, its menu, its products and the languages of this page."""
    request = context["request"]
    site = Site.find_for_request(request)
    root = site.root_page.specific
    home = HomePage.objects.filter(translation_key=root.translation_key, locale=Locale.get_active()).first() or root
    children = home.get_children().live().select_related("locale")
    return {
        "home": home,
        "menu": [(page, page.get_url(request)) for page in children.in_menu()],
        "languages": languages(context.get("page"), home, request),
    }


def languages(page: Any, home: HomePage, request: Any) -> list[tuple[str, str, str, bool]]:
    """Return (code, name, address, is current) for each language that the page, else the home page, is there in."""
    shown = page if getattr(page, "translation_key", None) and page.pk else home
    same = type(shown)._default_manager.filter(Q(translation_key=shown.translation_key), live=True)
    return [
        (one.locale.language_code, one.locale.get_display_name(), one.get_url(request), one.pk == shown.pk)
        for one in same.select_related("locale").order_by("locale_id")
    ]


@register.simple_tag
def products(home: HomePage) -> list[ProductPage]:
    """Return the products below the home page."""
    return list(ProductPage.objects.child_of(home).live().select_related("locale"))

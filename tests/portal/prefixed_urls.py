"""The tests' addresses, of which the pages have a language's prefix, but not in the site's own language."""

from django.conf.urls.i18n import i18n_patterns

from tests.urls import urlpatterns as _without_prefix

*_others, _pages = _without_prefix
urlpatterns = [*_others, *i18n_patterns(_pages, prefix_default_language=False)]

"""The tracking page speaks its reader's language, whatever the browser asks for."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from wagtail_helpdesk.contacts.models import Contact

pytestmark = pytest.mark.django_db

#: Language: the status, the heading over the answer, the two buttons.
CASES = {
    "pt-br": ("Novo", "Resposta", ["Enviar resposta", "Minha pergunta foi respondida: encerrar"]),
    "es": ("Nuevo", "Respuesta", ["Enviar respuesta", "Mi pregunta está resuelta: cerrar"]),
}


@pytest.mark.parametrize("language", CASES)
def test_tracking_page(client, desk, link, language):
    Contact.objects.update(language=language)
    page = BeautifulSoup(client.get(link, headers={"accept-language": "en"}).content, "html.parser")
    status, heading, buttons = CASES[language]
    assert page.select_one(".helpdesk-status-label").text == status
    assert page.select_one("#helpdesk-answer-heading").text == heading
    assert [button.text for button in page.select(".helpdesk-actions button")] == buttons


@pytest.mark.parametrize(("language", "expected"), [("pt-br", "Escreva sua resposta"), ("es", "Escriba su respuesta")])
def test_refusal(client, desk, link, language, expected):
    Contact.objects.update(language=language)
    assert expected in client.post(link, {"action": "answer", "text": ""}).content.decode()


@pytest.mark.parametrize(("language", "expected"), [("pt-br", "Não encontrado"), ("es", "No encontrado")])
def test_link_of_nobody(client, desk, settings, language, expected):
    """It tells no language, so the browser does: also where a site's pages have prefixes, and these addresses none."""
    settings.ROOT_URLCONF = "tests.portal.prefixed_urls"
    page = BeautifulSoup(client.get("/helpdesk/t/none/", headers={"accept-language": language}).content, "html.parser")
    assert page.h1.text == expected

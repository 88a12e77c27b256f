"""What Farol's agents have ready: saved replies in three languages, macros, a template of a new ticket."""

from __future__ import annotations

from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import Locale

from demo_desk.people import user
from wagtail_helpdesk.automation.choices import Assign, Scope
from wagtail_helpdesk.automation.files import add_files
from wagtail_helpdesk.automation.models import (
    Macro,
    MacroStep,
    ReplyFolder,
    SavedReply,
    TaggedSavedReply,
    TicketTemplate,
)
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Mailbox, Status, Team, TicketType
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import TicketTag

#: Folder, keywords, {language: (name, text)}.
REPLIES = {
    "returns": (
        "Orders",
        "refund money back exchange",
        {
            "en": (
                "Returning a bicycle",
                "<p>Hello {{ customer.first_name|there }},</p><p>of course you can return it: within 30 days, "
                "unridden, in its box. Reply to this mail with your order number, and we send you the label.</p>"
                "<p>Best wishes<br/>{{ agent.first_name }}</p>",
            ),
            "pt-br": (
                "Devolver uma bicicleta",
                "<p>Olá {{ customer.first_name|}},</p><p>claro que pode devolver: em até 30 dias, sem uso, na caixa. "
                "Responda com o número do pedido e enviamos a etiqueta.</p><p>Abraços<br/>{{ agent.first_name }}</p>",
            ),
            "es": (
                "Devolver una bicicleta",
                "<p>Hola {{ customer.first_name|}}:</p><p>Claro que puedes devolverla: en 30 días, sin usar y en su "
                "caja. Responde con el número de pedido y te enviamos la etiqueta.</p>"
                "<p>Un saludo<br/>{{ agent.first_name }}</p>",
            ),
        },
    ),
    "frame number": (
        "Workshop",
        "serial number photo",
        {
            "en": (
                "Where is the frame number?",
                "<p>Hello {{ customer.first_name|there }},</p><p>could you send us the frame number? It stands under "
                "the bottom bracket, eight digits. A photo is fine.</p>",
            ),
            "pt-br": (
                "Onde está o número do quadro?",
                "<p>Olá {{ customer.first_name|}},</p><p>pode enviar o número do quadro? Fica embaixo do movimento "
                "central, oito dígitos. Uma foto basta.</p>",
            ),
            "es": (
                "¿Dónde está el número de cuadro?",
                "<p>Hola {{ customer.first_name|}}:</p><p>¿Puedes enviarnos el número de cuadro? Está debajo del eje "
                "de pedalier, ocho cifras. Una foto vale.</p>",
            ),
        },
    ),
}


def make_ready() -> None:
    """Make all of it."""
    make_types_and_fields()
    make_replies()
    make_macros()
    workshop = Team.objects.get(name="Workshop")
    TicketTemplate.objects.create(
        name="Somebody calls about a repair",
        scope=Scope.EVERYONE,
        channel="phone",
        first="customer",
        subject="Repair: {{ customer.name }}",
        body="<p>Model:</p><p>Frame number:</p><p>What is wrong:</p><p>Call back at:</p>",
        to_team=workshop,
    )


def make_types_and_fields() -> None:
    """Say what kinds of cases there are, and what is noted of them beside the words."""
    for number, name in enumerate(("Question", "Order", "Repair", "Complaint")):
        TicketType.objects.get_or_create(name=name, defaults={"sort_order": number})
    lights = "Front light\n  Farol One\n  Farol One, 2016\nRear light\n  Farol Tail\nAccessories\n  Battery\n  Clip"
    TicketField.objects.create(name="Product", key="product", kind="tree", options_text=lights, sort_order=2)
    for name, key, kind in (("Bought on", "bought_on", "date"), ("Under guarantee", "guarantee", "yes_no")):
        field = TicketField.objects.create(name=name, key=key, kind=kind, sort_order=3, is_staff_only=True)
        field.mailboxes.set(Mailbox.objects.filter(team__name="Workshop"))


def make_replies() -> None:
    """Make the saved replies; the frame number's waits for the customer and says so in a tag."""
    texts = ReplyFolder.objects.create(name="Customer service")
    folders = {name: ReplyFolder.objects.create(name=name, parent=texts) for name in ("Orders", "Workshop")}
    for key, (folder, keywords, variants) in REPLIES.items():
        translations = uuid4()
        for code, (name, body) in variants.items():
            reply = SavedReply.objects.create(
                name=name,
                body=body,
                keywords=keywords,
                folder=folders[folder],
                scope=Scope.EVERYONE,
                owner=user("manager"),
                locale=Locale.objects.get_or_create(language_code=code)[0],
                translation_key=translations,
                status=default_status(Category.PENDING) if key == "frame number" else None,
            )
            if key == "frame number":
                tag, _new = TicketTag.objects.get_or_create(name="frame number")
                TaggedSavedReply.objects.create(content_object=reply, tag=tag)
            elif code == "en":
                add_files(reply, [SimpleUploadedFile("return-form.txt", b"Order number:\nReason:\n", "text/plain")])
    SavedReply.objects.create(
        name="Back from holiday",
        body="<p>Sorry that this took a while: I was away, and am on it now.</p>",
        scope=Scope.ME,
        owner=user("bruno"),
        locale=Locale.get_default(),
    )


def make_macros() -> None:
    """Make the macros."""
    thanks = Macro.objects.create(
        name="Thank and resolve",
        description="The customer says thank you: one last word, and it is done.",
        scope=Scope.EVERYONE,
        owner=user("manager"),
    )
    parts = Macro.objects.create(
        name="Wait for parts", description="The workshop has ordered something.", scope=Scope.EVERYONE
    )
    rows = (
        (thanks, "reply", {"body": "<p>Thank you, {{ customer.first_name|}}! Have a good ride.</p>"}),
        (thanks, "status", {"status": default_status(Category.RESOLVED)}),
        (parts, "assign", {"assign": Assign.ME}),
        (parts, "status", {"status": Status.objects.get(name="Waiting for parts")}),
        (parts, "add_tags", {"value": "parts"}),
        (parts, "note", {"body": "<p>Parts are ordered.</p>"}),
    )
    for order, (macro, kind, columns) in enumerate(rows):
        MacroStep.objects.create(macro=macro, kind=kind, sort_order=order, **columns)

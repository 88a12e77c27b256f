"""Repairs and guarantee: what the workshop hears."""

from demo_desk.papers import photo
from demo_desk.story import Story, answer, assign, classify, note, reply, set_status, tag

WORKSHOP = (
    Story(
        ago=6,
        to="workshop",
        name="Lukas Aigner",
        address="lukas.aigner@bergrad.example",
        subject="Farol One blinks red and green",
        text=(
            "Servus,\n\nsince yesterday the button blinks red and green in turn and the light does not come on. "
            "Your help page says to write to you. Serial number 4-118-2207. I have put a photo with it.\n\nLukas"
        ),
        files=(photo("button.jpg", "#d8402f"),),
        steps=(
            assign(30, "carla"),
            classify(
                2,
                "carla",
                "Repair",
                due=5,
                product="Front light > Farol One",
                bought_on="2026-02-14",
                guarantee=True,
            ),
            tag(1, "carla", "battery", "guarantee"),
            note(5, "carla", "2207 is from the batch with the thin battery plugs. Send a new battery, no questions."),
        ),
    ),
    Story(
        ago=98,
        to="workshop",
        name="Maren Petersen",
        address="maren.petersen@kuestenrad.example",
        subject="Dichtung nach Batteriewechsel undicht?",
        headers=(("Content-Language", "de"),),
        text=(
            "Guten Tag,\n\nich habe die Batterie selbst gewechselt, wie in Ihrer Anleitung. Seitdem beschlägt die Linse "
            "von innen. Habe ich die Dichtung falsch eingelegt, oder brauche ich eine neue?\n\nViele Grüße\nMaren Petersen"
        ),
        steps=(
            assign(60, "carla"),
            reply(
                10,
                "carla",
                "Guten Tag Frau Petersen,\n\ndas passiert meist, wenn die graue Dichtung an der Ecke beim Schalter aus "
                "der Nut rutscht. Bitte öffnen Sie den Deckel noch einmal, lassen die Lampe einen Tag offen trocknen und "
                "drücken die Dichtung mit einem Zahnstocher rundum hinein.\n\nEine neue Dichtung lege ich Ihnen trotzdem "
                "in die Post. Sie kostet nichts.",
                then="pending",
            ),
            answer(1800, "Genau die Ecke war es! Jetzt ist alles klar, auch die Linse. Danke für die neue Dichtung."),
            set_status(200, "carla", "resolved"),
            tag(1, "carla", "repair"),
        ),
    ),
    Story(
        ago=150,
        to="workshop",
        name="Declan O'Rourke",
        address="declan@orourke.example",
        subject="Run over by a van",
        text=(
            "Well. My Farol Tail fell off outside Galway and a van went over it. It still shines, out of a shape I would "
            "call modern. Is there a price for a new shell, or do I frame it?\n\nDeclan"
        ),
        files=(photo("modern-art.jpg", "#ff6a4d"),),
        steps=(
            assign(130, "carla"),
            note(
                4, "carla", "Crash, so no guarantee. Shell is 11 EUR, and I would like to have this one for the shelf."
            ),
            reply(
                3,
                "carla",
                "Dear Declan,\n\na new shell is 11 EUR and takes one screw. If you send us the old one for our shelf of "
                "survivors, we call it even.",
                then="pending",
            ),
            answer(260, "It is in the post, with a note from the van driver. Even it is!"),
            reply(
                2900,
                "carla",
                "The survivor has arrived and has a place of honour. Your shell left this morning.",
                then="resolved",
            ),
            set_status(1500, "carla", "closed"),
        ),
    ),
    Story(
        ago=40,
        to="workshop",
        name="Beatriz Carvalho",
        address="beatriz@carvalho.example",
        subject="Clip do guiador partido",
        page="farol-one",
        text="Bom dia! O clip do meu Farol One partiu ao tirar. Posso comprar só o clip? Número de série 4-097-0031.",
        steps=(
            assign(45, "carla"),
            reply(
                8,
                "carla",
                "Bom dia Beatriz,\n\no clip não devia partir, por isso este vai por nossa conta. Temos de esperar pelo "
                "molde novo, que chega de Águeda na quinta-feira.",
                then="Waiting for parts",
            ),
            tag(1, "carla", "guarantee"),
        ),
    ),
    Story(
        ago=14,
        to="workshop",
        name="Nora Haddad",
        address="nora.haddad@lumiere.example",
        subject="Repair number, please",
        text="Hello, my Farol Tail gets no charge at all with any cable. May I send it in? I can do without it for a week.",
        html=(
            '<div style="font-family:Georgia,serif;color:#333"><p>Hello,</p><p>my <b>Farol Tail</b> gets <i>no charge at '
            "all</i> with any cable. May I send it in? I can do without it for a week.</p><ul><li>Serial: 5-014-8812</li>"
            '<li>Bought: April 2025</li></ul><p style="color:#888;font-size:12px">Nora Haddad · Lumière Studio</p></div>'
        ),
        steps=(
            assign(90, "carla"),
            reply(
                6,
                "carla",
                "Hello Nora,\n\nplease do. Your repair number is R-1187: write it on the parcel and leave the light "
                "closed. We look at it on the day it comes.",
                then="pending",
                delay=0,
            ),
            answer(
                240,
                "Thank you for your message. I am out of the office until Monday and will answer then.\n\nNora Haddad",
                headers=(("Auto-Submitted", "auto-replied"),),
            ),
        ),
    ),
    Story(
        ago=17,
        to="workshop",
        name="Samir Patel",
        address="samir.patel@ridehome.example",
        subject="Firmware of the brake sensor",
        text="Is the brake sensor's threshold adjustable? On cobbles my Tail brakes for me all the time, which the driver "
        "behind me finds confusing.",
        steps=(
            assign(50, "carla"),
            note(2, "carla", "Known with posts that lean more than ten degrees. Ask for the angle first."),
            reply(
                6,
                "carla",
                "Hi Samir,\n\nit is not adjustable, but it minds the angle: if the light leans back by more than ten "
                "degrees, cobbles look like braking to it. Could you send a picture of your seat post from the side?",
                then="pending",
            ),
            answer(
                500, "Here it is. Now that I look at it: that is more like twenty.", (photo("side.jpg", "#ff6a4d"),)
            ),
        ),
    ),
    Story(
        ago=220,
        to="workshop",
        name="Ingrid Solheim",
        address="ingrid@solheim.example",
        subject="Lens for a Farol One of 2016",
        text="Do you still have the lens for the first Farol One? Mine has seen nine winters and looks like it.",
        steps=(
            reply(
                200,
                "carla",
                "Dear Ingrid,\n\nwe have, for every light since 2014. The lens with its seal is 9 EUR; tell "
                "us your address and it is on its way.",
                then="pending",
            ),
            answer(90, "Storgata 12, 9008 Tromsø. Here it is dark enough to need it."),
            reply(60, "carla", "It left today, with a second seal for winter number eighteen.", then="resolved"),
            set_status(2000, "carla", "closed"),
        ),
    ),
)

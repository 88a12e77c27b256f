"""Shops that sell the lights."""

from demo_desk.papers import pdf, table
from demo_desk.story import Story, answer, assign, note, reply, set_status, tag

DEALERS = (
    Story(
        ago=22,
        to="dealers",
        name="Fietsenwinkel De Ketting",
        address="inkoop@deketting.example",
        subject="Order for the dark season",
        text=(
            "Dear Marta,\n\nthe days are short, so here is our order: 40 Farol One, 60 Farol Tail, 20 spare clips. "
            "The list is attached. Can all of it be here before Sinterklaas?\n\nGroeten,\nJoost"
        ),
        cc=("joost@deketting.example",),
        files=(table("order.csv", "article,pieces", "Farol One,40", "Farol Tail,60", "Clip,20"),),
        steps=(
            assign(30, "manager"),
            tag(1, "manager", "order"),
            note(20, "manager", "Asked the workshop: 32 One on the shelf, the rest on Tuesday."),
            reply(
                10,
                "manager",
                "Dear Joost,\n\n60 Tail, the clips and 32 One leave tomorrow. The other eight follow on Tuesday, so all of "
                "it is with you by the 2nd.\n\nThe confirmation is attached.",
                then="pending",
                files=(pdf("confirmation-D-311.pdf", "Farol", "Confirmation D-311", "40 One, 60 Tail, 20 clips"),),
            ),
            answer(300, "Perfect. Send the bill to the usual address, please."),
        ),
    ),
    Story(
        ago=46,
        to="dealers",
        name="Bicicletería Austral",
        address="ventas@austral.example",
        subject="¿Distribuidor en Argentina?",
        headers=(("Content-Language", "es"),),
        text="Hola. Somos tres tiendas en Buenos Aires y Córdoba y nos gustaría vender sus luces. ¿Trabajan con "
        "distribuidores en Argentina? ¿Cuál es el pedido mínimo?",
        steps=(assign(200, "manager"), note(5, "manager", "Ask accounting about customs before we promise anything.")),
    ),
    Story(
        ago=170,
        to="dealers",
        name="Radhaus Linz",
        address="einkauf@radhaus-linz.example",
        subject="Ständer für die Theke",
        headers=(("Content-Language", "de"),),
        text="Hallo, bekommen wir zu den Lampen auch den kleinen Ständer für die Theke, den wir auf der Messe gesehen haben?",
        steps=(
            reply(
                300,
                "manager",
                "Guten Tag,\n\nja, ab zwanzig Lampen legen wir ihn bei. Für Sie geht morgen einer auf die "
                "Reise, die Zahl haben Sie längst erreicht.",
                then="resolved",
            ),
            answer(120, "Wunderbar, vielen Dank!"),
            set_status(1000, "manager", "closed"),
        ),
    ),
)

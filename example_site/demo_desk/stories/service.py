"""Orders, parcels, invoices: what customer service hears."""

from demo_desk.papers import pdf, photo
from demo_desk.story import Story, answer, assign, classify, move, note, promote, reply, set_status, tag, urgent

SERVICE = (
    Story(
        ago=1.2,
        name="Olivia Brandt",
        address="olivia.brandt@nordlicht.example",
        subject="Parcel says delivered, but it is not here",
        text=(
            'Hello,\n\nyour tracking page says my Farol One was delivered on Friday at 10:42 and signed by "Brandt". '
            "I was at work, and so was everybody else in this house. The neighbours have nothing either.\n\n"
            "The order is F-20418. Could you find out where it went? I ride home in the dark every day now.\n\n"
            "Olivia Brandt"
        ),
    ),
    Story(
        ago=3.5,
        name="Ana Souza",
        address="ana.souza@mensageiro.example",
        subject="Bateria não passa de 80 %",
        page="farol-one",
        language="pt-br",
        text=(
            "Oi! Comprei um Farol One em março e desde a semana passada a carga para em 80 %. Já tentei dois cabos e "
            "dois carregadores. O botão fica âmbar. É coisa da bateria? Ainda está na garantia?\n\nObrigada,\nAna"
        ),
    ),
    Story(
        ago=5,
        name="Tom Whitfield",
        address="tom@whitfield.example",
        subject="Does the Tail fit a 27.2 carbon post?",
        page="farol-tail",
        text="Hi, quick one before I order: does the Farol Tail sit safely on a 27.2 mm carbon seat post, and does it "
        "need a torque wrench? My old light left a mark. Thanks, Tom",
        steps=(
            assign(20, "bruno"),
            tag(1, "bruno", "mounting"),
            reply(
                275,
                "bruno",
                "Hi Tom,\n\nyes, and no wrench: the strap is rubber and closes with a hook. It has never left a mark on "
                "carbon that we heard of.\n\nI send this in the morning, when you are awake.",
                then="pending",
                delay=10 * 3600,
            ),
        ),
    ),
    Story(
        ago=26,
        name="Giulia Ferri",
        address="giulia.ferri@velocita.example",
        subject="Invoice without my tax number",
        text=(
            "Good morning,\n\nthe invoice for order F-20397 does not carry our VAT number. Our accountant will not take "
            "it like this. The number is IT01234567890, the company Velocità di Ferri & C.\n\nKind regards\nGiulia Ferri"
        ),
        files=(pdf("invoice-F-20397.pdf", "Farol", "Invoice F-20397", "2 x Farol One   158.00 EUR"),),
        steps=(
            assign(35, "bruno"),
            tag(1, "bruno", "invoices"),
            reply(
                8,
                "bruno",
                "Dear Giulia,\n\nthank you for writing in time: we can correct invoices until the end of the month. "
                "The new one is attached, with your VAT number on it. Please throw the old one away.\n\n"
                "Best wishes from Porto",
                then="resolved",
                files=(pdf("invoice-F-20397-corrected.pdf", "Farol", "Invoice F-20397", "VAT IT01234567890"),),
            ),
            answer(190, "Perfect, that was quick. Thank you, Bruno!"),
            set_status(30, "bruno", "closed"),
        ),
    ),
    Story(
        ago=50,
        name="Javier Montes",
        address="javier.montes@correo.example",
        subject="Devolución del pedido F-20311",
        headers=(("Content-Language", "es"),),
        text=(
            "Buenos días:\n\nHe probado la luz dos semanas y es muy buena, pero demasiado grande para mi manillar. "
            "¿Cómo la devuelvo? ¿Me cobráis el envío?\n\nUn saludo,\nJavier Montes"
        ),
        steps=(
            assign(70, "bruno"),
            tag(1, "bruno", "returns"),
            reply(
                6,
                "bruno",
                "Hola, Javier:\n\nClaro que sí, tienes 30 días. En un momento te llega otro correo con la etiqueta; "
                "basta con pegarla en la caja y dejarla en correos. No pagas nada.\n\nEn cuanto llegue te devolvemos el "
                "dinero, normalmente en menos de cinco días.",
                then="pending",
            ),
            answer(1300, "Enviado esta mañana. El número de seguimiento es PQ4471902ES. Gracias."),
            reply(45, "bruno", "Gracias, Javier. Lo vemos de camino y te avisamos cuando llegue.", then="pending"),
        ),
    ),
    Story(
        ago=30,
        name="Hanne Vestergaard",
        address="hanne@vestergaard.example",
        subject="How do I reset the light?",
        text=(
            "Hi there. My Farol One answers no button any more, it just shines at full power until it is empty. "
            "Is there a way to reset it?\n\nHanne"
        ),
        steps=(
            assign(25, "bruno"),
            reply(
                12,
                "bruno",
                "Hi Hanne,\n\nyes, there is. Plug in the charger and hold the button for twelve seconds, until it blinks "
                "white twice. Let go, unplug it, and press once.\n\nThe light forgets its last mode and nothing else. "
                "Does that bring it back?",
                then="pending",
            ),
            answer(75, "Twelve seconds! I gave up after five. Works like new, thanks a lot."),
            set_status(20, "bruno", "resolved"),
            tag(1, "bruno", "signals"),
            promote(
                4,
                "bruno",
                section="using",
                question="How do I reset my light?",
                text="Plug in the charger and hold the button for twelve seconds, until it blinks white twice. Let go, "
                "unplug the light, and press once.\n\nThe light forgets its last mode and nothing else.",
                tags=("signals",),
            ),
        ),
    ),
    Story(
        ago=20,
        name="Piotr Zieliński",
        address="piotr.zielinski@rower.example",
        subject="Wrong colour in the box",
        page="farol-tail",
        text="I ordered a black Farol Tail (F-20402) and got a silver one. The silver one is pretty, but the bicycle is "
        "black. Can we swap?",
        files=(photo("what-i-got.jpg", "#e05040"),),
        steps=(
            assign(40, "bruno"),
            note(3, "bruno", "Third one this month from the same shelf. Lea, can you look at how C4 is labelled?"),
            note(55, "lea", "C4 and C5 have swapped labels since the stocktaking. I have turned them back."),
            reply(
                10,
                "bruno",
                "Dear Piotr,\n\nwe have found the shelf that does this, and I am sorry. A black one leaves today. Put the "
                "silver one in the same box; the label for the way back is inside.",
                then="pending",
            ),
        ),
    ),
    Story(
        ago=74,
        name="Sophie Laurent",
        address="sophie.laurent@bicyclette.example",
        subject="Délai de livraison en Suisse",
        headers=(("Content-Language", "fr"),),
        text="Bonjour,\n\ncombien de jours faut-il compter pour une livraison à Lausanne, et y a-t-il des frais de douane ?\n\n"
        "Cordialement,\nSophie Laurent",
        steps=(
            reply(
                48,
                "bruno",
                "Bonjour Sophie,\n\ncomptez trois à cinq jours ouvrables. Les droits de douane sont compris dans le prix "
                "affiché pour la Suisse : le facteur ne vous demandera rien.\n\nBonne route !",
                then="resolved",
            ),
            tag(1, "bruno", "delivery"),
            set_status(600, "bruno", "closed"),
        ),
    ),
    Story(
        ago=9,
        name="Marek Dvořák",
        address="marek@dvorak.example",
        subject="URGENT: charged twice for F-20431",
        text=(
            "My bank shows 79 EUR twice, five seconds apart. I pressed the button once. I need one of them back before "
            "the rent goes out on the first.\n\nMarek Dvořák"
        ),
        cc=("petra@dvorak.example",),
        steps=(
            urgent(10, "bruno"),
            classify(1, "bruno", "Complaint", due=10, order_number="F-20431", product="Front light > Farol One"),
            assign(1, "bruno"),
            tag(1, "bruno", "payment"),
            note(
                15,
                "bruno",
                "The payment provider shows one charge and one reservation. The second will fall away in "
                "three days by itself; I have asked them to release it today.",
            ),
            reply(
                5,
                "bruno",
                "Dear Marek,\n\nyou were charged once. The second line is a reservation that was never collected; it "
                "would vanish in three days, and I have asked the payment provider to release it today.\n\nI look again "
                "tonight and write to you either way.",
                then="pending",
            ),
            answer(200, "Thank you for the quick answer. It is still there at the moment. I will wait for tonight."),
        ),
    ),
    Story(
        ago=130,
        name="Emma Lindqvist",
        address="emma.lindqvist@cykel.example",
        subject="Gift wrapping?",
        page="farol-one",
        text="Do you do gift wrapping, and can you leave the price out of the parcel? It is for my mother's birthday on "
        "the 24th.",
        steps=(
            reply(
                95,
                "bruno",
                'Dear Emma,\n\nwith pleasure. Write "gift" into the note field of the order: we wrap it '
                "in map paper and leave every price out. Ordered by Thursday it is there on the 23rd.",
                then="resolved",
            ),
            answer(400, "<3 ordered!"),
            set_status(60, "bruno", "closed"),
        ),
    ),
    Story(
        ago=2.3,
        name="Dr. Wilhelmina Konstantinopoulou-Featherstonehaugh",
        address="wilhelmina.konstantinopoulou-featherstonehaugh@department-of-transport-studies.example",
        subject="Request for photometric data sheets of all current models for a comparative study of commuter bicycle lighting",
        text=(
            "Dear Sir or Madam,\n\nfor a comparative study of commuter bicycle lighting we should be grateful for the "
            "photometric data (candela at the usual forty measuring points) of the Farol One in all four modes.\n\n"
            "Our page: https://department-of-transport-studies.example/projects/2026/lighting/commuters/measurements/index.html\n\n"
            "Yours faithfully,\nW. Konstantinopoulou-Featherstonehaugh"
        ),
        steps=(
            note(30, "bruno", "Carla has the measurements, so this goes to the workshop."),
            move(2, "bruno", "workshop"),
        ),
    ),
    Story(
        ago=55,
        name="Ricardo Tavares",
        address="ricardo@tavares.example",
        subject="Mudança de morada da encomenda F-20377",
        headers=(("Content-Language", "pt"),),
        text="Olá, mudei de casa ontem e esqueci-me de avisar. Ainda dá para enviar a encomenda F-20377 para a Rua do "
        "Almada 210, Porto? Obrigado!",
        steps=(
            assign(15, "bruno"),
            reply(
                4,
                "bruno",
                "Olá Ricardo,\n\nchegou mesmo a tempo: a caixa estava em cima da mesa. Já segue para a Rua do Almada.",
                then="resolved",
            ),
        ),
    ),
    Story(
        ago=0.4,
        name="Kenji Watanabe",
        address="kenji.watanabe@jitensha.example",
        subject="日本への発送は可能ですか？ (Do you ship to Japan?)",
        text="こんにちは。Farol One を日本から注文することはできますか？\n\nHello, can I order the Farol One from Japan? "
        "If not, is there a dealer in Tokyo?\n\nKenji Watanabe",
    ),
    Story(
        ago=0.7,
        name="Olivia Brandt",
        address="olivia.brandt@nordlicht.example",
        subject="F-20418 again",
        page="farol-one",
        text='Me again, through your form this time: the tracking page now says "returned to sender". Does that mean it '
        "comes back to you?",
    ),
    Story(
        ago=7,
        name="Aoife Byrne",
        address="aoife@byrne.example",
        subject="Thank you",
        text="No question at all. I just rode home through the first sleet of the year and saw every single puddle. "
        "Please tell whoever drew that lens.\n\nAoife",
        steps=(
            note(40, "lea", "Printed and pinned to the workshop door."),
            tag(5, "bruno", "praise"),
            reply(
                3, "bruno", "Dear Aoife,\n\nthat was Carla. Your mail hangs on the workshop door now.", then="resolved"
            ),
        ),
    ),
)

"""One long conversation: forty messages about a light that went out only on Thursdays."""

from demo_desk.papers import photo, table
from demo_desk.story import Step, Story, answer, assign, note, reply, tag

#: Who speaks (c the customer, w the workshop, n a note by it), minutes after the one before, words.
_LINES = (
    (
        "w",
        55,
        "Dear Frieda,\n\nthat is a curious one. Which mode do you ride in, and how full is the battery when you set off?",
    ),
    ("c", 130, "The second one, always. And full: I charge it on Wednesday evening."),
    ("w", 40, "Thank you. Please hold the button for three seconds when it happens again and tell me the colour."),
    ("n", 5, "Serial 5-022-1310. Nothing known about this batch."),
    ("c", 2900, "Thursday again, seven minutes from home. Colour: none. It was simply off."),
    ("w", 60, "None at all means that the electronics had no power for a moment. Does it come back by itself?"),
    ("c", 35, "Yes, when I press the button. And only on Thursdays. My colleagues find this funnier than I do."),
    ("w", 80, "What is different on Thursdays? Another way, another bicycle, another bag?"),
    ("c", 200, "On Thursdays I take my cello to the orchestra. It stands in the trailer behind me."),
    ("n", 10, "A cello. Vibration from the trailer hitch?"),
    ("w", 15, "Does the trailer hang on the seat post or on the axle?"),
    ("c", 600, "On the axle. But the lamp is on the handlebar, where it always is."),
    ("w", 50, "Then let us look at the plug inside. Would you open the cover and send a photo? It is one screw, T8."),
    ("c", 900, "Here it is. I am a musician, I have small screwdrivers."),
    ("w", 45, "That looks right. Please press the white plug in firmly once more and ride on Thursday as always."),
    ("c", 6200, "Thursday: off. Same place, near the tram depot."),
    ("w", 70, "The same place every time?"),
    ("c", 25, "Now that you ask: yes. Always between the depot and the bridge."),
    ("n", 5, "Tram depot! Switching yard. Ask measurement lab about strong fields."),
    ("w", 12, "This is getting interesting. Do you pass there on other days too?"),
    ("c", 100, "No, on other days I go along the river. Only the trailer does not fit through the gate there."),
    (
        "w",
        35,
        "So it is not Thursday and not the cello but the depot. Could you go there on a Monday, without the trailer?",
    ),
    ("c", 5700, "Done, on Monday. It went out! In front of gate 4, twice."),
    (
        "n",
        30,
        "Our lab says: the reed switch of the transport lock can close in a strong magnetic field. Gate 4 opens by an inductive loop.",
    ),
    (
        "w",
        20,
        "Frieda, I think we have it. Inside your light there is a small magnetic switch that keeps it off in the parcel. The gate of the depot has a strong loop in the ground, and our switch takes it for the parcel's magnet.",
    ),
    ("c", 15, "So my light believes it is back in its box."),
    ("w", 8, "Every Thursday at twenty past seven, yes."),
    ("c", 12, "That is the best explanation I have ever had for anything. What do we do?"),
    ("w", 60, "We have taken that switch out of newer lights. I send you a new board; it goes in like a battery."),
    ("c", 20, "Wonderful. The address is still Hafenstraße 4, 20457 Hamburg."),
    ("n", 90, "Board sent. Please add gate loops to the test plan."),
    ("w", 5, "It is on its way. May I write about this on our help pages, without your name?"),
    ("c", 40, "Only if the cello stays in."),
    (
        "c",
        4300,
        "The board is in. I rode past gate 4 eleven times. The porter came out to ask whether I was all right.",
    ),
    ("w", 30, "And the light?"),
    ("c", 10, "Shone. Eleven times. The log of my experiment is attached, as a scientist would."),
    (
        "w",
        200,
        "Then the case of the Thursday light is closed. Thank you for your patience, and for the best fault report of the year.",
    ),
    ("c", 300, "One last thing: my stand partner has the same light and the same way home. May she have a board too?"),
    ("n", 4, "Put one in the next post."),
)


def _steps() -> tuple[Step, ...]:
    steps: list[Step] = []
    for number, (who, after, words) in enumerate(_LINES):
        if who == "c":
            files = {13: (photo("plug.jpg", "#33414f"),), 35: (table("gate-4.csv", "pass,light", "1,on", "11,on"),)}
            steps.append(answer(after, words, files.get(number, ())))
        elif who == "w":
            steps.append(reply(after, "carla", words, then="pending"))
        else:
            steps.append(note(after, "carla", words))
    return tuple(steps)


LONG_ONE = Story(
    ago=24 * 21,
    to="workshop",
    name="Frieda Hansen",
    address="frieda.hansen@orchester.example",
    subject="My light goes out on Thursdays",
    text=(
        "Dear workshop,\n\nI know how this sounds. My Farol One goes out on Thursdays, on the way to the orchestra. On "
        "every other day it is perfect. What could it be?\n\nFrieda Hansen"
    ),
    steps=(assign(25, "carla"), tag(1, "carla", "signals"), *_steps()),
)

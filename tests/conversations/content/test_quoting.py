"""Which lines of a plain text answer are new."""

import pytest

from wagtail_helpdesk.conversations.quoting import Reason, is_delimiter, reply_delimiter, split_reply

ANSWER = "Thank you, that works.\n\nAnn"

ATTRIBUTIONS = {
    "Gmail, English": "On Mon, Feb 1, 2030 at 6:32 PM Bob Doe <bob@example.com> wrote:",
    "Gmail, wrapped": "On Mon, Feb 1, 2030 at 6:32 PM Bob Doe With A Long Name <\nbob@example.com> wrote:",
    "Apple Mail": "On 1. Feb 2030, at 10:27, Bob Doe <bob@example.com> wrote:",
    "Outlook for Mac": 'On 2/1/30, 3:04 PM, "Bob Doe" <bob@example.com> wrote:',
    "Portuguese": "Em seg., 1 de fev. de 2030 às 18:32, Bob Doe <bob@example.com> escreveu:",
    "Spanish": "El lun, 1 feb 2030 a las 18:32, Bob Doe (<bob@example.com>) escribió:",
    "German": "Am Mo., 1. Feb. 2030 um 18:32 Uhr schrieb Bob Doe <bob@example.com>:",
    "French": "Le lun. 1 févr. 2030 à 18:32, Bob Doe <bob@example.com> a écrit :",
    "Italian": "Il giorno lun 1 feb 2030 alle ore 18:32 Bob Doe <bob@example.com> ha scritto:",
    "Dutch": "Op ma 1 feb 2030 om 18:32 schreef Bob Doe <bob@example.com>:",
    "Polish": "pon., 1 lut 2030 o 18:32 Bob Doe <bob@example.com> napisał(a):",
    "Russian": "пн, 1 февр. 2030 г. в 18:32, Bob Doe <bob@example.com>:",
    "Swedish": "Den mån 1 feb. 2030 kl 18:32 skrev Bob Doe <bob@example.com>:",
    "Danish": "Den man. 1. feb. 2030 kl. 18.32 skrev Bob Doe <bob@example.com>:",
    "Finnish": "ma 1. helmik. 2030 klo 18.32 Bob Doe (bob@example.com) kirjoitti:",
    "Turkish": "Bob Doe <bob@example.com>, 1 Şub 2030 Pzt, 18:32 tarihinde şunu yazdı:",
    "Hungarian": "Bob Doe <bob@example.com> ezt írta (időpont: 2030. febr. 1., H, 18:32):",
    "Japanese": "2030年2月1日(月) 18:32 Bob Doe <bob@example.com>:",
    "Chinese": "Bob Doe <bob@example.com> 于2030年2月1日周一 18:32写道：",
    "Vietnamese": "Vào 18:32 1 tháng 2, 2030, Bob Doe <bob@example.com> đã viết:",
    "Ukrainian": '1 лют. 2030 р. 18:32 "Bob Doe" <bob@example.com> пише:',
    "Mail.ru": "Mon, 1 Feb 2030 18:32:00 +0400 от Bob Doe <bob@example.com>:",
    "Zoho": "---- On Mon, 01 Feb 2030 18:32:00 +0100 bob@example.com wrote ----",
}

HEADERS = {
    "Outlook, English": "From: Bob <bob@example.com>\nSent: Monday, February 1, 2030 6:32 PM\nTo: Ann\nSubject: Re: x",
    "Outlook, wrapped": "From: Bob Doe \n<bob@example.com> \nSent: Monday, February 1, 2030\nTo: Ann\nSubject: x",
    "Outlook, bold": "*From:* Bob Doe\n*Sent:* Monday, February 1, 2030\n*To:* Ann\n*Subject:* x",
    "Outlook, German": "Von: Bob Doe\nGesendet: Montag, 1. Februar 2030 18:32\nAn: Ann\nBetreff: AW: x",
    "Outlook, French": "De : Bob Doe\nEnvoyé : lundi 1 février 2030 18:32\nÀ : Ann\nObjet : RE: x",
    "Outlook, Spanish": "De: Bob Doe\nEnviado el: lunes, 1 de febrero de 2030\nPara: Ann\nAsunto: RE: x",
    "Outlook, Portuguese": "De: Bob Doe\nEnviada em: 1 de fevereiro de 2030\nPara: Ann\nAssunto: RES: x",
    "Outlook, Italian": "Da: Bob Doe\nInviato: lunedì 1 febbraio 2030\nA: Ann\nOggetto: R: x",
    "Outlook, Dutch": "Van: Bob Doe\nVerzonden: maandag 1 februari 2030\nAan: Ann\nOnderwerp: RE: x",
    "Outlook, Polish": "Od: Bob Doe\nWysłano: poniedziałek, 1 lutego 2030\nDo: Ann\nTemat: RE: x",
    "Outlook, Russian": "От: Bob Doe\nОтправлено: 1 февраля 2030 г.\nКому: Ann\nТема: x",
    "Outlook, Swedish": "Från: Bob Doe\nSkickat: den 1 februari 2030\nTill: Ann\nÄmne: x",
    "Outlook, Japanese": "差出人: Bob Doe\n送信日時: 2030年2月1日\n宛先: Ann\n件名: x",
    "Outlook, Chinese": "发件人: Bob Doe\n发送时间: 2030年2月1日\n收件人: Ann\n主题: x",
    "Hotmail": "Date: Mon, 1 Feb 2030 18:32:00 +0100\nSubject: x\nFrom: bob@example.com\nTo: ann@example.com",
    "mobile Outlook": "________________________________\nFrom: Bob Doe\nSent: Monday\nTo: Ann\nSubject: x",
    "forwarded": "---------- Forwarded message ---------\nFrom: Bob Doe\nDate: Mon\nSubject: x\nTo: Ann",
    "divider": "-------- Original Message --------",
    "divider, bold": "*-------- Original Message --------*",
    "divider, German": "-----Ursprüngliche Nachricht-----",
    "divider, Danish": "-------- Oprindelig besked --------",
    "divider, QQ": "------------------ 原始邮件 ------------------",
    "Apple forward": "Begin forwarded message:",
    "our own": reply_delimiter("Bitte oberhalb dieser Zeile antworten"),
}


def assert_split(text, reply):
    split = split_reply(text, "")
    assert (split.reply_text, split.certain) == (reply, True)
    assert split.quoted_text in text
    assert "".join((split.reply_text + split.quoted_text).split()) == "".join(text.split())


def assert_whole(text, reason=None):
    split = split_reply(text, "")
    assert (split.reply_text, split.quoted_text) == (text, "")
    if reason:
        assert split.reason == reason


@pytest.mark.parametrize("announcement", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
@pytest.mark.parametrize("quote", ["> How are you?\n>\n> Bob", "How are you?\n\nBob"], ids=["marked", "unmarked"])
def test_attribution_begins_the_quote(announcement, quote):
    assert_split(f"{ANSWER}\n\n{announcement}\n\n{quote}\n", ANSWER)


@pytest.mark.parametrize("announcement", HEADERS.values(), ids=HEADERS)
def test_header_block_begins_the_quote(announcement):
    assert_split(f"{ANSWER}\n\n{announcement}\n\nHow are you?\n\nBob", ANSWER)


def test_attribution_without_address_needs_quote_marks():
    announcement = "On 04/19/2030 07:10 AM, Bob Doe wrote:"
    assert_split(f"{ANSWER}\n{announcement}\n> How are you?", ANSWER)
    assert_whole(f"{ANSWER}\n{announcement}\n\nHow are you?")


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote:\n\nplease call me",
        "Hello,\nOn 12.12.2029 I called you about order 5.\nSend the bill to <max@example.com>\nand note this:\n\nx",
        "I sent it on 12.12.2029 to <max@example.com> and he answered:\nno",
        "In my mail of 12.12.2029 max@example.com wrote:\nno",
        "Meet me at 10:00:\nthere",
        "We met on 01.02.2030:\n\n- one\n- two",
        "2024-01-15 14:30:25\n15.01.2024 14:30\nJan 15, 2024 at 14:30\n\nnot a quote",
        "From: the heart\nI mean it",
        "Subject: to change\nDate: unknown\nThat is all",
        "To: do\nFrom: scratch\nwith love",
        "the original message was lost",
        "Original message:",
        "-- first point\n-- second point",
        "Points\n----\n\n1. fast\n\n----\n\nThat was it.",
        "https://example.com/on-2030-02-01-someone-wrote:",
        "Sent from my desk, is much easier than my mobile phone.",
        "The phone was\nsent from my office in Berlin yesterday. Where is my phone?",
        "With regards to the phone:\nit works",
        "a > b\nb > c",
        "##-hashtag",
        "",
        "\n\n",
    ],
)
def test_words_that_only_look_like_a_quote_stay(text):
    assert_whole(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("> Do you want A?\n\nYes.\n\n> And B?\n\nNo.", Reason.TEXT_AFTER_QUOTE),
        ("> Do you want A?\nYes.", Reason.TEXT_AFTER_QUOTE),
        ("Hi,\nOn 1.2.2030 10:00 Bob <bob@example.com> wrote:\n> A?\n\nYes.\n\nAnn", Reason.TEXT_AFTER_QUOTE),
        (
            "On 1.2.2030 10:00 Bob <bob@example.com> wrote:\n> A?\n> B?\n\nYes.\n> C?\n\n-- \nAnn",
            Reason.TEXT_AFTER_QUOTE,
        ),
        ("> All of it quoted.\n> Nothing new.", Reason.NOTHING_LEFT),
        ("On 1.2.2030 10:00 Bob <bob@example.com> wrote:\n\n> A?", Reason.NOTHING_LEFT),
        (
            f"{reply_delimiter('Reply above')}\n\nBelow the line\n\n{reply_delimiter('Reply above')}",
            Reason.NOTHING_LEFT,
        ),
        ("---\n> A?", Reason.NOTHING_LEFT),
        (f"Hi\n-----Original Message-----\n{HEADERS['Outlook, German']}\n\n> A?\n\nYes.", Reason.TEXT_AFTER_QUOTE),
    ],
)
def test_doubt_shows_everything(text, reason):
    assert_whole(text, reason)
    assert not split_reply(text, "").certain


@pytest.mark.parametrize(
    "signature",
    [
        *("-- \nAnn\nTel. 12345", "--\nAnn", "Sent from my iPhone", "Sent from my Verizon Wireless BlackBerry"),
        *("Get Outlook for iOS<https://aka.ms/o0ukef>", "Von meinem iPhone gesendet", "Envoyé de mon iPhone"),
        *("Enviado desde mi iPhone", "Enviado do meu iPhone", "Inviato da iPhone", "Verstuurd vanaf mijn iPhone"),
        *(
            "Wysłane z iPhone'a",
            "Отправлено с iPhone",
            "Skickat från min iPhone",
            "Sendt fra min iPad",
            "发自我的iPhone",
        ),
        *("iPhoneから送信", "Sent with Proton Mail secure email.", "Gesendet mit der GMX Mail App", "___\n***\n---"),
    ],
)
def test_signature_is_split_off(signature):
    assert_split(f"{ANSWER}\n\n{signature}\n", ANSWER)
    assert_split(f"{ANSWER}\n\n{signature}\n\nOn 1.2.2030 10:00 Bob <bob@example.com> wrote:\n> A?\n", ANSWER)


def test_signature_below_the_quote_is_no_answer():
    assert_split(f"{ANSWER}\n\n> A?\n> B?\n\n-- \nAnn\nTel. 12345\n", ANSWER)


@pytest.mark.parametrize("text", ["-- \nAnn", "Sent from my iPhone", "--"])
def test_signature_alone_is_shown(text):
    assert_whole(text)


def test_much_text_below_two_dashes_is_no_signature():
    assert_whole(f"{ANSWER}\n--\n" + "and another thing\n" * 20)


def test_address_broken_in_a_quote_is_no_answer():
    assert_split(f"{ANSWER}\n\n> See (http://example.com/action\n_nonce=3dd518)\n> Bob", ANSWER)


def test_delimiter_is_found_in_any_language_and_wrapped():
    line = reply_delimiter("Please write\nabove this line")
    assert line == "##- Please write above this line -##"
    assert is_delimiter(line)
    assert is_delimiter(f"> > {line[:20]}")
    assert is_delimiter(f"*{reply_delimiter('この行の上に')}*")
    assert not is_delimiter(f"I saw {line}")
    assert not is_delimiter("##-")


def test_long_text_is_not_split():
    text = "words\n" * 60_000 + "> quote"
    assert_whole(text, Reason.TOO_LONG)

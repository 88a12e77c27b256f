# ruff: noqa: RUF001 - letters of other scripts are what this module is about
"""The words by which mail programs of many languages announce what they quote. All in case-folded form."""


def _phrases(joined: str) -> tuple[str, ...]:
    """Return the phrases of a string, parted by bars. Spaces count."""
    return tuple(joined.split("|"))


#: "On 1 May 2030 at 10:00, Jane <jane@example.com> *wrote*:"
WROTE = _phrases(
    "wrote|writes|schrieb|geschrieben|a écrit|escribió|va escriure|escreveu|ha scritto|schreef|geschreven|"
    "napisał|pisze|написал|написав|пишет|пише|skrev|kirjoitti|napsal|napísal|írta|a scris|yazdı|viết|έγραψε|写道|"
    "寫道|書きました|のメール|작성"
)

#: How such a line begins where it begins with neither a weekday nor a digit.
PREPOSITIONS = _phrases(
    "on |am |le |el |em |il |op |w dniu|dnia |den |dne |vào |no dia |pe |på |la |în |στις |at |um |в |---- on |在|於|于"
)

#: The first letters of weekdays, as far as all their forms share them.
WEEKDAYS = _phrases(
    "mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mié|mer|jeu|jue|ven|vie|sáb|sam|sab|dom|dim|gio|"
    "seg|ter|qua|qui|sex|ma|wo|vr|za|zo|pon|wt|śr|czw|pt|sob|nie|пн|вт|ср|чт|пт|сб|вс|понед|втор|сред|четв|пятн|"
    "субб|воскр|mån|tis|ons|tor|lör|lør|sön|søn"
)

#: "-------- Original message --------"
DIVIDERS = frozenset(
    _phrases(
        "alkuperäinen viesti|anfang der weitergeleiteten nachricht|begin doorgestuurd bericht|"
        "begin forwarded message|courriel original|doorgestuurd bericht|début du message transféré|forwarded by me|"
        "forwarded message|inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem encaminhada|"
        "mensagem encaminhada|mensagem original|mensagem reencaminhada|mensaje original|mensaje reenviado|"
        "mesaj original|message d'origine|message d’origine|message initial|message original|message transféré|"
        "messaggio inoltrato|messaggio originale|oorspronkelijk bericht|oorspronkelijke bericht|opprinnelig melding|"
        "oprindelig besked|oprindelig meddelelse|original|original appointment|original email|original message|"
        "original-nachricht|originalmeddelande|originalnachricht|orijinal mesaj|oryginalna wiadomość|pôvodná správa|"
        "původní zpráva|reply message|ursprungligt meddelande|ursprüngliche nachricht|vidarebefordrat meddelande|"
        "videresendt besked|videresendt melding|weitergeleitete nachricht|wiadomość oryginalna|wiadomość przekazana|"
        "исходное сообщение|начало переадресованного|оригинальное сообщение|пересланное сообщение|"
        "пересылаемое сообщение|"
        "元のメッセージ|原始消息|原始邮件|原始郵件|転送されたメッセージ|転送メッセージ|"
        "轉寄的郵件|转发的邮件|원본 메시지"
    )
)

_HEADERS = {
    "from": _phrases(
        "from|von|de|da|van|od|от|från|fra|frå|lähettäjä|expéditeur|remitente|odesílatel|差出人|发件人|寄件者|寄件人|"
        "от кого"
    ),
    "sent": _phrases(
        "sent|date|gesendet|datum|envoyé|enviado|enviada|inviato|verzonden|wysłano|отправлено|дата|data|skickat|"
        "sendt|dato|fecha|lähetetty|päivämäärä|odesláno|"
        "送信日時|日付|日時|送信|发送时间|发送日期|寄件日期|傳送日期|日期|时间|enviado el|"
        "enviado em|enviada em|date d'envoi|data wysłania"
    ),
    "to": _phrases("to|an|à|para|a|aan|do|кому|till|til|vastaanottaja|komu|destinataire|宛先|收件人"),
    "subject": _phrases(
        "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|тема|ämne|emne|aihe|předmět|sujet|件名|主题|主旨"
    ),
    "cc": _phrases("cc|kopie|copie|copia|kopia|копия|kopi|kopio|bcc|抄送|副本|reply to|reply-to"),
}

#: The names of header lines, and which header each is.
HEADERS: dict[str, str] = {name: kind for kind, names in _HEADERS.items() for name in names}

#: The beginnings of "Sent from my phone". What follows must be the name of a device or program.
SENT_FROM = _phrases(
    "sent from|sent via|sent with|get outlook for|sent using|von meinem|gesendet von|gesendet mit|"
    "diese nachricht wurde von meinem|envoyé de|envoyé depuis|envoyé à partir de|obtenez outlook pour|"
    "télécharger outlook pour|enviado desde|enviado a través|obtener outlook para|enviado do|enviado de|"
    "enviado a partir|enviado via|enviado pelo|obter o outlook para|inviato da|inviato dal|inviato con|"
    "scarica outlook per|ottieni outlook per|verzonden vanaf|verstuurd vanaf|verzonden met|outlook voor|"
    "download outlook voor|outlook für|holen sie sich outlook für|laden sie outlook für|wysłane z|wysłano z|"
    "pobierz outlook dla|отправлено с|отправлено из|skickat från|hämta outlook för|sendt fra|få outlook til|"
    "få outlook for|lähetetty|odesláno z|发自我的|发自|從我的|从我的|iphoneから送信|ipadから送信|私の"
)

#: Those devices and programs, in any language.
DEVICES = _phrases(
    "iphone|ipad|ipod|blackberry|android|galaxy|samsung|nokia|windows|huawei|xiaomi|redmi|oneplus|pixel|motorola|"
    "honor|oppo|mobile|mobiltelefon|handy|smartphone|téléphone|phone|telefon|móvil|celular|outlook|yahoo|aol|"
    "proton|gmx|web.de|mail|ios|mailbox|apple watch|sparrow|spark|thunderbird|tablet|htc|sony|lg |手机"
)

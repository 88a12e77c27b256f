"""What holds for every split, over generated answers of many languages and mail programs."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conversations.content.test_quoting import ATTRIBUTIONS, HEADERS
from tests.conversations.content.test_quoting_html import BELOW, QUOTES
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.quoting import split_reply

#: A word of the writer's own, which no program puts into a quote.
OWN = st.sampled_from(
    ["Yes", "please call", "я согласна", "谢谢", "danke schön", "não, obrigado", "1. first", "42"]
).map("own {}".format)
OWN_LINES = st.lists(st.one_of(OWN, st.just("")), min_size=1, max_size=5).map("\n".join)
QUOTED = st.lists(st.sampled_from(["> How?", "> > Older", ">", ">Bob"]), min_size=1, max_size=4).map("\n".join)
ANNOUNCED = st.sampled_from([*ATTRIBUTIONS.values(), *HEADERS.values()])
SIGNATURE = st.sampled_from(["", "-- \nAnn", "Sent from my iPhone", "___"])
NOISE = st.text(alphabet="On 2030-10:<>@ab.\n-_*#Frm>", max_size=40)


def squeezed(text):
    return "".join(text.split())


def assert_lossless(text, html):
    split = split_reply(text, html)
    assert squeezed(split.reply_text) + squeezed(split.quoted_text) == squeezed(text)
    assert html.startswith(split.reply_html_raw)
    if not split.certain:
        assert (split.reply_text, split.reply_html_raw) == (text, html)
    assert squeezed(split.reply_text) or not squeezed(text)
    return split


@settings(max_examples=400)
@given(OWN_LINES, SIGNATURE, ANNOUNCED, QUOTED)
def test_top_posted_answer(own, signature, announcement, quoted):
    split = assert_lossless(f"{own}\n\n{signature}\n\n{announcement}\n{quoted}\n", "")
    if squeezed(own):
        assert split.certain
        assert squeezed(split.reply_text) == squeezed(own)


@settings(max_examples=400)
@given(
    st.lists(st.one_of(OWN, QUOTED, st.just("")), max_size=8),
    st.one_of(st.just(""), st.sampled_from([*ATTRIBUTIONS.values()])),
    OWN,
)
def test_answers_between_and_below_quotes_stay_visible(pieces, announcement, last):
    text = "\n".join([announcement, *pieces, last])
    split = assert_lossless(text, "")
    if announcement == "" or any(piece.startswith(">") for piece in pieces[:1]):
        assert split.reply_text.count("own ") == text.count("own ")


@given(st.lists(st.one_of(NOISE, OWN, QUOTED, ANNOUNCED, SIGNATURE), max_size=8).map("\n".join))
def test_any_text_is_split_without_loss(text):
    assert_lossless(text, "")


@given(
    OWN, st.sampled_from([*QUOTES.values()]), st.one_of(st.just(""), OWN), st.text(alphabet="<>/ab\"'=!- ", max_size=20)
)
def test_any_html_is_split_without_loss(own, quote, below, noise):
    html = f"<p>{own}</p>{noise}{quote}<p>{below}</p>"
    split = assert_lossless("", html)
    assert own in html_to_text(split.reply_html_raw)


@given(OWN, st.sampled_from(BELOW), OWN)
def test_own_words_below_a_marked_quote_stay_visible(own, name, below):
    html = f"<p>{own}</p>{QUOTES[name]}<p>{below}</p>"
    assert split_reply("", html).reply_html_raw == html

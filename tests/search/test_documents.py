"""Words in attached documents are found; one that is broken, or made to take time and memory, harms nobody."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_helpdesk.conversations.actions.redact import RedactFile
from wagtail_helpdesk.conversations.file_types import sniff_type
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.search import document_queue, document_reader, documents
from wagtail_helpdesk.search.document_queue import read_documents_due
from wagtail_helpdesk.search.documents import DocumentUnreadable, text_of_document
from wagtail_helpdesk.search.indexing import index_due
from wagtail_helpdesk.search.models import FileText
from wagtail_helpdesk.testing import factories

PDF, WORD = "application/pdf", next(kind for kind, name in documents.KINDS.items() if name == "docx")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def archive(**parts):
    """A ZIP archive; the names' double underscores stand for slashes, single ones for dots."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", TYPES)
        for name, text in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), text)
    return content.getvalue()


def word(body):
    return archive(word__document_xml=f"<w:document {W}><w:body>{body}</w:body></w:document>")


def paragraph(*runs):
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def sheet():
    strings = "<sst><si><t>animal</t></si><si><r><t>wom</t></r><r><t>bat</t></r></si></sst>"
    row = '<worksheet><sheetData><row><c t="s"><v>1</v></c><c><is><t>inline</t></is></c></row></sheetData></worksheet>'
    return archive(xl__sharedStrings_xml=strings, xl__worksheets__sheet1_xml=row)


def slides():
    slide = '<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>the wombat</a:t></a:r></a:p></p:sld>'
    return archive(ppt__slides__slide1_xml=slide, ppt__presentation_xml="<p/>")


def open_document():
    text = '<office xmlns:t="t"><t:p>the <t:span>wom</t:span>bat<t:s/>is</t:p><t:p>blue</t:p></office>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr("content.xml", text)
    return content.getvalue()


def pdf(*lines):
    """A PDF of one page."""
    words = " ".join(f"({line}) Tj T*" for line in lines)
    stream = zlib.compress(f"BT /F1 12 Tf 14 TL 72 720 Td {words} ET".encode())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


DOCUMENTS = [
    ("letter.docx", word(paragraph("the wom", "bat") + paragraph("is blue"))),
    ("table.xlsx", sheet()),
    ("talk.pptx", slides()),
    ("letter.odt", open_document()),
    ("letter.pdf", pdf("the wombat", "is blue")),
]


class TestReading:
    @pytest.mark.parametrize(("name", "content"), DOCUMENTS)
    def test_text(self, name, content):
        assert "wombat" in text_of_document(content, sniff_type(content, name))

    def test_paragraphs_stand_on_lines_of_their_own(self):
        content = word(paragraph("one", " and") + paragraph("two") + "<w:p><w:r><w:tab/><w:t>three</w:t></w:r></w:p>")
        assert text_of_document(content, WORD).splitlines() == ["one and", "two", " three"]

    def test_what_stands_above_and_below_comes_last(self):
        body, note = (f"<w:x {W}>{paragraph(text)}</w:x>" for text in ("body", "note"))
        content = archive(word__footnotes_xml=note, word__document_xml=body)
        assert text_of_document(content, WORD).split() == ["body", "note"]

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"%PDF-1.7 and nothing else", PDF),
            (b"", PDF),
            (b"PK\x03\x04 broken", WORD),
            (word("<w:p>"), WORD),
        ],
    )
    def test_broken(self, content, kind):
        with pytest.raises(DocumentUnreadable):
            text_of_document(content, kind)

    def test_one_part_that_is_broken_takes_no_other_with_it(self):
        whole = f"<w:p {W}><w:t>the wombat</w:t></w:p>"
        content = archive(word__document_xml=whole, word__comments_xml="<w:p>", word__header1_xml="<")
        assert text_of_document(content, WORD).strip() == "the wombat"

    def test_entities_are_not_followed(self):
        bomb = '<!DOCTYPE x [<!ENTITY a "wombat"><!ENTITY b "&a;&a;&a;">]>' + f"<w:p {W}><w:t>&b;</w:t></w:p>"
        assert text_of_document(archive(word__document_xml=bomb), WORD) == ""

    def test_a_part_that_is_too_large_is_left_out(self):
        large = " " * (document_reader.MAX_PART + 1)
        content = archive(word__document_xml=large, word__header1_xml=f"<w:p {W}><w:t>top</w:t></w:p>")
        assert len(content) < 100_000
        assert text_of_document(content, WORD).strip() == "top"

    def test_deep_below(self):
        depth = 3_000
        assert "wombat" in text_of_document(word("<w:p>" * depth + "<w:t>wombat</w:t>" + "</w:p>" * depth), WORD)

    def test_no_more_than_is_wanted(self):
        assert len(text_of_document(word(paragraph("wombat " * 10_000)), WORD)) == document_reader.MAX_TEXT

    @pytest.mark.fault
    @pytest.mark.parametrize(
        "program", ["while True: pass", "from threading import Event; Event().wait()", "x = ' ' * 10**12"]
    )
    def test_one_that_takes_too_much_is_given_up(self, monkeypatch, tmp_path, program):
        reader = tmp_path / "reader.py"
        reader.write_text(program)
        monkeypatch.setattr(documents, "_READER", reader)
        monkeypatch.setattr(documents, "PATIENCE", 0.5)
        with pytest.raises(DocumentUnreadable):
            text_of_document(b"", PDF)

    @pytest.mark.fault
    def test_the_reader_gives_itself_bounds(self, monkeypatch, tmp_path):
        source = documents._READER.read_text().rpartition("if __name__")[0]
        reader = tmp_path / "reader.py"
        reader.write_text(f"{source}\nlimit()\nprint(len(bytearray(2 * MEMORY)))\n")
        monkeypatch.setattr(documents, "_READER", reader)
        with pytest.raises(DocumentUnreadable):
            text_of_document(b"", PDF)

    @given(st.binary(max_size=300), st.sampled_from(["docx", "xlsx", "pptx", "odf"]))
    @settings(max_examples=50)
    def test_whatever_stands_in_a_part_is_words_or_an_error(self, content, kind):
        element = document_reader.ElementTree.Element("p")
        element.text = content.decode("latin-1")
        assert "".join(document_reader.words_below(element, "")) == element.text + "\n"


class TestFinding:
    @pytest.mark.parametrize(("name", "content"), DOCUMENTS)
    def test_found(self, desk, ticket, found, name, content):
        message = factories.add_customer_message(ticket, "See the file.", files=[NewFile(name, content)])
        index_due()
        # The message itself is found before its documents are read.
        assert FileText.objects.get(attachment__message=message).due
        assert found("wombat") == [ticket.pk]
        assert found("wombat", user=desk.other_agent) == []
        assert FileText.objects.get().due is None

    def test_read_once_by_one(self, desk, ticket, monkeypatch):
        factories.add_customer_message(ticket, "See the file.", files=[NewFile(*DOCUMENTS[0])])
        index_due()
        asked = []

        def reads(file):
            # Another worker comes by meanwhile.
            asked.append((file.pk, read_documents_due()))
            return "wombat"

        monkeypatch.setattr(document_queue, "text_of_file", reads)
        assert read_documents_due() == 1
        assert asked == [(Attachment.objects.get().pk, 0)]

    def test_the_worker_has_more_to_do(self, desk, ticket, monkeypatch):
        for _number in range(3):
            factories.add_customer_message(ticket, "See the file.", files=[NewFile(*DOCUMENTS[0])])
        index_due()
        times = iter([0.0, 1.0, document_queue.ROUND])
        monkeypatch.setattr(document_queue, "time", SimpleNamespace(monotonic=lambda: next(times)))
        assert read_documents_due() == 1
        assert FileText.objects.filter(due__lte=timezone.now()).count() == 2

    def test_one_that_a_worker_left_is_read_later(self, desk, ticket, found, monkeypatch):
        factories.add_customer_message(ticket, "See the file.", files=[NewFile(*DOCUMENTS[0])])
        index_due()
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(document_queue, "text_of_file", _killed)
            read_documents_due()
        assert found("wombat") == []
        with time_machine.travel(timezone.now() + document_queue.LEASE + timedelta(seconds=1)):
            assert found("wombat") == [ticket.pk]

    def test_one_that_cannot_be_read(self, desk, ticket, found, caplog):
        content = word("<w:p>")
        factories.add_customer_message(ticket, "See the file.", files=[NewFile("secret-name.docx", content)])
        assert found("see the file") == [ticket.pk]
        assert (FileText.objects.get().text, FileText.objects.get().due) == ("", None)
        assert "file_text_failed" in caplog.text
        assert "secret-name" not in caplog.text

    def test_taken_out_for_good_before_it_was_read(self, desk, ticket, found):
        factories.add_customer_message(ticket, "See the file.", files=[NewFile(*DOCUMENTS[0])])
        index_due()
        RedactFile(attachment=Attachment.objects.get(), actor=Actor.of_user(desk.manager))()
        assert found("wombat") == []
        assert not FileText.objects.exists()

    def test_pdf_without_its_library_is_not_listed(self, desk, ticket, found, monkeypatch):
        monkeypatch.setattr(documents, "find_spec", lambda name: None)
        factories.add_customer_message(ticket, "See the file.", files=[NewFile(*DOCUMENTS[-1])])
        assert found("wombat") == []
        assert not FileText.objects.exists()


def _killed(file):
    raise KeyboardInterrupt

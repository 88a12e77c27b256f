"""The files that customers and agents attach, made by code."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from demo_desk.letters import File


def photo(name: str, light: str) -> File:
    """Return a picture of a lamp on a table, its button shining in the colour ``light``."""
    image = Image.new("RGB", (900, 600), "#cbb394")
    draw = ImageDraw.Draw(image)
    for line in range(0, 600, 40):
        draw.line([(0, line), (900, line + 16)], fill="#bfa684", width=3)
    draw.rounded_rectangle([180, 200, 680, 420], 60, fill="#39444f")
    draw.polygon([(660, 210), (740, 180), (740, 440), (660, 410)], fill="#222a31")
    draw.ellipse([330, 270, 430, 370], fill="#161b20")
    draw.ellipse([350, 290, 410, 350], fill=light)
    output = BytesIO()
    image.save(output, "JPEG", quality=80)
    return File(name, output.getvalue(), "image/jpeg")


def pdf(name: str, *lines: str) -> File:
    """Return a PDF of one page with a few lines of text (ASCII)."""
    shown = " ".join(f"({line}) Tj 0 -24 Td" for line in lines)
    stream = f"BT /F1 14 Tf 72 760 Td {shown} ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    output, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(output))
        output += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(output)
    output += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    output += b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return File(name, bytes(output), "application/pdf")


def table(name: str, *rows: str) -> File:
    """Return a CSV file."""
    return File(name, "\r\n".join(rows).encode(), "text/csv")

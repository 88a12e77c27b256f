"""Draws the one picture that the help centre shows, so that no binary file is kept."""

from io import BytesIO

from PIL import Image, ImageDraw

SIZE = (1200, 675)


def mounting_heights() -> bytes:
    """Return a PNG: a bicycle from the side, with the two places where lights belong."""
    image = Image.new("RGB", SIZE, "#16202c")
    draw = ImageDraw.Draw(image)
    draw.polygon([(822, 262), (1200, 330), (1200, 560), (822, 282)], fill="#4a4433")
    draw.rectangle([0, 560, 1200, 675], fill="#0e151d")
    for centre in (330, 800):
        draw.ellipse([centre - 130, 300, centre + 130, 560], outline="#dfe6ec", width=12)
        draw.ellipse([centre - 12, 418, centre + 12, 442], fill="#dfe6ec")
    frame = [(330, 430), (450, 250), (740, 250), (540, 430), (330, 430)]
    draw.line(frame, fill="#dfe6ec", width=14, joint="curve")
    draw.line([(450, 250), (540, 430)], fill="#dfe6ec", width=14)
    draw.line([(800, 430), (740, 250), (722, 190), (790, 190)], fill="#dfe6ec", width=14, joint="curve")
    draw.line([(450, 250), (430, 185)], fill="#dfe6ec", width=14)
    draw.line([(385, 185), (480, 185)], fill="#dfe6ec", width=18)
    draw.ellipse([790, 246, 842, 298], fill="#ffdf9e")
    draw.ellipse([408, 214, 446, 252], fill="#ff5a48")
    output = BytesIO()
    image.save(output, "PNG")
    return output.getvalue()

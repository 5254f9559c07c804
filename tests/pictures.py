"""QR pictures as another library sees them."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import zxingcpp
from numpy.typing import NDArray

SVG = "{http://www.w3.org/2000/svg}"


def painted(svg: str, scale: int = 4) -> NDArray[np.uint8]:
    """The picture as pixels, by an own reading of the few commands that the path uses."""
    root = ET.fromstring(svg)  # noqa: S314 - drawn by us
    side = int(root.attrib["viewBox"].split()[2])
    ground, strokes = root.iter(f"{SVG}path")
    assert ground.attrib == {"fill": "#fff", "d": f"M0 0h{side}v{side}H0z"}
    assert strokes.attrib["stroke"] == "#000"
    picture = np.full((side, side), 255, np.uint8)
    x = y = 0
    for command, numbers in re.findall(r"([Mmh])([\d. ]+)", strokes.attrib["d"]):
        values = [float(number) for number in numbers.split()]
        if command == "M":
            x, y = int(values[0]), int(values[1] - 0.5)
        elif command == "m":
            x += int(values[0])
        else:
            picture[y, x : x + int(values[0])] = 0
            x += int(values[0])
    return picture.repeat(scale, axis=0).repeat(scale, axis=1)


def decoded(picture: NDArray[np.uint8]) -> zxingcpp.Barcode:
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    return found[0]

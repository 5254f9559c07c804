"""QR pictures, read back by another library from a picture painted here."""

import time
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from booking.checkin.drawing import MOST_DIGITS, qr_svg
from tests.pictures import decoded, painted

PASS = "0001" * 56 + "98765432109"
MODULES = 49


class TestQrSvg:
    @settings(max_examples=60, deadline=None)
    @given(st.text("0123456789", min_size=1, max_size=MOST_DIGITS))
    def test_another_library_reads_it(self, digits: str) -> None:
        assert decoded(painted(qr_svg(digits, "入场码"))).text == digits

    def test_version_and_level_are_fixed(self) -> None:
        for digits in ("7", PASS, "9" * MOST_DIGITS):
            barcode = decoded(painted(qr_svg(digits, "入场码")))
            assert barcode.format == zxingcpp.BarcodeFormat.QRCode
            assert barcode.ec_level == "M"
            assert painted(qr_svg(digits, "入场码"), scale=1).shape == (MODULES, MODULES)

    def test_a_white_margin_of_four_modules(self) -> None:
        picture = painted(qr_svg(PASS, "入场码"), scale=1)
        inner = picture[4:-4, 4:-4]
        assert (picture == 0).sum() == (inner == 0).sum()
        assert not inner[0, :7].any()

    def test_blurred_and_turned_as_before_a_camera(self) -> None:
        picture = Image.fromarray(painted(qr_svg(PASS, "入场码"), scale=6))
        turned = picture.rotate(17, expand=True, fillcolor=200).filter(ImageFilter.GaussianBlur(2))
        assert decoded(np.asarray(turned)).text == PASS

    def test_the_label_is_for_screen_readers_and_cannot_break_out(self) -> None:
        root = ET.fromstring(qr_svg(PASS, '3 号场 "<&'))  # noqa: S314 - drawn by us
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"] == '3 号场 "<&'

    def test_no_style_that_the_content_policy_would_refuse(self) -> None:
        svg = qr_svg(PASS, "入场码")
        assert "style" not in svg
        assert len(svg) < 3_600

    @pytest.mark.parametrize("digits", ["", "1" * (MOST_DIGITS + 1), "12a4", "\uff11", "-1", " 1"])
    def test_anything_but_digits_is_refused(self, digits: str) -> None:
        with pytest.raises(ValueError, match="1 to 255 digits"):
            qr_svg(digits, "入场码")

    def test_it_is_drawn_within_three_milliseconds(self) -> None:
        qr_svg(PASS, "入场码")
        taken = []
        for _ in range(20):
            started = time.perf_counter()
            qr_svg(PASS, "入场码")
            taken.append(time.perf_counter() - started)
        assert min(taken) < 0.003

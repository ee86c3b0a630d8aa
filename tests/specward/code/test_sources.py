"""What is read of a source file: the text that Python reads, too, or the reason why it is none."""

import pytest

from specward.code.sources import read_source
from specward.rules.examples import HEADER


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# -*- coding: raw_unicode_escape -*-\n# a remark\\u000aimport os\n", "raw_unicode_escape"),
        ("#!/usr/bin/env python\n# vim: set fileencoding=utf-7 :\n# +AAo-import os\n", "utf-7"),
        ("# coding: latin-1\nNAME = 'Zoë'\n", "iso-8859-1"),
        ("\r# coding: raw_unicode_escape\n# a remark\\u000aimport os\n", "raw_unicode_escape"),
        ("# coding: of-our-own\nX = 1\n", "of-our-own"),
        ("# coding: rot13\nX = 1\n", "rot13"),
        ("\ufeff# coding: latin-1\nX = 1\n", "declare an encoding"),
    ],
)
def test_what_python_reads_in_another_way_is_told(text: str, why: str) -> None:
    assert why in read_source("a.py", text).trouble
    assert not read_source("a.sql", text).trouble


@pytest.mark.parametrize(
    "text",
    [
        f"# -*- coding: utf-8 -*-\n{HEADER}",
        f"\ufeff# coding: utf-8\r\n{HEADER}",
        "# coding: latin-1\nNAME = 'Zoe'\n",
        "# encoding=ascii\nX = 1\n",
        "X = 1  # coding: rot13\n# coding: rot13\n",
        "\n\n# coding: utf-7\n",
        "PLAIN = open('a', encoding='latin-1')\n",
    ],
)
def test_what_is_the_same_text_to_python_is_read(text: str) -> None:
    assert not read_source("a.py", text).trouble

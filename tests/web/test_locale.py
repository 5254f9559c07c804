from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from booking.web.design import design_context
from booking.web.locale import LOCALES, PACKAGE, Key, Translator, localized, negotiate
from booking.web.locale.sentences import broken_places, contradictions, missing, sentences, stubs, unused

ENGLISH = Translator(
    {
        Key("场地"): ("Court",),
        Key("我的", "tab"): ("Account",),
        Key("还剩 %(n)s 片"): ("%(n)s left",),
        Key("%(num)s 人"): ("%(num)s person", "%(num)s people"),
    }
)


class TestTranslator:
    def test_answers_in_the_language_asked_for(self) -> None:
        assert ENGLISH.gettext("场地", "en") == "Court"
        assert ENGLISH.gettext("场地", "zh-CN") == "场地"

    def test_stays_chinese_where_no_english_is_known(self) -> None:
        assert ENGLISH.gettext("没有译文", "en") == "没有译文"

    def test_tells_two_meanings_of_a_word_apart(self) -> None:
        assert ENGLISH.gettext("我的", "en", "tab") == "Account"
        assert ENGLISH.gettext("我的", "en") == "我的"

    @pytest.mark.parametrize(("number", "said"), [(0, "%(num)s people"), (1, "%(num)s person"), (2, "%(num)s people")])
    def test_counts_as_english_does(self, number: int, said: str) -> None:
        assert ENGLISH.ngettext("%(num)s 人", "%(num)s 人", number, "en") == said


class TestNegotiation:
    @pytest.mark.parametrize(
        ("cookie", "header", "locale"),
        [
            (None, None, "zh-CN"),
            (None, "", "zh-CN"),
            (None, "en-GB,en;q=0.9", "en"),
            (None, "fr-FR,fr;q=0.9,en;q=0.8,zh;q=0.7", "en"),
            (None, "en;q=0.5,zh-TW;q=0.9", "zh-CN"),
            (None, "en;q=0", "zh-CN"),
            (None, "english", "zh-CN"),
            (None, ",;;q=,en;q=nonsense", "zh-CN"),
            ("en", "zh-CN", "en"),
            ("zh-CN", "en", "zh-CN"),
            ("fr", "en", "en"),
        ],
    )
    def test_prefers_the_readers_choice(self, cookie: str | None, header: str | None, locale: str) -> None:
        assert negotiate(cookie, header) == locale


class TestEnvironments:
    def test_each_speaks_its_own_language_through_macros_imported_without_context(self) -> None:
        pages = {
            "parts.html": "{% macro court() %}{{ _('场地') }}{% endmacro %}",
            "page.html": "{% from 'parts.html' import court %}{{ court() }}, {{ _('还剩 %(n)s 片', n=2) }}",
        }
        made = localized(Environment(loader=DictLoader(pages), autoescape=True), ENGLISH)
        assert {locale: made[locale].get_template("page.html").render() for locale in LOCALES} == {
            "zh-CN": "场地, 还剩 2 片",
            "en": "Court, 2 left",
        }

    def test_what_fills_a_sentence_is_escaped(self) -> None:
        made = localized(Environment(autoescape=True), ENGLISH)["en"]
        assert made.from_string("{{ _('还剩 %(n)s 片', n='<b>') }}").render() == "&lt;b&gt; left"


class TestEverySentence:
    def test_has_its_english(self) -> None:
        gaps = missing(Translator.load())
        assert not gaps, "\n\n".join(
            f"booking/{feature}/locale/en.po lacks:\n{stubs(owed)}" for feature, owed in gaps.items()
        )

    def test_keeps_its_named_places(self) -> None:
        assert broken_places() == []

    def test_is_translated_once(self) -> None:
        assert contradictions() == []

    def test_is_still_said(self) -> None:
        assert unused() == {}


class TestFinding:
    @pytest.fixture
    def package(self, tmp_path: Path) -> Path:
        (tmp_path / "halls" / "templates" / "halls").mkdir(parents=True)
        (tmp_path / "halls" / "locale").mkdir()
        (tmp_path / "halls" / "templates" / "halls" / "day.html").write_text(
            "{{ _('今天') }}{{ ngettext('%(num)s 片', '%(num)s 片', 2) }}{{ pgettext('tab', '我的') }}", "utf-8"
        )
        (tmp_path / "halls" / "errors.py").write_text(
            'class HallClosed(Exception):\n    code = "hall_closed"\n    text = "{hall} 今天不开。"\n', "utf-8"
        )
        (tmp_path / "halls" / "rules.py").write_text('WORDS = {"a": N_("上午")}\nname = "下午"\n', "utf-8")
        return tmp_path

    def test_reads_templates_marks_and_refusals(self, package: Path) -> None:
        found = {(sentence.key.text, sentence.key.context, sentence.file) for sentence in sentences(package)}
        assert found == {
            ("今天", None, "halls/templates/halls/day.html"),
            ("%(num)s 片", None, "halls/templates/halls/day.html"),
            ("我的", "tab", "halls/templates/halls/day.html"),
            ("{hall} 今天不开。", None, "halls/errors.py"),
            ("上午", None, "halls/rules.py"),
        }

    def test_reports_what_is_missing_lost_or_no_longer_said(self, package: Path) -> None:
        (package / "halls" / "locale" / "en.po").write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
            'msgid "今天"\nmsgstr "today"\n\n'
            'msgid "{hall} 今天不开。"\nmsgstr "closed today"\n\n'
            'msgid "昨天"\nmsgstr "yesterday"\n',
            "utf-8",
        )
        owed = missing(Translator.load(package), package)["halls"]
        assert {sentence.key.text for sentence in owed} == {"%(num)s 片", "我的", "上午"}
        assert 'msgctxt "tab"' in stubs(owed)
        assert unused(package) == {"halls": ["昨天"]}
        assert broken_places(package) == ["halls: {hall} 今天不开。 → closed today"]


class TestDesignPage:
    """Every component is drawn with every name defined, in both languages."""

    @pytest.fixture
    def render(self) -> Callable[[str], str]:
        base = Environment(
            loader=FileSystemLoader(PACKAGE / "web" / "templates"),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        base.globals["static"] = lambda path: f"/static/{path}"
        environments = localized(base, Translator.load())

        def rendered(locale: str) -> str:
            context: dict[str, Any] = {
                "user": None,
                "locale": locale,
                "theme": "auto",
                "path": "/design",
                "flashes": [],
                "csrf_input": Markup('<input type="hidden" name="_csrf_token" value="">'),
            }
            return environments[locale].get_template("web/design.html").render(context | design_context())

        return rendered

    @pytest.mark.parametrize(("locale", "word"), [("zh-CN", "刚空出"), ("en", "Just freed")])
    def test_is_whole(self, render: Callable[[str], str], locale: str, word: str) -> None:
        html = render(locale)
        assert word in html
        assert f'<html lang="{locale}">' in html

    def test_leaves_no_chinese_in_english_but_names(self, render: Callable[[str], str]) -> None:
        left = [line for line in render("en").splitlines() if any("一" <= letter <= "鿿" for letter in line)]
        assert all("中文" in line or "张" in line or "欧阳" in line or "李" in line for line in left), left

    def test_has_nothing_inline_that_the_content_policy_refuses(self, render: Callable[[str], str]) -> None:
        html = render("zh-CN")
        assert " style=" not in html
        assert "<style" not in html
        assert " onclick=" not in html
        assert "<script>" not in html

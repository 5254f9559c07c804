"""Two languages from one source: Chinese sentences are the keys, English comes from `booking/*/locale/en.po`.

`python -m booking.web.locale` lists what has no English yet, feature by feature, as entries to paste into
the feature's `en.po`.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_python
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import babel_extract

from booking.web.formatting import filters_for

CHINESE, ENGLISH = "zh-CN", "en"
LOCALES = (CHINESE, ENGLISH)
PACKAGE = Path(__file__).parents[2]

_KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)[^{}]*\}")


def N_(text: str) -> str:
    """Marks a Chinese sentence where it is written; it is translated where it is shown."""
    return text


# --------------------------------------------------------------------------------------- speaking


@dataclass(frozen=True, slots=True)
class Key:
    """What a translation is found by; `context` tells apart two meanings of one Chinese word."""

    text: str
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Translator:
    """The English of every Chinese sentence; read once at start, then only looked up."""

    english: Mapping[Key, tuple[str, ...]]

    @classmethod
    def load(cls, package: Path = PACKAGE) -> "Translator":
        """Merges all features' catalogues; the shell's words win, then the alphabet decides."""
        english: dict[Key, tuple[str, ...]] = {}
        for catalog in _catalogues(package).values():
            for key, forms in _translations(catalog):
                english.setdefault(key, forms)
        return cls(english)

    def gettext(self, text: str, locale: str, context: str | None = None) -> str:
        """The sentence in the reader's language; Chinese where no English is known."""
        if locale != ENGLISH:
            return text
        return self.english.get(Key(text, context), (text,))[0]

    def ngettext(self, one: str, many: str, number: int, locale: str) -> str:
        """The form that fits the number."""
        forms = self.english.get(Key(one), (one, many)) if locale == ENGLISH else (one, many)
        return forms[0] if number == 1 else forms[-1]


def negotiate(cookie: str | None, accept_language: str | None) -> str:
    """The reader's choice, else the first of the browser's languages that we speak, else Chinese."""
    if cookie in LOCALES:
        return cookie
    for _, language in sorted(_accepted(accept_language or ""), key=lambda pair: -pair[0]):
        if language == "zh" or language.startswith("zh-"):
            return CHINESE
        if language == "en" or language.startswith("en-"):
            return ENGLISH
    return CHINESE


def _accepted(header: str) -> Iterator[tuple[float, str]]:
    for part in header[:500].lower().split(","):
        language, _, quality = part.partition(";")
        weight = quality.strip().removeprefix("q=") or "1"
        if re.fullmatch(r"[01](\.\d{0,3})?", weight) and float(weight) > 0:
            yield float(weight), language.strip()


def localized(environment: Environment, translator: Translator) -> dict[str, Environment]:
    """One environment a language, on the same loader: gettext and the filters are bound, not looked up.

    Macros may then be imported without context, which Jinja caches. The base environment needs the
    extension `jinja2.ext.i18n`.
    """
    return {locale: _in_language(environment, translator, locale) for locale in LOCALES}


def _in_language(environment: Environment, translator: Translator, locale: str) -> Environment:
    speaking = environment.overlay()
    speaking.globals = dict(environment.globals)
    speaking.filters = {**environment.filters, **filters_for(locale)}
    install: Callable[..., None] = speaking.install_gettext_callables  # type: ignore[attr-defined]
    install(
        lambda text: translator.gettext(text, locale),
        lambda one, many, number: translator.ngettext(one, many, number, locale),
        newstyle=True,
        pgettext=lambda context, text: translator.gettext(text, locale, context),
    )
    return speaking


# ------------------------------------------------------------------------------- keeping it complete


@dataclass(frozen=True, slots=True)
class Sentence:
    """A Chinese sentence as it stands in the source."""

    key: Key
    plural: str | None
    feature: str
    place: str


def sentences(package: Path = PACKAGE) -> list[Sentence]:
    """Every sentence that templates, `N_(…)` marks and the classes of refusals hold."""
    found: list[Sentence] = []
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.suffix == ".html" and "templates" in inside.parts:
            found += _extracted(babel_extract, path, inside)
        elif path.suffix == ".py" and "migrations" not in inside.parts:
            found += _extracted(extract_python, path, inside)
            found += _refusals(path, inside)
    return found


def missing(translator: Translator, package: Path = PACKAGE) -> dict[str, list[Sentence]]:
    """What has no English yet, by feature; a sentence of two features is asked of the first alone."""
    seen = set(translator.english)
    gaps: dict[str, list[Sentence]] = {}
    for sentence in sentences(package):
        if sentence.key not in seen:
            seen.add(sentence.key)
            gaps.setdefault(sentence.feature, []).append(sentence)
    return gaps


def contradictions(package: Path = PACKAGE) -> list[str]:
    """Sentences that two catalogues translate differently: only one of the two would ever be seen."""
    said: dict[Key, tuple[str, tuple[str, ...]]] = {}
    found = []
    for feature, catalog in _catalogues(package).items():
        for key, forms in _translations(catalog):
            first, earlier = said.setdefault(key, (feature, forms))
            if forms != earlier:
                found.append(f"{key.text!r}: {earlier[0]!r} in {first}, {forms[0]!r} in {feature}")
    return found


def broken_placeholders(package: Path = PACKAGE) -> list[str]:
    """Translations that lose or invent a named place such as `%(n)s` or `{court}`."""
    return [
        f"{feature}: {key.text!r} → {form!r}"
        for feature, catalog in _catalogues(package).items()
        for key, forms in _translations(catalog)
        for form in forms
        if _placeholders(form) - {"num"} != _placeholders(key.text) - {"num"}
    ]


def _placeholders(text: str) -> set[str]:
    return {percent or brace for percent, brace in _PLACEHOLDER.findall(text)}


def _extracted(method: Callable[..., Any], path: Path, inside: Path) -> Iterator[Sentence]:
    options = {"silent": "false", "newstyle_gettext": "true", "encoding": "utf-8"}
    for line, message, _, context in extract(method, BytesIO(path.read_bytes()), _KEYWORDS, (), options):
        text, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, None)
        if text:
            yield Sentence(Key(text, context), plural, _feature(inside), f"{inside}:{line}")


def _refusals(path: Path, inside: Path) -> Iterator[Sentence]:
    """`text = "…"` in the body of a class: how an error, which may not know this module, words itself."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for statement in node.body if isinstance(node, ast.ClassDef) else ():
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id="text")], value=ast.Constant(value=str(text)))
                    | ast.AnnAssign(target=ast.Name(id="text"), value=ast.Constant(value=str(text)))
                ):
                    yield Sentence(Key(text), None, _feature(inside), f"{inside}:{statement.lineno}")


def _feature(inside: Path) -> str:
    """The package that owes the English; single modules at the top are the shell's."""
    return inside.parts[0] if len(inside.parts) > 1 else "web"


def _catalogues(package: Path) -> dict[str, Catalog]:
    paths = sorted(package.glob("*/locale/en.po"), key=lambda path: (path.parts[-3] != "web", path))
    return {path.parts[-3]: _catalogue(path) for path in paths}


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=ENGLISH, abort_invalid=True)


def _translations(catalog: Catalog) -> Iterator[tuple[Key, tuple[str, ...]]]:
    for message in catalog:
        text = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        forms = tuple(form for form in strings if form)
        if text and forms:
            yield Key(text, message.context), forms


def stubs(gaps: list[Sentence]) -> str:
    """Entries of a `.po` file for sentences that have no English yet."""
    catalog = Catalog(locale=ENGLISH)
    for gap in gaps:
        file, _, line = gap.place.rpartition(":")
        message_id = (gap.key.text, gap.plural) if gap.plural else gap.key.text
        catalog.add(message_id, locations=[(file, int(line))], context=gap.key.context)
    written = BytesIO()
    write_po(written, catalog, width=110, omit_header=True)
    return written.getvalue().decode()


@click.command()
@click.argument("feature", required=False)
def main(feature: str | None) -> None:
    """Prints what has no English yet as po entries; of one FEATURE, or of all of them."""
    report = StringIO()
    gaps = missing(Translator.load())
    for owner, owed in sorted(gaps.items()):
        if feature in (None, owner):
            report.write(f"# booking/{owner}/locale/en.po: {len(owed)} missing\n\n{stubs(owed)}\n")
    click.echo(report.getvalue() or "Every sentence has its English.")
    for line in contradictions() + broken_placeholders():
        click.echo(f"# {line}", err=True)


if __name__ == "__main__":
    main()

"""Every sentence in the source, and which of them have no English, a wrong one, or two."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_python
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from booking.web.locale import ENGLISH, PACKAGE, Key, Translator, catalogues, translations

_KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A Chinese sentence as it stands in the source."""

    key: Key
    plural: str | None
    feature: str
    file: str
    line: int


def sentences(package: Path = PACKAGE) -> Iterator[Sentence]:
    """Every sentence of templates, `N_(…)` marks, and the classes of refusals."""
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.suffix == ".html" and "templates" in inside.parts:
            yield from _marked(babel_extract, path, inside)
        elif path.suffix == ".py" and "migrations" not in inside.parts:
            yield from _marked(extract_python, path, inside)
            yield from _refusals(path, inside)


def missing(translator: Translator, package: Path = PACKAGE) -> dict[str, list[Sentence]]:
    """What has no English yet, by feature; a sentence of two features is asked of the first alone."""
    seen = set(translator.english)
    gaps: dict[str, list[Sentence]] = {}
    for sentence in sentences(package):
        if sentence.key not in seen:
            seen.add(sentence.key)
            gaps.setdefault(sentence.feature, []).append(sentence)
    return gaps


def unused(package: Path = PACKAGE) -> dict[str, list[str]]:
    """Translations whose sentence is no longer said, by feature."""
    said = {sentence.key for sentence in sentences(package)}
    left: dict[str, list[str]] = {}
    for feature, catalog in catalogues(package).items():
        for key, _ in translations(catalog):
            if key not in said:
                left.setdefault(feature, []).append(key.text)
    return left


def contradictions(package: Path = PACKAGE) -> list[str]:
    """Sentences that two catalogues translate differently: only one of the two would ever be seen."""
    said: dict[Key, tuple[str, tuple[str, ...]]] = {}
    found = []
    for feature, catalog in catalogues(package).items():
        for key, forms in translations(catalog):
            first, earlier = said.setdefault(key, (feature, forms))
            if forms != earlier:
                found.append(f"{key.text}: “{earlier[0]}” in {first}, “{forms[0]}” in {feature}")
    return found


def broken_places(package: Path = PACKAGE) -> list[str]:
    """Translations that lose or invent a named place such as `%(n)s` or `{court}`."""
    return [
        f"{feature}: {key.text} → {form}"
        for feature, catalog in catalogues(package).items()
        for key, forms in translations(catalog)
        for form in forms
        if _places(form) - {"num"} != _places(key.text) - {"num"}
    ]


def stubs(gaps: list[Sentence]) -> str:
    """Entries for `en.po`, with their English left blank."""
    catalog = Catalog(locale=ENGLISH)
    for gap in gaps:
        message_id = (gap.key.text, gap.plural) if gap.plural else gap.key.text
        catalog.add(message_id, locations=[(gap.file, gap.line)], context=gap.key.context)
    written = BytesIO()
    write_po(written, catalog, width=110, omit_header=True)
    return written.getvalue().decode()


def _places(text: str) -> set[str]:
    return {percent or brace for percent, brace in _PLACE.findall(text)}


def _marked(method: Callable[..., Any], path: Path, inside: Path) -> Iterator[Sentence]:
    options = {"silent": "false", "newstyle_gettext": "true", "encoding": "utf-8"}
    for line, message, _, context in extract(method, BytesIO(path.read_bytes()), _KEYWORDS, (), options):
        text, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, None)
        if text:
            yield Sentence(Key(text, context), plural, _feature(inside), str(inside), line)


def _refusals(path: Path, inside: Path) -> Iterator[Sentence]:
    """`text = "…"` in the body of a class: how an error that may not know this package words itself."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for statement in node.body if isinstance(node, ast.ClassDef) else ():
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id="text")], value=ast.Constant(value=str(text)))
                    | ast.AnnAssign(target=ast.Name(id="text"), value=ast.Constant(value=str(text)))
                ) if _CHINESE.search(text):
                    yield Sentence(Key(text), None, _feature(inside), str(inside), statement.lineno)
                case _:
                    pass


def _feature(inside: Path) -> str:
    """The package that owes the English; single modules at the top are the shell's."""
    return inside.parts[0] if len(inside.parts) > 1 else "web"

"""Lists what has no English yet, as entries to paste into the feature's `en.po`."""

import click

from booking.web.locale import Translator
from booking.web.locale.sentences import broken_places, contradictions, missing, stubs, unused


@click.command()
@click.argument("feature", required=False)
def main(feature: str | None) -> None:
    """Prints po entries that lack their English: of one FEATURE, or of all of them."""
    gaps = missing(Translator.load())
    for owner in sorted(gaps if feature is None else gaps.keys() & {feature}):
        click.echo(f"# booking/{owner}/locale/en.po: {len(gaps[owner])} missing\n")
        click.echo(stubs(gaps[owner]))
    for owner, texts in unused().items():
        click.echo(f"# no longer said in {owner}: {', '.join(texts)}", err=True)
    for line in contradictions() + broken_places():
        click.echo(f"# {line}", err=True)


main()

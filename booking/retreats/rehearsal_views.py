"""A rehearsal's figures as they are shown: on the average of its draws."""

from booking.retreats.rules.rehearsal import Figures, Rate
from booking.retreats.schemas_season_views import EmptyView, RateView, RehearsalView


def rehearsal_view(figures: Figures, *, earlier: str, seed: int) -> RehearsalView:
    """The averages of some figures; `earlier` is the season whose applications were tried."""
    draws = figures.draws
    return RehearsalView(
        earlier=earlier,
        seed=seed,
        draws=draws,
        applications=figures.units,
        heads=figures.heads,
        placed=figures.placed / draws,
        placed_second=figures.placed_second / draws,
        ranks=[number / draws for number in figures.ranks],
        districts=[_rate(rate, draws) for rate in figures.districts],
        categories=[_rate(rate, draws) for rate in figures.categories],
        enterprise_sizes=[_rate(rate, draws) for rate in figures.sizes],
        tickets=[_rate(rate, draws) for rate in figures.weights],
        choices=[
            EmptyView(
                batch=one.batch,
                type=one.type,
                places=one.places,
                wanted_most=one.wished,
                empty_first=one.first / draws,
                empty_second=one.second / draws,
            )
            for one in figures.choices
        ],
    )


def _rate(rate: Rate, draws: int) -> RateView:
    return RateView(group=rate.name, applied=rate.applied, placed=rate.placed / draws)

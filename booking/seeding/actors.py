"""Members as the service sees them once they have signed in, for those who act in the demo."""

from sqlalchemy import select

from booking.db import ReadSession
from booking.members.models import Member
from booking.members.queries.signed_in import belonging
from booking.web.principal import Principal


def principal_of(tx: ReadSession, member_id: int) -> Principal:
    """Who asks, when this member does."""
    row = tx.execute(select(Member.number, Member.name, Member.organisation_id).where(Member.id == member_id)).one()
    categories, scopes = belonging(tx, member_id)
    return Principal(
        member_id=member_id,
        number=row.number,
        name=row.name,
        organisation_id=row.organisation_id,
        categories=categories,
        scopes=scopes,
    )

"""Which node of the id space this process is: drawn from a counter in the database when it starts."""

from datetime import datetime

from booking.db import WriteSession, insert
from booking.web.models import Counter


def draw_node(tx: WriteSession, now: datetime) -> int:
    """The next node number; processes 256 starts apart share one, and clash only on the same count of a tick."""
    counted = insert(tx, Counter).values(name="ids_node", value=1)
    statement = counted.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + 1})
    return int(tx.execute(statement.returning(Counter.value)).scalar_one())

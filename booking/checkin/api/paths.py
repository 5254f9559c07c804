"""What stands in the addresses of passes and gates."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

PathId = Annotated[int, PathParameter(ge=1, lt=2**53)]
PathZone = Annotated[int, PathParameter(ge=0, le=23)]
PathScan = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]

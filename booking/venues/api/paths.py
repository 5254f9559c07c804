"""What stands in the addresses of venues."""

from typing import Annotated

from litestar.params import PathParameter

PathId = Annotated[int, PathParameter(ge=1, lt=2**53)]
PathCode = Annotated[str, PathParameter(min_length=1, max_length=60)]

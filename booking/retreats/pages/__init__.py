"""The pages of retreats: seasons and their draws for everybody, applications for members, drafts for officers."""

from litestar import Router
from litestar.types import ControllerRouterHandler

handlers: list[ControllerRouterHandler] = []

router = Router(path="/", route_handlers=handlers, include_in_schema=False)
